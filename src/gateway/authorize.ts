// The pipeline that decides a request, in the contract's order:
//   credential ─▶ token (HMAC, no I/O) ─▶ cached record ─▶ account, IP ACL, limit ─┬─ leased: the verdict stands
//                                                                                  └─ else the authority confirms
// Each step may refuse. A record with a running lease judges at once, yes or no. Without one the authority
// confirms every decision, a grant or a refusal. If no store can say, the request is refused with 503.

import {
  type CompiledKey,
  type CompiledLiveKey,
  evaluateAccess,
  isOffIpAcl,
} from '../keys/access.ts'
import type { Address } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { AddressWatch } from './address-watch.ts'
import { type CachedKey, findCachedKey, isBelieved } from './cached-key.ts'
import type { Upstream } from './forward.ts'
import { findUnforwardable } from './forwardable.ts'
import type { Incoming } from './incoming.ts'
import {
  type KeyRecordsDeps,
  type Newest,
  newestRecord,
  readKvRecord,
  renewLease,
} from './key-records.ts'
import type { Refusal } from './refusal.ts'
import type { AskBeside, LimitRefusal, RequestLimits } from './request-limits.ts'
import { newSpeculation, type Speculation } from './speculation.ts'
import type { Trace } from './trace.ts'
import type { UsedKey, UseRecorder } from './use-recorder.ts'

export interface AuthorizeDeps extends KeyRecordsDeps {
  readonly addressWatch: AddressWatch
  readonly use: Pick<UseRecorder, 'noteAllowed' | 'noteRefused'>
  readonly limits: RequestLimits
  readonly upstream: Upstream
}

export interface Grant {
  readonly key: CompiledLiveKey
  /** Null if unreadable. A key without an IP ACL works all the same. */
  readonly address: Address | null
  /**
   * Asks the authority and resolves to the final grant, from the newest record, or to a refusal. Until then
   * the client must see nothing of the upstream's answer. Null if this grant is final already.
   */
  readonly confirm: Confirm | null
}

/**
 * `end` ends what was sent on. It may be called long before the verdict. A grant may still follow; then the request
 * is forwarded again.
 */
export type Confirm = (end?: () => void) => Promise<Result<Grant, Refusal>>

/** A request for which a key is evaluated. */
export interface Attempt extends UsedKey {
  readonly request: Incoming
  readonly address: Address | null
  readonly trace: Trace
}

/** A promise only if a store must be asked. If a leased record decides, none is. */
export type Verdict = Result<Grant, Refusal> | Promise<Result<Grant, Refusal>>

export function authorize(
  lookupId: string,
  request: Incoming,
  trace: Trace,
  deps: AuthorizeDeps,
): Verdict {
  const { headers } = request
  const address = clientAddress(headers)
  deps.addressWatch.observe(headers, address)
  const cached = findCachedKey(deps.cache, lookupId)
  trace.cached = cached
  const attempt: Attempt = { lookupId, cached, request, address, trace }
  const { record } = cached
  if (record === null) return authorizeUncached(cached, attempt, deps)
  if (!isBelieved(cached, trace.startedMs, deps.clock))
    return authorizeUnleased(cached, record, attempt, deps)
  if (trace.startedMs >= cached.renewFromMs) renewLease(lookupId, cached, trace.requestId, deps)
  if (cached.isGrace) trace.grace = true
  return judge(record, attempt, deps)
}

/** Evaluates a cached record without a lease. If it grants, the request may be sent on before the answer. */
function authorizeUnleased(
  cached: CachedKey,
  record: CompiledKey,
  attempt: Attempt,
  deps: AuthorizeDeps,
): Verdict {
  const { lookupId, address, trace } = attempt
  const came = deps.questions.newest()
  const speculation = newSpeculation(address, trace.startedMs)
  return grantUntilConfirmed(record, attempt, speculation, async () => {
    const beside = askBeside(record, attempt, deps)
    const options = { beside, speculation }
    const newest = await newestRecord(lookupId, cached, came, trace, deps, options)
    beside?.end()
    return await judgeNewest(newest, attempt, deps)
  })
}

