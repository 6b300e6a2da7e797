// The pipeline that decides a request, in the contract's order:
//   credential ─▶ token (HMAC, no I/O) ─▶ copy: isolate, KV ─▶ account, state, IP ACL ─▶ authority
// Each step may refuse. Yes or no, a verdict that rests on a copy waits for the authority; what cannot
// be known is a refusal of its own (503), never a no and never a yes.

import {
  type AccessRefusal,
  type CompiledKey,
  type CompiledLiveKey,
  evaluateAccess,
  isOffIpAcl,
} from '../keys/access.ts'
import type { Address } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import { err, ok, type Result } from '../result.ts'
import type { AddressWatch } from './address-watch.ts'
import type { DenialRecorder } from './denial-recorder.ts'
import { extractCredential } from './credential.ts'
import { isFinal, type KeyCopiesDeps, newestRecord, readCopy } from './key-copies.ts'
import { BRAKE_SECONDS, type Newest, type RefusalBrake } from './refusal-brake.ts'
import type { Refusal } from './refusal.ts'
import type { Trace } from './trace.ts'

export interface AuthorizeDeps extends KeyCopiesDeps {
  /** The lookup id of a token that this gateway issued, or null. No I/O. */
  readonly verifyToken: (token: string) => string | null
  readonly brake: RefusalBrake
  readonly addressWatch: AddressWatch
  readonly denials: DenialRecorder
}

export interface Grant {
  readonly key: CompiledLiveKey
  /** Null where unreadable: a key without an ACL works all the same. */
  readonly address: Address | null
  /**
   * Asks the authority, and answers the grant that is final, of the record that it holds, or the refusal.
   * Until then nothing of the upstream may be shown. Null where this grant is final.
   */
  readonly confirm: (() => Promise<Result<Grant, Refusal>>) | null
}

/** What is judged, and for whom. */
interface Question {
  readonly lookupId: string
  readonly address: Address | null
  readonly trace: Trace
}

const BRAKED: Refusal = { reason: 'rate_limited', retryAfterSeconds: BRAKE_SECONDS }

/** What may wait for a store: a request whose copy is at hand and says yes waits for nothing. */
type Verdict = Result<Grant, Refusal> | Promise<Result<Grant, Refusal>>

/** The lookup id of the one credential, which is a token that this gateway issued. No I/O. */
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
  deps.addressWatch.see(headers, address)
  const question: Question = { lookupId, address, trace }
  const cached = deps.cache.get(lookupId)
  return cached === undefined ? judgeFromStores(question, deps) : judgeCopy(cached, question, deps)
}

async function judgeFromStores(question: Question, deps: AuthorizeDeps) {
  const copy = await readCopy(question.lookupId, question.trace.requestId, deps)
  return copy === null
    ? await judgeNewest(null, question, deps)
    : await judgeCopy(copy, question, deps)
}

function judgeCopy(copy: CompiledKey, question: Question, deps: AuthorizeDeps): Verdict {
  question.trace.key = copy
  const access = evaluateAccess(copy, question.address)
  if (!access.ok) return judgeRefused(copy, access.error, question, deps)
  if (isFinal(copy, deps)) return ok(granted(access.value, question, deps))
  const confirm = () => judgeNewest(copy, question, deps)
  return ok({ key: access.value, address: question.address, confirm })
}

/** What becomes of a request that a copy refuses. */
async function judgeRefused(
  copy: CompiledKey,
  refusal: AccessRefusal,
  question: Question,
  deps: AuthorizeDeps,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, trace } = question
  const within = await deps.brake.count(lookupId, trace.requestId)
  if (isFinal(copy, deps)) return err(within ? refused(refusal, question, deps) : BRAKED)
  const newest = within
    ? await newestRecord(lookupId, copy, trace.requestId, deps)
    : await deps.brake.newest({ lookupId, copy, requestId: trace.requestId })
  return await judge(newest, question, deps, within)
}

/** Judges by what must be honoured now. */
async function judgeNewest(
  copy: CompiledKey | null,
  question: Question,
  deps: AuthorizeDeps,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, trace } = question
  return await judge(await newestRecord(lookupId, copy, trace.requestId, deps), question, deps)
}

/** A verdict that is final. `counted`: whether the brake let a refusal of this request pass already. */
async function judge(
  newest: Newest,
  question: Question,
  deps: AuthorizeDeps,
  counted?: boolean,
): Promise<Result<Grant, Refusal>> {
  const { lookupId, address, trace } = question
  if (!newest.ok) return newest
  trace.key = newest.value
  const access = evaluateAccess(newest.value, address)
  if (access.ok) return ok(granted(access.value, question, deps))
  const within = counted ?? (await deps.brake.count(lookupId, trace.requestId))
  return err(within ? refused(access.error, question, deps) : BRAKED)
}

/** A grant that is final, noted where the IP ACL would have refused it. */
function granted(key: CompiledLiveKey, question: Question, { denials }: AuthorizeDeps): Grant {
  const { lookupId, address } = question
  if (key.ipAclMode === 'report' && isOffIpAcl(key, address)) denials.note(lookupId, address, false)
  return { key, address, confirm: null }
}

/** A refusal that is final and not braked, noted where it is the IP ACL's. */
function refused(refusal: AccessRefusal, question: Question, { denials }: AuthorizeDeps): Refusal {
  if (refusal.reason === 'ip_denied') denials.note(question.lookupId, question.address, true)
  return refusal
}
