// The simulated world: what the locations find behind their bindings, and what a test commands.

import type { ObjectStub, ObjectsEnv } from './authority-way.ts'
import type { Command, IsolateCommand } from './commands.ts'
import { forgetWait } from './lease-watch.ts'
import { obey } from './world.ts'

export { Accounts, Authority } from './authority-way.ts'
export { Kv } from './location-kv.ts'
export { Network } from './network.ts'

const CONTROL_OF = 'CONTROL_OF_'
type ControlOf = `${typeof CONTROL_OF}${string}`

/** The isolate of the objects, among those of the locations. */
const OBJECTS = 'OBJECTS'
const CONTROLS = new Set(['clocks', 'authorityClocks', 'startWorker', 'turnOn'])

interface Env extends ObjectsEnv {
  readonly [control: ControlOf]: { readonly obey: (command: IsolateCommand) => Promise<void> }
}

async function endObjects({ lose, restart, supersede }: Command, env: Env): Promise<void> {
  const stub = (name: string) => env.AUTHORITY.getByName(name) as unknown as ObjectStub
  // An object that is reset answers with an error.
  const end = async (name: string, how: string) => {
    const ended = stub(name)[how]?.()
    await ended?.catch(() => undefined)
  }
  if (lose !== undefined) await end(lose, 'lose')
  if (restart !== undefined) await end(restart, 'restart')
  if (supersede !== undefined) await stub(supersede)['supersede']?.()
  for (const name of [lose, restart, supersede]) if (name !== undefined) forgetWait(name)
}

/** Commands the isolates; that of the objects last, so that no authority's clock is ever ahead of a location's. */
async function controlIsolates(command: Command, env: Env): Promise<void> {
  const { passSeconds = 0, clocks = {}, authorityClocks = {}, startWorker, turnOn } = command
  if (passSeconds + Object.keys(command).filter((name) => CONTROLS.has(name)).length === 0) return
  const changes = Object.entries(authorityClocks)
  for (const [name] of changes) forgetWait(name)
  const control = async (at: string) => {
    await env[`${CONTROL_OF}${at}`]?.obey({
      passMs: passSeconds * 1000,
      clock: clocks[at] ?? {},
      clocks: Object.fromEntries(
        changes.map(([name, change]) => [env.AUTHORITY.idFromName(name).toString(), change]),
      ),
      turnOn: turnOn === undefined ? null : [...(turnOn['all'] ?? []), ...(turnOn[at] ?? [])],
      startsAnew: startWorker === at,
      variables: (startWorker === at && command.variables) || null,
    })
  }
  const names = Object.keys(env).filter((name) => name.startsWith(CONTROL_OF))
  const isolates = names.map((name) => name.slice(CONTROL_OF.length))
  await Promise.all(isolates.filter((at) => at !== OBJECTS).map(control))
  await control(OBJECTS)
}

export default {
  async fetch(request, env) {
    const command: Command = await request.json()
    await endObjects(command, env)
    await controlIsolates(command, env)
    return Response.json(await obey(command))
  },
} satisfies ExportedHandler<Env>