/** Asks for an allowance together with the record, if the request will need one from the same authority. */
function askBeside(record: CompiledKey, attempt: Attempt, deps: AuthorizeDeps): AskBeside | null {
  const { request, address, trace, cached } = attempt
  const access = evaluateAccess(record, address, trace.startedMs)
  if (!access.ok || findUnforwardable(request, deps.upstream.base) !== null) return null
  const { limits } = access.value
  return limits?.windowsAt === null ? deps.limits.askBeside(cached, limits, true) : null
}

/** Asks KV and the authority at the same time. KV's record may grant before the authority has answered. */
async function authorizeUncached(
  cached: CachedKey,
  attempt: Attempt,
  deps: AuthorizeDeps,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, address, trace } = attempt
  const came = deps.questions.newest()
  const speculation = newSpeculation(address, trace.startedMs)
  let reading: Promise<CompiledKey | null> = Promise.resolve(null)
  const readKv = () => {
    reading = readKvRecord(lookupId, trace.requestId, deps)
    return reading
  }
  const newest = newestRecord(lookupId, cached, came, trace, deps, { readKv, speculation })
  const confirm = async () => judgeNewest(await newest, attempt, deps)
  const record = await reading
  return record === null
    ? await confirm()
    : await grantUntilConfirmed(record, attempt, speculation, confirm)
}

/**
 * If a record grants and has no limit, the request may be sent on before `confirm` has decided. It is too late for
 * that once the authority has answered.
 */
function grantUntilConfirmed(
  record: CompiledKey,
  { address, trace }: Attempt,
  speculation: Speculation,
  confirm: Confirm,
): Verdict {
  trace.key = record
  const access = evaluateAccess(record, address, trace.startedMs)
  const maySendOn = access.ok && access.value.limits === null && !speculation.isAnswered
  if (!maySendOn) return confirm()
  return ok({
    key: access.value,
    address,
    confirm(end) {
      speculation.end = end ?? null
      return confirm()
    },
  })
}

function judgeNewest(newest: Newest, attempt: Attempt, deps: AuthorizeDeps): Verdict {
  return newest.ok ? judge(newest.value, attempt, deps) : newest
}

/** The final decision, which is counted with the key. It is the only place that spends of a limit. */
export function judge(record: CompiledKey, attempt: Attempt, deps: AuthorizeDeps): Verdict {
  const { request, address, trace } = attempt
  const { use } = deps
  trace.key = record
  trace.cached = attempt.cached
  const access = evaluateAccess(record, address, trace.startedMs)
  if (!access.ok) {
    use.noteRefused(attempt, address, access.error.reason, trace.startedMs)
    return access
  }
  const unforwardable = findUnforwardable(request, deps.upstream.base)
  if (unforwardable !== null) {
    use.noteRefused(attempt, address, unforwardable.reason, trace.startedMs)
    return err(unforwardable)
  }
  const key = access.value
  if (key.limits === null) return allow(key, attempt, deps)
  const spent = deps.limits.spend(attempt, key.limits, trace)
  return spent instanceof Promise
    ? spent.then((done) => finish(done, key, attempt, deps))
    : finish(spent, key, attempt, deps)
}

/** Lets a request through that a limit has room for. */
function finish(
  spent: Result<null, LimitRefusal>,
  key: CompiledLiveKey,
  attempt: Attempt,
  deps: AuthorizeDeps,
): Result<Grant, Refusal> {
  if (spent.ok) return allow(key, attempt, deps)
  const { reason } = spent.error
  // An outage is counted with no key.
  if (reason !== 'authentication_unavailable') {
    deps.use.noteRefused(attempt, attempt.address, reason, attempt.trace.startedMs)
  }
  return spent
}

function allow(
  key: CompiledLiveKey,
  attempt: Attempt,
  { use }: AuthorizeDeps,
): Result<Grant, Refusal> {
  const { address, trace } = attempt
  const isReported = key.ipAclMode === 'report' && isOffIpAcl(key, address)
  use.noteAllowed(attempt, address, isReported, trace.startedMs)
  return ok({ key, address, confirm: null })
}
