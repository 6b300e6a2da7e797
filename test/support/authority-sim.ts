// The way from gateways to the authorities of their keys, as a worker of the test's own: it passes calls on to
// the real objects, notes them, and can fail. It can also take away what a gateway or an object of a version
// without leases does not send. The built worker is the same.

import type { LocalWorkerOptions } from '../../harness/worker.ts'

export type AuthorityFault =
  | 'none'
  | 'unreachable'
  /** Calls wait on their way to the object, until the fault is gone. */
  | 'held'
  /** Only calls about the use of a key fail. */
  | 'no use'

/** What is of a version without leases. */
export type OldPart = 'none' | 'gateway' | 'object'

export interface AuthorityCommand {
  /** The gateway that the command is for. Every gateway if left out. */
  readonly at?: string
  readonly fault?: AuthorityFault
  readonly old?: OldPart
}

type UseMethod = 'useSummary' | 'useDetails' | 'forgetUse'

export interface AuthorityCall {
  readonly gateway: string
  /** The lookup id of the key. */
  readonly name: string
  readonly method: 'fetch' | 'advance' | 'seed' | 'denials' | UseMethod
  readonly answered: boolean
  /** The term that a question asked for, and the one that the object granted. 0 for none. */
  readonly wantedMs: number
  readonly grantedMs: number
  /** How many denials a question reported. */
  readonly denials: number
  /** How long a change has to wait, if the object said so. */
  readonly settlesInMs?: number
}

type Bindings = NonNullable<LocalWorkerOptions['bindings']>
type OtherWorker = NonNullable<LocalWorkerOptions['otherWorkers']>[number]

export const AUTHORITY_SIM = 'authority-sim'

const SCRIPT = `
import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers'

const HEALTHY = { fault: 'none', old: 'none' }
const ways = new Map()
const calls = []
const wayOf = (gateway) => ways.get(gateway) ?? HEALTHY
const soon = () => new Promise((resolve) => setTimeout(resolve, 5))

export class Authority extends WorkerEntrypoint {
  getByName(name) {
    return new Stub(this.ctx.props.gateway, name, this.env.OBJECTS)
  }
}

class Stub extends RpcTarget {
  #gateway
  #name
  #objects
  constructor(gateway, name, objects) {
    super()
    this.#gateway = gateway
    this.#name = name
    this.#objects = objects
  }

  fetch(url, { headers = {}, ...init } = {}) {
    const call = this.#note('fetch')
    call.denials = init.body === undefined ? 0 : JSON.parse(init.body).denials.length
    if (wayOf(this.#gateway).old === 'none') call.wantedMs = Number(headers.lease ?? 0)
    return this.#pass(call, async (object, old) => {
      const answer = await object.fetch(url, old === 'none' ? { ...init, headers } : init)
      call.grantedMs = Number(answer.headers.get('lease'))
      return old === 'none' ? answer : withoutHeaders(answer)
    })
  }

  advance(record, caller) {
    const call = this.#note('advance')
    return this.#pass(call, async (object, old) => {
      const answer = await (old === 'gateway' ? object.advance(record) : object.advance(record, caller))
      const { settlesInMs, ...others } = answer
      call.settlesInMs = settlesInMs
      return old === 'none' ? answer : others
    })
  }

  seed(...args) {
    return this.#pass(this.#note('seed'), (object) => object.seed(...args))
  }

  denials() {
    return this.#pass(this.#note('denials'), (object) => object.denials())
  }

  useSummary() {
    return this.#pass(this.#note('useSummary'), (object) => object.useSummary())
  }

  useDetails(query) {
    return this.#pass(this.#note('useDetails'), (object) => object.useDetails(query))
  }

  forgetUse() {
    return this.#pass(this.#note('forgetUse'), (object) => object.forgetUse())
  }

  #note(method) {
    const gateway = this.#gateway
    const call = { gateway, name: this.#name, method, answered: false, wantedMs: 0, grantedMs: 0, denials: 0 }
    calls.push(call)
    return call
  }

  async #pass(call, act) {
    while (wayOf(this.#gateway).fault === 'held') await soon()
    const { fault, old } = wayOf(this.#gateway)
    const isOfUse = ['useSummary', 'useDetails', 'forgetUse'].includes(call.method)
    if (fault === 'unreachable' || (fault === 'no use' && isOfUse)) throw new Error('Network connection lost.')
    const answer = await act(this.#objects.getByName(this.#name), old)
    call.answered = true
    return answer
  }
}

async function withoutHeaders(answer) {
  return new Response(answer.status === 204 ? null : await answer.text(), { status: answer.status })
}

export default {
  async fetch(request) {
    const { gateways, ...changed } = await request.json()
    for (const gateway of gateways) ways.set(gateway, { ...wayOf(gateway), ...changed })
    return Response.json(calls)
  },
}
`

/** Stands before the built worker, and answers what its binding cannot pass on: a call without a promise. */
export const WRAPPER = `
import worker from './index.js'
export * from './index.js'

function withAuthorities(env) {
  const { KEY_AUTHORITY: way } = env
  const idFromName = (name) => name
  return { ...env, KEY_AUTHORITY: { idFromName, getByName: (name) => way.getByName(name) } }
}

export default {
  fetch: (request, env, ctx) => worker.fetch(request, withAuthorities(env), ctx),
  scheduled: (controller, env) => worker.scheduled(controller, withAuthorities(env)),
}
`

/** The binding of a gateway in place of the objects. */
export function authoritiesOf(gateway: string): Bindings[string] {
  return { type: 'worker', worker: AUTHORITY_SIM, exportName: 'Authority', props: { gateway } }
}

/** `host`: the worker that has the objects. */
export function authoritySim(host: string): OtherWorker {
  return {
    config: {
      name: AUTHORITY_SIM,
      compatibilityDate: '2026-11-01',
      manifest: {
        mainModule: 'sim.js',
        modulesRoot: '/',
        modules: { 'sim.js': { type: 'esm', contents: SCRIPT } },
      },
      env: { OBJECTS: { type: 'durable-object', worker: host, exportName: 'KeyAuthority' } },
    },
  }
}
