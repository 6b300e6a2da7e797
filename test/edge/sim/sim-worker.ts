// What the locations find behind their bindings: KV, the way to the key
// authorities, and the network.

import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers'
import { questionUrl } from '../../../src/stores/key-authority/question.ts'
import type { AuthorityAnswer } from '../../../src/stores/key-authority/key-authority-object.ts'
import { connectionLost, LATE_MS, overloaded, reset, SLOW_MS } from './faults.ts'
import {
  type Command,
  currentMutant,
  kv,
  locationOf,
  neverAnswered,
  nowMs,
  obey,
  reach,
  sleep,
} from './world.ts'

interface Env {
  readonly AUTHORITY: DurableObjectNamespace
  readonly ACCOUNTS: DurableObjectNamespace
  readonly LIBSQL_URL: string
}

interface Props {
  readonly location: string
}

const DEFAULT_TTL_SECONDS = 60
/** What is longer on its way to KV is lost. */
const PUT_WITHIN_MS = 30_000

export class Kv extends WorkerEntrypoint<Env, Props> {
  get(name: string, options?: { type?: string; cacheTtl?: number } | string): Promise<unknown> {
    const { type, cacheTtl = DEFAULT_TTL_SECONDS } =
      typeof options === 'string' ? { type: options } : (options ?? {})
    return this.#reach('GET', async () => {
      const text = kv.get(this.ctx.props.location, name, cacheTtl * 1000, nowMs())
      return type === 'json' && text !== null ? (JSON.parse(text) as unknown) : text
    })
  }

  put(name: string, value: string): Promise<void> {
    const askedMs = nowMs()
    return this.#reach('PUT', async () => {
      if (nowMs() - askedMs > PUT_WITHIN_MS) throw connectionLost()
      kv.put(this.ctx.props.location, name, value, nowMs())
    })
  }

  delete(name: string): Promise<void> {
    return this.#reach('DELETE', async () => kv.put(this.ctx.props.location, name, null, nowMs()))
  }

  list({ prefix = '' }: { prefix?: string } = {}): Promise<unknown> {
    return this.#reach('LIST', async () => {
      const names = kv.names().filter((name) => name.startsWith(prefix))
      return { keys: names.map((name) => ({ name })), list_complete: true, cacheStatus: null }
    })
  }

  #reach<T>(operation: string, act: () => Promise<T>): Promise<T> {
    const { location } = this.ctx.props
    return reach(location, `KV ${operation}`, this.ctx, async (untilHealed) => {
      switch (locationOf(location).kv) {
        case 'throws':
          throw new Error(`KV ${operation} failed: 503 Service Unavailable`)
        case 'hangs':
          return await neverAnswered(untilHealed)
        case 'slow':
          await sleep(SLOW_MS)
          return await act()
        case 'late':
          await sleep(LATE_MS)
          return await act()
        case 'held':
          await untilHealed()
          return await act()
        case 'none':
          return await act()
      }
    })
  }
}

type Method = (...args: unknown[]) => Promise<unknown>
type AuthorityStub = Readonly<Record<string, Method>> & { readonly lose: () => Promise<void> }

export class Authority extends WorkerEntrypoint<Env, Props> {
  getByName(name: string): Stub {
    return new Stub((method, args) =>
      reach(this.ctx.props.location, method, this.ctx, (untilHealed) =>
        this.#call(untilHealed, name, method, args),
      ),
    )
  }

  protected objects(): DurableObjectNamespace {
    return this.env.AUTHORITY
  }

  async #call(
    untilHealed: () => Promise<void>,
    name: string,
    method: string,
    args: unknown[],
  ): Promise<unknown> {
    const object = (id: string) => this.objects().getByName(id) as unknown as AuthorityStub
    const late = (call: () => Promise<unknown>) => this.ctx.waitUntil(untilHealed().then(call))
    const act = async () => await callAuthority(object, late, name, method, args)
    switch (locationOf(this.ctx.props.location).authority) {
      case 'unreachable':
        throw connectionLost()
      case 'overloaded':
        throw overloaded()
      case 'reset':
        await act()
        throw reset()
      case 'mute':
        await act()
        return await neverAnswered(untilHealed)
      case 'slow':
        await sleep(SLOW_MS)
        return await act()
      case 'late':
        await sleep(LATE_MS)
        return await act()
      case 'held':
        await untilHealed()
        return await act()
      case 'none':
        return await act()
    }
  }
}

/** The objects that know the keys of an account: as far away as the authorities, and as faulty. */
export class Accounts extends Authority {
  protected override objects(): DurableObjectNamespace {
    return this.env.ACCOUNTS
  }
}

/** Passes each method on, whatever its arguments are. */
class Stub extends RpcTarget {
  readonly #call: (method: string, args: unknown[]) => Promise<unknown>

  constructor(call: (method: string, args: unknown[]) => Promise<unknown>) {
    super()
    this.#call = call
  }

  fetch(...args: unknown[]) {
    return this.#call('fetch', args)
  }

  advance(...args: unknown[]) {
    return this.#call('advance', args)
  }

  seed(...args: unknown[]) {
    return this.#call('seed', args)
  }

  note(...args: unknown[]) {
    return this.#call('note', args)
  }

  list(...args: unknown[]) {
    return this.#call('list', args)
  }
}

async function callAuthority(
  object: (id: string) => AuthorityStub,
  late: (call: () => Promise<unknown>) => void,
  name: string,
  method: string,
  args: unknown[],
): Promise<unknown> {
  const mutant = currentMutant()
  const call = async (stub: AuthorityStub) => await stub[method]?.(...args)
  if (method === 'advance' && mutant === 'advance is not monotonic') {
    await lose(object(name))
    const asked = await object(name)['fetch']?.(questionUrl(null))
    const { word } = await (asked as Response).json<{ word: string }>()
    return await object(name)['seed']?.(...args, word)
  }
  if (method === 'advance' && mutant.startsWith('no advance')) {
    if (mutant === 'no advance before the answer') {
      late(() => call(object(name)))
    }
    // A second object that is told everything and asked for nothing: its answer is as good.
    return await call(object(`shadow of ${name}`))
  }
  const answer = await call(object(name))
  const asks = method === 'fetch' && args[0] !== questionUrl(null)
  return asks &&
    mutant === 'an emptied object says current' &&
    (await isUnknown(answer as Response))
    ? new Response(null, { status: 204 })
    : answer
}

async function isUnknown(answer: Response): Promise<boolean> {
  if (answer.status === 204) return false
  const { state } = await answer.clone().json<AuthorityAnswer>()
  return state === 'unknown'
}

async function lose(stub: AuthorityStub): Promise<void> {
  await stub.lose().catch(() => undefined) // the object is reset by it, which the caller sees as an error
}

/** Where a location's requests go: those to libSQL with its faults, those to the upstream as they are. */
export class Network extends WorkerEntrypoint<Env, Props> {
  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).origin !== new URL(this.env.LIBSQL_URL).origin) {
      return await fetch(request)
    }
    const { location } = this.ctx.props
    return await reach(location, 'libSQL', this.ctx, async () => {
      if (locationOf(location).libsql === 'slow') await sleep(SLOW_MS)
      return await fetch(request)
    })
  }
}

export default {
  async fetch(request, env) {
    const command: Command = await request.json()
    if (command.lose !== undefined) {
      await lose(env.AUTHORITY.getByName(command.lose) as unknown as AuthorityStub)
    }
    return Response.json(obey(command))
  },
} satisfies ExportedHandler<Env>
