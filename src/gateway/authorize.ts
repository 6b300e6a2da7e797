// The pipeline that decides a request, in the contract's order:
//   credential ─▶ token (HMAC, no I/O) ─▶ cached record: isolate, KV ─▶ state, account, IP ACL ─▶ authority
// Each step may refuse. The authority confirms every decision that was made from a cached record, a grant or
// a refusal. If no store can say, the request is refused with 503.

import {
  type AccessRefusal,
  type CompiledKey,
  type CompiledLiveKey,
  evaluateAccess,
  isOffIpAcl,
} from '../keys/access.ts'
import type { Address } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { AddressWatch } from './address-watch.ts'
import { extractCredential } from './credential.ts'
import type { DenialRecorder } from './denial-recorder.ts'
import { isFinal, type KeyRecordsDeps, newestRecord, readCachedRecord } from './key-records.ts'
import { BRAKE_SECONDS, type Newest, type RefusalBrake } from './refusal-brake.ts'
import type { Refusal } from './refusal.ts'
import type { Trace } from './trace.ts'

export interface AuthorizeDeps extends KeyRecordsDeps {
  /** The lookup id of a token that this gateway issued, or null. No I/O. */
  readonly verifyToken: (token: string) => string | null
  readonly brake: RefusalBrake
  readonly addressWatch: AddressWatch
  readonly denials: DenialRecorder
}

export interface Grant {
  readonly key: CompiledLiveKey
  /** Null if unreadable. A key without an IP ACL works all the same. */
  readonly address: Address | null
  /**
   * Asks the authority and resolves to the final grant, from the newest record, or to a refusal. Until then
   * the client must see nothing of the upstream's answer. Null if this grant is final already.
   */
  readonly confirm: (() => Promise<Result<Grant, Refusal>>) | null
}

/** A request for which a key is evaluated. */
interface Attempt {
  readonly lookupId: string
  readonly address: Address | null
  readonly trace: Trace
}

const BRAKED: Refusal = { reason: 'rate_limited', retryAfterSeconds: BRAKE_SECONDS }

/** A promise only if a store must be asked. If a cached record grants the request, none is. */
type Verdict = Result<Grant, Refusal> | Promise<Result<Grant, Refusal>>

/** The lookup id of the request's only credential, a token that this gateway issued. No I/O. */
export function identifyKey(
  headers: Headers,
  { verifyToken }: Pick<AuthorizeDeps, 'verifyToken'>,
): Result<string, Refusal> {
  const credential = extractCredential(headers)
  if (!credential.ok) return credential
  const lookupId = verifyToken(credential.value)
  return lookupId === null ? err({ reason: 'key_invalid' }) : ok(lookupId)
}

export function authorize(
  lookupId: string,
  headers: Headers,
  trace: Trace,
  deps: AuthorizeDeps,
): Verdict {
  const address = clientAddress(headers)
  deps.addressWatch.observe(headers, address)
  const attempt: Attempt = { lookupId, address, trace }
  const cached = deps.cache.get(lookupId)
  return cached === undefined
    ? authorizeFromStores(attempt, deps)
    : evaluateCached(cached, attempt, deps)
}

async function authorizeFromStores(attempt: Attempt, deps: AuthorizeDeps) {
  const cached = await readCachedRecord(attempt.lookupId, attempt.trace.requestId, deps)
  return cached === null
    ? await confirmGrant(null, attempt, deps)
    : await evaluateCached(cached, attempt, deps)
}

function evaluateCached(cached: CompiledKey, attempt: Attempt, deps: AuthorizeDeps): Verdict {
  attempt.trace.key = cached
  const access = evaluateAccess(cached, attempt.address)
  if (!access.ok) return confirmRefusal(cached, access.error, attempt, deps)
  if (isFinal(cached, deps)) return ok(makeFinalGrant(access.value, attempt, deps))
  const confirm = () => confirmGrant(cached, attempt, deps)
  return ok({ key: access.value, address: attempt.address, confirm })
}

/** Evaluates the newest record of a key whose cached record refuses. The newest record may grant. */
async function confirmRefusal(
  cached: CompiledKey,
  refusal: AccessRefusal,
  attempt: Attempt,
  deps: AuthorizeDeps,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, trace } = attempt
  const within = await deps.brake.count(lookupId, trace.requestId)
  if (isFinal(cached, deps)) return err(within ? noteIpDenial(refusal, attempt, deps) : BRAKED)
  const newest = within
    ? await newestRecord(lookupId, cached, trace.requestId, deps)
    : await deps.brake.newest({ lookupId, copy: cached, requestId: trace.requestId })
  return await evaluateNewest(newest, attempt, deps, within)
}

/** Evaluates the newest record of a key whose cached record grants, or that has no cached record. */
async function confirmGrant(
  cached: CompiledKey | null,
  attempt: Attempt,
  deps: AuthorizeDeps,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, trace } = attempt
  const newest = await newestRecord(lookupId, cached, trace.requestId, deps)
  return await evaluateNewest(newest, attempt, deps)
}

/** The final decision. `counted`: whether the brake let this refusal pass, if it was counted already. */
async function evaluateNewest(
  newest: Newest,
  attempt: Attempt,
  deps: AuthorizeDeps,
  counted?: boolean,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, address, trace } = attempt
  if (!newest.ok) return newest
  trace.key = newest.value
  const access = evaluateAccess(newest.value, address)
  if (access.ok) return ok(makeFinalGrant(access.value, attempt, deps))
  const within = counted ?? (await deps.brake.count(lookupId, trace.requestId))
  return err(within ? noteIpDenial(access.error, attempt, deps) : BRAKED)
}

/** Makes a grant that is final. If an IP ACL in mode `report` does not match, a denial is noted. */
function makeFinalGrant(key: CompiledLiveKey, attempt: Attempt, { denials }: AuthorizeDeps): Grant {
  const { lookupId, address } = attempt
  if (key.ipAclMode === 'report' && isOffIpAcl(key, address)) denials.note(lookupId, address, false)
  return { key, address, confirm: null }
}

/** Passes on a refusal that is final. If the IP ACL refused, a denial is noted. */
function noteIpDenial(
  refusal: AccessRefusal,
  attempt: Attempt,
  { denials }: AuthorizeDeps,
): Refusal {
  if (refusal.reason === 'ip_denied') denials.note(attempt.lookupId, attempt.address, true)
  return refusal
}
