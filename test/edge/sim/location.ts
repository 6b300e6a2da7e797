// A location: the built worker, unchanged, on the faster clock. What its binding of the authorities cannot
// pass on, a call without a promise, is answered here: all locations are one deployment.

import './fast-clock.ts'

import worker from './bundle.js'

interface Env {
  readonly KEY_AUTHORITY: { readonly getByName: (name: string) => unknown }
}

function withNamespace(env: Env) {
  const { KEY_AUTHORITY: authority } = env
  const getByName = (name: string) => authority.getByName(name)
  return { ...env, KEY_AUTHORITY: { getByName, idFromName: (name: string) => `${name} here` } }
}

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) =>
    worker.fetch(request, withNamespace(env), ctx),
  scheduled: (controller: ScheduledController, env: Env) =>
    worker.scheduled(controller, withNamespace(env)),
}
