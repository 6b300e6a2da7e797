// The way from a location to the objects, with its faults.

import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers'
import {
  type AuthorityCalls,
  connectionLost,
  LATE_MS,
  overloaded,
  reset,
  SLOW_MS,
} from './faults.ts'
import { observeQuestion } from './allowance-watch.ts'
import { observeChange, observeLease } from './lease-watch.ts'
import { trueMs } from './time.ts'
import { locationOf, neverAnswered, reach, sleep, whenHealed } from './world.ts'

export interface ObjectsEnv {
  readonly AUTHORITY: DurableObjectNamespace
  readonly ACCOUNTS: DurableObjectNamespace
}

interface Props {
  readonly location: string
}

/** The term of a lease on the real clock; put in when the simulation is bundled. */
declare const GROUND_LEASE_MS: number
/** When most of a lease is over, and when a change may have been answered. */
const SLOW_ANSWER_MS = 0.8 * GROUND_LEASE_MS
const LATE_ANSWER_MS = 1.5 * GROUND_LEASE_MS

type Method = (...args: unknown[]) => Promise<unknown>
export type ObjectStub = Readonly<Record<string, Method>>

/** A call of an object. */
interface Call {
  readonly name: string
  readonly method: string
  readonly args: unknown[]
}

/** The answer to a `fetch`, which may be passed on between requests. */
interface PlainAnswer {
  readonly body: string | null
  readonly status: number
  readonly headers: [string, string][]
}

const CALLS: Readonly<Record<string, AuthorityCalls>> = {
  fetch: 'questions',
  advance: 'changes',
  seed: 'seeds',
}

/** Passes each method on, whatever its arguments are. */
class Stub extends RpcTarget {
  readonly #call: (method: string, args: unknown[]) => Promise<unknown>

  constructor(call: (method: string, args: unknown[]) => Promise<unknown>) {
    super()
    this.#call = call
  }

  async fetch(...args: unknown[]) {
    const { body, status, headers } = (await this.#call('fetch', args)) as PlainAnswer
    return new Response(body, { status, headers })
  }

  advance(...args: unknown[]) {
    return this.#call('advance', args)
  }

  seed(...args: unknown[]) {
    return this.#call('seed', args)
  }

  denials(...args: unknown[]) {
    return this.#call('denials', args)
  }

  useSummary(...args: unknown[]) {
    return this.#call('useSummary', args)
  }

  useDetails(...args: unknown[]) {
    return this.#call('useDetails', args)
  }

  forgetUse(...args: unknown[]) {
    return this.#call('forgetUse', args)
  }

  note(...args: unknown[]) {
    return this.#call('note', args)
  }

  list(...args: unknown[]) {
    return this.#call('list', args)
  }
}

export class Authority extends WorkerEntrypoint<ObjectsEnv, Props> {
  getByName(name: string): Stub {
    return new Stub((method, args) =>
      reach(this.ctx.props.location, method, this.ctx, (untilHealed) =>
        this.#callThroughFaults({ name, method, args }, untilHealed),
      ),
    )
  }

  protected objects(): DurableObjectNamespace {
    return this.env.AUTHORITY
  }

  async #callThroughFaults(call: Call, untilHealed: () => Promise<void>): Promise<unknown> {
    const { authority, calls } = locationOf(this.ctx.props.location)
    const isMeant = calls === 'all' || calls === CALLS[call.method]
    const { location } = this.ctx.props
    const sentMs = trueMs()
    const act = () => carryOut(this.objects(), call, location, sentMs)
    switch (isMeant ? authority : 'none') {
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
      case 'forgetful': {
        const answer = await act()
        return ++forgetfulCalls % 2 === 0 ? await neverAnswered(untilHealed) : answer
      }
      case 'slow':
        await sleep(SLOW_MS)
        return await act()
      case 'late':
        await sleep(LATE_MS)
        return await act()
      case 'held':
        return await whenHealed(act, untilHealed)
      case 'answers slowly':
        return await thenSleep(act, SLOW_ANSWER_MS)
      case 'answers late':
        return await thenSleep(act, LATE_ANSWER_MS)
      case 'slow reports': {
        const slow = { ...call, args: withSlowBody(call.args) }
        return await carryOut(this.objects(), slow, location, sentMs)
      }
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

let forgetfulCalls = 0

async function carryOut(
  objects: DurableObjectNamespace,
  call: Call,
  at: string,
  sentMs: number,
): Promise<unknown> {
  const { name, method, args } = call
  const askedMs = trueMs()
  const [, init] = args as [string, RequestInit?]
  const isQuestion = method === 'fetch'
  const noteAllowance = isQuestion
    ? observeQuestion(name, at, new Headers(init?.headers), sentMs)
    : null
  const stub = objects.getByName(name) as unknown as ObjectStub
  const answer = await stub[method]?.(...args)
  if (isQuestion) {
    const { status, headers, body } = answer as Response
    noteAllowance?.(headers)
    if (headers.has('lease')) observeLease(name, askedMs)
    const text = body === null ? null : await (answer as Response).text()
    return { body: text, status, headers: [...headers] } satisfies PlainAnswer
  }
  const { settlesInMs = 0 } = (answer ?? {}) as { settlesInMs?: number }
  // Where the caller does not wait, the object has waited.
  if (method === 'advance' && args[1] !== undefined) observeChange(name, askedMs, settlesInMs)
  return answer
}

async function thenSleep<T>(act: () => Promise<T>, ms: number): Promise<T> {
  const answer = await act()
  await sleep(ms)
  return answer
}

/** The arguments of a `fetch` whose body comes later than its head. */
function withSlowBody([url, init]: unknown[]): unknown[] {
  const { body, ...rest } = (init ?? {}) as RequestInit
  if (typeof body !== 'string') return [url, init]
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const write = async () => {
    const writer = writable.getWriter()
    await sleep(SLOW_ANSWER_MS)
    await writer.write(new TextEncoder().encode(body))
    await writer.close()
  }
  write().catch(() => undefined) // the object may have gone
  return [url, { ...rest, body: readable }]
}
