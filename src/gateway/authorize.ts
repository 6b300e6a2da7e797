// The pipeline that decides a request, in the contract's order:
//   credential ─▶ token (HMAC, no I/O) ─▶ record: KV, on a miss libSQL ─▶ account, state, IP ACL
// Each step may refuse. What cannot be known is a refusal of its own (503), never a no and never a yes.

import type { AccessRefusal } from '../keys/access.ts'
import { evaluateAccess } from '../keys/access.ts'
import { type Address } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import type { KeyRecord, LiveKeyRecord } from '../keys/key-record.ts'
import type { LogFault } from '../log.ts'
import { err, ok, type Result } from '../result.ts'
import { extractCredential } from './credential.ts'
import type { Refusal } from './refusal.ts'

export interface AuthorizeDeps {
  /** The lookup id of a token that this gateway issued, or null. No I/O. */
  readonly verifyToken: (token: string) => Promise<string | null>
  /** The copy in KV: null on a miss; rejects when KV fails, which is not a miss. */
  readonly readCopy: (lookupId: string) => Promise<KeyRecord | null>
  /** The truth in libSQL: null where there is no such row; rejects when libSQL fails. */
  readonly readTruth: (lookupId: string) => Promise<KeyRecord | null>
  /** Counts a request that is refused; false when this key has had too many of them. */
  readonly mayRefuse: (lookupId: string) => Promise<boolean>
  readonly onFault: LogFault
}

export interface Grant {
  readonly key: LiveKeyRecord
  /** Null where unreadable: a key without an ACL works all the same. */
  readonly address: Address | null
}

/** The window of the brake on refusals, as in wrangler.toml. */
const BRAKE_SECONDS = 60

export async function authorize(
  headers: Headers,
  requestId: string,
  deps: AuthorizeDeps,
): Promise<Result<Grant, Refusal>> {
  const credential = extractCredential(headers)
  if (!credential.ok) return credential
  const lookupId = await deps.verifyToken(credential.value)
  if (lookupId === null) return err({ reason: 'key_invalid' })
  const record = await readRecord(lookupId, requestId, deps)
  if (!record.ok) return record
  const address = clientAddress(headers)
  const access = evaluateAccess(record.value, address)
  if (!access.ok) return err(await braked(access.error, lookupId, requestId, deps))
  return ok({ key: access.value, address })
}

/** A proven token without any row was issued and is gone; its record says so, like a tombstone's. */
const NO_ROW: KeyRecord = { kind: 'gone', revision: 0, keyId: '' }

async function readRecord(
  lookupId: string,
  requestId: string,
  deps: AuthorizeDeps,
): Promise<Result<KeyRecord, Refusal>> {
  try {
    const copy = await deps.readCopy(lookupId)
    if (copy !== null) return ok(copy)
  } catch (error) {
    deps.onFault('kv_read', error, requestId) // libSQL holds the truth, so the request need not fail
  }
  try {
    return ok((await deps.readTruth(lookupId)) ?? NO_ROW)
  } catch (error) {
    deps.onFault('libsql', error, requestId)
    return err({ reason: 'authentication_unavailable' })
  }
}

async function braked(
  refusal: AccessRefusal,
  lookupId: string,
  requestId: string,
  deps: AuthorizeDeps,
): Promise<Refusal> {
  try {
    if (await deps.mayRefuse(lookupId)) return refusal
    return { reason: 'rate_limited', retryAfterSeconds: BRAKE_SECONDS }
  } catch (error) {
    deps.onFault('brake', error, requestId)
    return refusal
  }
}
