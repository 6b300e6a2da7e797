// A log-in or a confirmation that was begun. It travels sealed in a short-lived cookie, so that a stranger who
// begins log-ins writes nothing anywhere.

import type { KeyRing } from '../keys/key-ring.ts'
import { NONCE_BYTES, openToken, sealToken } from '../keys/sealed-token.ts'
import type { ConfirmedCall } from '../shared/confirmed-call.ts'

export type Purpose =
  | {
      readonly kind: 'log_in'
      /** The path of the page to go on at. */
      readonly returnTo: string
    }
  | {
      readonly kind: 'confirm'
      readonly sessionId: string
      /** What the person confirms. Null for any one call; an older version leaves it out. */
      readonly call?: ConfirmedCall | null
    }

export interface Pending {
  readonly state: string
  readonly nonce: string
  /** The code verifier of PKCE. */
  readonly verifier: string
  readonly redirectUri: string
  /** In milliseconds since 1970. */
  readonly begunAt: number
  readonly purpose: Purpose
}

/** A person may look for a password, or wait for a code by mail. */
export const PENDING_MS = 10 * 60_000

/** Keeps what is sealed here apart from the tokens that the same ring seals. */
const OWNER = { keyId: 'identity', accountId: 'pending' }

export async function sealPending(pending: Pending, ring: KeyRing): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  return await sealToken(ring, JSON.stringify(pending), OWNER, nonce)
}

/** Null if this gateway did not seal it, or if it is too old. */
export async function openPending(
  sealed: string,
  ring: KeyRing,
  nowMs: number,
): Promise<Pending | null> {
  const opened = await openToken(ring, sealed, OWNER)
  if (opened === null) return null
  const pending = JSON.parse(opened) as Pending
  return Math.abs(nowMs - pending.begunAt) <= PENDING_MS ? pending : null
}
