// KV and the rate limiter as workers of the test's own, bound in place of the real ones: they count
// calls and can fail. The built worker is the same.

import type { LocalWorkerOptions } from '../../harness/worker.ts'

export interface StoreSimState {
  readonly kvGets: number
  readonly kvPuts: number
  /** What was put, whether it failed or not, in order. */
  readonly puts: readonly string[]
  readonly values: Readonly<Record<string, string>>
}

export type KvFault = 'none' | 'throw' | 'stall' | 'throw on put'

const SCRIPT = `
import { WorkerEntrypoint } from 'cloudflare:workers'

const values = new Map()
const puts = []
const lastPut = new Map()
let writeLimit = false
let kvGets = 0, kvPuts = 0, fault = 'none', failNext = 0

export class Kv extends WorkerEntrypoint {
  async get(name) {
    kvGets++
    if (fault === 'throw') throw new Error('KV GET failed: 503 Service Unavailable')
    if (fault === 'stall') await new Promise((resolve) => setTimeout(resolve, 20_000))
    return values.get(name) ?? null
  }
  async list({ prefix }) {
    if (fault === 'throw') throw new Error('KV LIST failed: 503 Service Unavailable')
    const names = [...values.keys()].filter((name) => name.startsWith(prefix))
    return { keys: names.map((name) => ({ name })), list_complete: true }
  }
  async put(name, value) {
    kvPuts++
    puts.push(value)
    const since = Date.now() - (lastPut.get(name) ?? 0)
    if (writeLimit && since < 1000) throw new Error('KV PUT failed: 429 Too Many Requests')
    lastPut.set(name, Date.now())
    if (failNext > 0) {
      failNext--
      throw new Error('KV PUT failed: 429 Too Many Requests')
    }
    if (fault === 'stall') await new Promise((resolve) => setTimeout(resolve, 20_000))
    if (fault !== 'none') throw new Error('KV PUT failed: 503 Service Unavailable')
    values.set(name, value)
  }
}

/** Password hashers that cannot be asked. */
export class BrokenHasher extends WorkerEntrypoint {
  getByName() {
    throw new Error('Network connection lost.')
  }
}

let logInRate = 'open'

export class LogInRate extends WorkerEntrypoint {
  async limit() {
    if (logInRate === 'broken') throw new Error('internal error')
    return { success: logInRate !== 'shut' }
  }
}

export default {
  async fetch(request) {
    const command = await request.json()
    if (command.fault) fault = command.fault
    if (command.logInRate) logInRate = command.logInRate
    if (command.put) values.set(...command.put)
    if (command.clear) values.clear()
    if (command.remove) values.delete(command.remove)
    if ('writeLimit' in command) writeLimit = command.writeLimit
    if (command.failNext) failNext = command.failNext
    return Response.json({ puts, kvGets, kvPuts, values: Object.fromEntries(values) })
  },
}
`

export const STORE_SIM: Pick<LocalWorkerOptions, 'bindings' | 'otherWorkers'> = {
  bindings: {
    KEYS: { type: 'worker', worker: 'store-sim', exportName: 'Kv' },
    LOG_IN_RATE: { type: 'worker', worker: 'store-sim', exportName: 'LogInRate' },
  },
  otherWorkers: [
    {
      config: {
        name: 'store-sim',
        compatibilityDate: '2026-11-01',
        manifest: {
          mainModule: 'sim.js',
          modulesRoot: '/',
          modules: { 'sim.js': { type: 'esm', contents: SCRIPT } },
        },
      },
    },
  ],
}
