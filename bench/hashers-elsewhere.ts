// Password hashers in a process of their own, as on Cloudflare they are not in the isolates that serve: a
// second worker that has the objects, and in the first a binding that calls them there.

import type { LocalWorkerOptions } from '../harness/worker.ts'

const DOOR = `export default {
  async fetch(request, { PASSWORD_HASHER }) {
    const { name, method, args } = await request.json()
    return Response.json((await PASSWORD_HASHER.getByName(name)[method](...args)) ?? null)
  },
}`

const FAR = `import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers'
class Hasher extends RpcTarget {
  #ask
  constructor(ask) {
    super()
    this.#ask = ask
  }
  admit(...args) { return this.#ask('admit', args) }
  check(...args) { return this.#ask('check', args) }
  hash(...args) { return this.#ask('hash', args) }
  leave(...args) { return this.#ask('leave', args) }
}
export class Hashers extends WorkerEntrypoint {
  getByName(name) {
    return new Hasher(async (method, args) => {
      const body = JSON.stringify({ name, method, args })
      return await (await fetch(this.env.DOOR, { method: 'POST', body })).json()
    })
  }
}
export default {}`

/** The name under which the door of the second worker is found. */
export const DOOR_NAME = 'door'

/** Of the worker that has the hashers. */
export const WITH_DOOR: Pick<LocalWorkerOptions, 'otherWorkers'> = {
  otherWorkers: [
    {
      ...worker(DOOR_NAME, DOOR, {
        PASSWORD_HASHER: {
          type: 'durable-object',
          worker: 'gateway',
          exportName: 'PasswordHasher',
        },
      }),
      dev: { unsafeDirectSockets: [{ port: 0 }] },
    },
  ],
}

/** Of the worker that asks them, through the door at this URL. */
export function withFarHashers(
  doorUrl: string,
): Pick<LocalWorkerOptions, 'bindings' | 'otherWorkers'> {
  return {
    bindings: { PASSWORD_HASHER: { type: 'worker', worker: 'far', exportName: 'Hashers' } },
    otherWorkers: [worker('far', FAR, { DOOR: { type: 'text', value: doorUrl } })],
  }
}

function worker(name: string, script: string, env: NonNullable<LocalWorkerOptions['bindings']>) {
  return {
    config: {
      name,
      compatibilityDate: '2026-11-01',
      manifest: {
        mainModule: 'main.js',
        modulesRoot: '/',
        modules: { 'main.js': { type: 'esm' as const, contents: script } },
      },
      env,
    },
  }
}
