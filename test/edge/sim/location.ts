// A location: the built worker on a clock that may be wrong. What its binding of the authorities cannot pass on, a
// call without a promise, is answered here: all locations are one deployment.

import { WorkerEntrypoint } from 'cloudflare:workers'
import worker, { forgetApp } from './bundle.js'
import { createClock } from './clock.ts'
import type { IsolateCommand } from './commands.ts'
import { pass, runOnClock, trueMs } from './time.ts'
import { turnOnly } from './turned-on.ts'

interface Env {
  readonly KEY_AUTHORITY: { readonly getByName: (name: string) => unknown }
}

const clock = createClock()
let variables: Readonly<Record<string, string>> = {}
runOnClock(() => clock)

export class Control extends WorkerEntrypoint {
  obey(command: IsolateCommand): void {
    pass(command.passMs)
    clock.change(command.clock, trueMs())
    if (command.turnOn !== null) turnOnly(command.turnOn)
    if (command.variables !== null) variables = command.variables
    if (command.startsAnew) forgetApp()
  }
}

function toOurs(env: Env) {
  const { KEY_AUTHORITY: authority } = env
  const getByName = (name: string) => authority.getByName(name)
  const namespace = { getByName, idFromName: (name: string) => `${name} here` }
  return { ...env, ...variables, KEY_AUTHORITY: namespace }
}

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) =>
    worker.fetch(request, toOurs(env), ctx),
  scheduled: (controller: ScheduledController, env: Env) =>
    worker.scheduled(controller, toOurs(env)),
}
