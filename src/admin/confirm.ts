// Asks who is there again, before a call that makes or shows a token: by the password, or by a confirmation of the
// identity provider.

import { Buffer } from 'node:buffer'
import { hasConfirmation, insertConfirmation, spendConfirmation } from '../db/identity-queries.ts'
import { insertEvent } from '../db/audit-queries.ts'
import type { OpenSession } from '../db/session-queries.ts'
import { isAuthenticatedAnew } from '../identity/auth-time.ts'
import type { Arrival, IdentityProvider } from '../identity/provider.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { ConfirmedCall } from '../shared/confirmed-call.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type Actor, auditEvent } from './audit.ts'
import { type ConfirmDeps as PasswordDeps, confirmPassword } from './confirm-password.ts'
import type { AdminContext } from './context.ts'
import { keyedHashes } from './keyed-hash.ts'
import type { ConfirmationFault, Refusal } from './refusal.ts'
import type { Confirming } from './requests/confirmed.ts'

export interface ConfirmDeps extends PasswordDeps {
  /** Null where users have passwords here. */
  readonly identity: IdentityProvider | null
}

const CONFIRMATION_MS = 5 * 60_000
const ID_BYTES = 24

/**
 * A refusal unless the user of the session confirmed who they are for this call. A confirmation for another call
 * is not spent: it stays as good as it was, for its own call alone, so whoever sends it gains nothing by that, and
 * whoever sends it by mistake loses nothing.
 */
export async function confirmIdentity(
  c: AdminContext,
  call: ConfirmedCall,
  { password = '', confirmation }: Confirming,
  deps: ConfirmDeps,
): Promise<Refusal | null> {
  if (deps.identity === null) return await confirmPassword(c, password, deps)
  if (confirmation === undefined) return { reason: 'confirmation_required' }
  const hashes = await hashesOf(confirmation, deps.sessionKeys)
  const sent = { hashes, sessionId: c.get('session').session.id }
  const now = deps.nowMs()
  if (await spendConfirmation(deps.db, sent, call, now)) return null
  const isForAnother = await hasConfirmation(deps.db, sent, now)
  return { reason: 'confirmation_required', cause: isForAnother ? 'another_call' : 'spent' }
}

export interface AskedConfirmation {
  /** In milliseconds since 1970. */
  readonly askedAt: number
  /** Null for any one call. */
  readonly call: ConfirmedCall | null
}

/** Makes a confirmation, if the person who came back is the user of the session and was authenticated anew. */
export async function makeConfirmation(
  { person, issuedAt, authTime }: Arrival,
  { session, user, account }: OpenSession,
  { askedAt, call }: AskedConfirmation,
  address: string | null,
  deps: Pick<ConfirmDeps, 'db' | 'sessionKeys' | 'nowMs'>,
): Promise<Result<string, ConfirmationFault>> {
  const now = deps.nowMs()
  if (person.issuer !== user.issuer || person.subject !== user.subject) {
    const actor: Actor = { kind: 'customer', accountId: account.id, address, user }
    await insertEvent(deps.db, auditEvent('confirmation.failed', actor, now))
    return err('another_person')
  }
  if (authTime === null) return err('no_auth_time')
  if (!isAuthenticatedAnew({ issuedAt, authTime, askedAt, gotAt: now })) return err('not_anew')
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(ID_BYTES))).toString('base64url')
  const [hash = ''] = await hashesOf(id, deps.sessionKeys)
  const expiresAt = now + CONFIRMATION_MS
  const isKept = await insertConfirmation(deps.db, {
    hash,
    sessionId: session.id,
    expiresAt,
    call: call?.name ?? null,
    keyId: call?.keyId ?? null,
  })
  return isKept ? ok(id) : err('session_ended')
}

async function hashesOf(confirmation: string, ring: KeyRing): Promise<string[]> {
  return await keyedHashes(JSON.stringify(['confirmation', confirmation]), ring)
}
