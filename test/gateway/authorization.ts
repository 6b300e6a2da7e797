// Authorizations by one isolate, with stores that answer as a test wants them to, and a clock that it moves.

import { createAddressWatch } from '../../src/gateway/address-watch.ts'
import { authorizeToken, type AuthorizeTokenDeps } from '../../src/gateway/authorize-token.ts'
import type { Grant } from '../../src/gateway/authorize.ts'
import { createClockGuard } from '../../src/gateway/clock-guard.ts'
import { identifyToken } from '../../src/gateway/identify-token.ts'
import type { KeyRecordsDeps } from '../../src/gateway/key-records.ts'
import { createQuestions } from '../../src/gateway/questions.ts'
import { createRequestLimits } from '../../src/gateway/request-limits.ts'
import type { Refusal } from '../../src/gateway/refusal.ts'
import { startTrace } from '../../src/gateway/trace.ts'
import { createUnknownTokens } from '../../src/gateway/unknown-tokens.ts'
import { type Address, formatAddress } from '../../src/keys/address.ts'
import type { KeyRecord } from '../../src/keys/key-record.ts'
import type { Lineage } from '../../src/keys/lineage.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import type { Result } from '../../src/shared/result.ts'
import { createIsolateCache } from '../../src/stores/isolate-cache.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { CLIENT, FAULT, LOOKUP_ID, TOKEN } from './samples.ts'
import { createTestAuthority, type TestAuthority } from './test-authority.ts'

const AFTER_KV_MS = 10

/** `kv` and `row`: an Error stands for a store that fails. */
export interface Situation {
  readonly headers?: Readonly<Record<string, string>>
  readonly kv?: KeyRecord | null | Error
  /** What libSQL has. */
  readonly row?: KeyRecord | null | Error
  /** Where the row comes from. */
  readonly lineage?: Lineage
  /** What the authority holds. */
  readonly holds: TestAuthority['holds']
  readonly verify?: Error
  readonly termMs?: number
  readonly graceMs?: number
  readonly body?: ReadableStream
}

export interface Judged {
  /** The final verdict. */
  readonly result: Result<Grant, Refusal>
  /** Whether there was a verdict at once, without a promise. */
  readonly isImmediate: boolean
  /** Whether the request might have been sent on before its authority had answered. */
  readonly mayBeSentOn: boolean
  readonly grace: true | undefined
}

export function start(situation: Situation) {
  const { kv = null, row = FAULT, verify, termMs = 1_000, graceMs = 0, body = null } = situation
  const ownHeaders = situation.headers ?? {
    Authorization: `Token ${TOKEN}`,
    'CF-Connecting-IP': CLIENT,
  }
  const calls: string[] = []
  const faults: [string, unknown][] = []
  const denials: [string, string | null, boolean][] = []
  /** What was counted with the key, request by request. */
  const outcomes: string[] = []
  const clock = createManualClock(1_000_000)
  const authority = createTestAuthority(situation.holds, clock, calls)
  const { nowMs, wait } = clock
  const onFault = (fault: string, error: unknown) => void faults.push([fault, error])
  const guard = createClockGuard(termMs, onFault)
  const kept: Promise<void>[] = []
  const later = (promise: Promise<void>) => void kept.push(promise)
  const unknownTokens = createUnknownTokens(nowMs)
  const timeoutMs = 1_000
  const limits = createRequestLimits({
    authorities: authority,
    termMs,
    timeoutMs,
    clock: guard,
    metrics: { noteQuestion: () => undefined },
    later,
    wait,
    onFault,
    nowMs,
  })
  const records: KeyRecordsDeps = {
    cache: createIsolateCache({ entries: 10, bytes: 1e6 }),
    async readKvRecord(lookupId) {
      calls.push(`kv ${lookupId}`)
      const read = await valueOf(kv)
      return read === null ? null : toStored(read)
    },
    async findDatabaseRecord(lookupId) {
      calls.push(`row ${lookupId}`)
      const record = await valueOf(row)
      return record === null ? null : { record, lineage: situation.lineage ?? null }
    },
    questions: createQuestions({
      authorities: authority,
      termMs,
      timeoutMs,
      clock: guard,
      metrics: { noteQuestion: () => undefined, noteLease: () => undefined },
      takeUse: () => null,
      noteReported: () => undefined,
      later,
      wait,
      nowMs,
    }),
    limits,
    seed: authority.seed,
    clock: guard,
    timeoutMs,
    graceMs,
    later,
    wait,
    onFault,
    nowMs,
  }
  const deps: AuthorizeTokenDeps = {
    ...records,
    limits,
    upstream: { base: 'https://portal.example', timeoutMs: 1_000 },
    verifyToken(token) {
      if (verify !== undefined) throw verify
      return token === TOKEN ? LOOKUP_ID : null
    },
    importedLookupIds: (token) => (token.startsWith('old_') ? [`id of ${token}`] : null),
    unknownTokens,
    addressWatch: createAddressWatch(() => undefined, nowMs),
    use: {
      noteAllowed({ lookupId }, address, isReported) {
        outcomes.push('allowed')
        if (isReported) denials.push([lookupId, toText(address), false])
      },
      noteRefused({ lookupId }, address, reason) {
        outcomes.push(reason)
        if (reason === 'ip_denied') denials.push([lookupId, toText(address), true])
      },
    },
  }

  /** Judges one request to the end. `sent`: its headers, if they are others. */
  async function judge(sent = ownHeaders): Promise<Judged> {
    const trace = startTrace(new Headers({ 'X-Request-Id': 'req-1' }), nowMs())
    const headers = new Headers(sent)
    const request = { method: 'GET', url: 'https://gateway.example/', headers, body }
    const token = identifyToken(headers, deps)
    const verdict = token.ok ? authorizeToken(token.value, request, trace, deps) : token
    const first = verdict instanceof Promise ? await verdict : verdict
    const confirm = first.ok ? first.value.confirm : null
    const result = confirm === null ? first : await confirm(() => void calls.push('end'))
    const isImmediate = !(verdict instanceof Promise) && confirm === null
    return { result, isImmediate, mayBeSentOn: confirm !== null, grace: trace.grace }
  }

  /** Resolves when all is done that goes on although the clients have gone away. */
  async function finishKept(): Promise<void> {
    await Promise.all(kept)
  }

  /** As `judge`, with KV answering before the authority. */
  async function judgeAfterKv(): Promise<Judged> {
    authority.delaysMs.push(AFTER_KV_MS)
    const judged = judge()
    await clock.pass(AFTER_KV_MS)
    return await judged
  }

  const asked = { calls, faults, denials, outcomes }
  return { judge, judgeAfterKv, authority, clock, ...asked, unknownTokens, finishKept }
}

/** An isolate that has the record with a lease that begins now, and no call yet. */
export async function startLeased(situation: Situation) {
  const started = start(situation)
  await started.judge()
  await started.judge()
  started.calls.length = 0
  started.denials.length = 0
  started.outcomes.length = 0
  return started
}

/** As `startLeased`, but the lease has run out. */
export async function startCached(situation: Situation) {
  const started = await startLeased(situation)
  await started.clock.pass(10_000)
  return started
}

function valueOf<T>(value: T | Error): Promise<T> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
}

function toText(address: Address | null): string | null {
  return address === null ? null : formatAddress(address)
}
