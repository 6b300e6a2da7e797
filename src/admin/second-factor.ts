// The second factor of a local user: a code of an app, or a recovery code, beside the password. It is set up in two
// steps, so that nobody is locked out by an app that did not take the secret.

import type { Database } from '../db/client.ts'
import {
  confirmSecondFactor,
  findSecondFactor,
  type SecondFactorRow,
  startSecondFactor,
  type StoredFactor,
  takeRecoveryCode,
  takeStep,
} from '../db/second-factor-queries.ts'
import type { UserRow } from '../db/user-queries.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { NONCE_BYTES, openToken, sealToken, UnreadableTokenError } from '../keys/sealed-token.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type Actor, auditEvent } from './audit.ts'
import type { Caller } from './context.ts'
import { toQrRows } from './qr-code.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import type { Refusal } from './refusal.ts'
import { findStep, SECRET_BYTES, toSecret, toUri } from './totp.ts'

export interface SecondFactorDeps {
  readonly db: Database
  readonly encryptionKeys: KeyRing
  readonly nowMs: () => number
}

/** A secret that was not confirmed by then must be made anew. */
const ENROLMENT_MS = 15 * 60_000
export const CODE_INCORRECT: Refusal = { reason: 'second_factor_incorrect' }

type Person = Pick<UserRow, 'id' | 'accountId' | 'email'>

/** The factor that log-ins of a user need; undefined if the user has none. */
export async function findConfirmed(
  db: Database,
  userId: string,
): Promise<StoredFactor | undefined> {
  const factor = await findSecondFactor(db, userId)
  return factor === undefined || factor.confirmedAt === null ? undefined : factor
}

/** What an app needs. It is shown once. */
export interface Enrolment {
  readonly secret: string
  readonly uri: string
  /** The URI as a picture: see `toQrRows`. */
  readonly qr_code: readonly string[]
}

/** Makes a secret, which `confirmEnrolment` makes a factor. */
export async function startEnrolment(
  user: Person,
  caller: Caller,
  deps: SecondFactorDeps,
): Promise<Result<Enrolment, Refusal>> {
  const secret = toSecret(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealedSecret = await sealToken(deps.encryptionKeys, secret, ownerOf(user), nonce)
  const factor = { userId: user.id, sealedSecret, createdAt: deps.nowMs() }
  if (!(await startSecondFactor(deps.db, factor, caller))) {
    return err({ reason: 'second_factor_enabled' })
  }
  const uri = toUri(secret, user.email)
  return ok({ secret, uri, qr_code: toQrRows(uri) })
}

/** Takes a code of the app, and answers the recovery codes. */
export async function confirmEnrolment(
  user: Person,
  code: string,
  caller: Caller,
  deps: SecondFactorDeps,
): Promise<Result<string[], Refusal>> {
  const now = deps.nowMs()
  const factor = await findSecondFactor(deps.db, user.id)
  if (factor !== undefined && factor.confirmedAt !== null) {
    return err({ reason: 'second_factor_enabled' })
  }
  if (factor === undefined || factor.createdAt + ENROLMENT_MS < now) return err(NOT_FOUND)
  const secret = await openSecret(factor, user, deps.encryptionKeys)
  const step = findStep(secret, withoutSpaces(code), now)
  if (step === null) return err(CODE_INCORRECT)
  const codes = newRecoveryCodes()
  const event = auditEvent('second_factor.enable', caller, now)
  const hashes = hashesOf(codes, secret)
  return (await confirmSecondFactor(deps.db, factor, step, hashes, caller, event))
    ? ok(codes)
    : err(NOT_FOUND)
}

/** Whether a code is right and was not used before. It is used up by this. */
export async function useCode(
  user: Person,
  factor: SecondFactorRow,
  code: string,
  actor: Actor,
  deps: SecondFactorDeps,
): Promise<boolean> {
  const now = deps.nowMs()
  const secret = await openSecret(factor, user, deps.encryptionKeys)
  const step = findStep(secret, withoutSpaces(code), now)
  if (step !== null) return await takeStep(deps.db, factor, step)
  const hash = hashRecoveryCode(secret, code)
  if (hash === null) return false
  const event = auditEvent('second_factor.recover', actor, now)
  return await takeRecoveryCode(deps.db, factor, hash, event)
}

/** New recovery codes, and how they are stored. */
export async function renewedCodes(
  user: Person,
  factor: SecondFactorRow,
  deps: SecondFactorDeps,
): Promise<{ readonly codes: string[]; readonly hashes: string[] }> {
  const secret = await openSecret(factor, user, deps.encryptionKeys)
  const codes = newRecoveryCodes()
  return { codes, hashes: hashesOf(codes, secret) }
}

const NOT_FOUND: Refusal = { reason: 'not_found' }

function hashesOf(codes: readonly string[], secret: string): string[] {
  return codes.flatMap((code) => hashRecoveryCode(secret, code) ?? [])
}

/** Apps show a code as `123 456`. */
function withoutSpaces(code: string): string {
  return code.replaceAll(/\s/g, '')
}

/** The user's id stands where a token has the id of its key, so neither opens as the other. */
function ownerOf({ id, accountId }: Person) {
  return { keyId: id, accountId }
}

async function openSecret(
  { sealedSecret }: SecondFactorRow,
  user: Person,
  ring: KeyRing,
): Promise<string> {
  const secret = await openToken(ring, sealedSecret, ownerOf(user))
  if (secret === null) throw new UnreadableTokenError(sealedSecret)
  return secret
}
