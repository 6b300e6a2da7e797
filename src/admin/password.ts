// Passwords: scrypt with N=2^13, r=8, p=10. OWASP's Password Storage Cheat Sheet lists several sets as
// equal; this one takes the least memory (8 MB) and no more time than the others. The parameters are stored
// with the hash, in the PHC string form `$scrypt$ln=13,r=8,p=10$salt$hash`, so that old hashes still
// verify.
//
// A password is hashed in NFC (RFC 8265 §4.2.2), because keyboards differ in how they write an "é".

import { Buffer } from 'node:buffer'
import { scrypt, timingSafeEqual } from 'node:crypto'

interface Parameters {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/**
 * The former set, N=2^14 and p=5, takes as long. With a slower set, the time of a log-in would tell an
 * unknown e-mail from a wrong password, for accounts whose hash still has the former set.
 */
const CURRENT: Parameters = { ln: 13, r: 8, p: 10 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const STORED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]{22})\$([\w-]{43})$/

/**
 * In UTF-16 units. No password that can be set is longer, even in decomposed form. A longer password is
 * wrong anyway, and is not normalised, because that can take time quadratic in the length.
 */
const MAX_NORMALISED = 2_048

interface Stored {
  readonly parameters: Parameters
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** Stands in for the hash of an e-mail without an account. No password matches it; the check takes as long. */
const NO_ACCOUNT: Stored = {
  parameters: CURRENT,
  salt: new Uint8Array(SALT_BYTES),
  hash: new Uint8Array(HASH_BYTES),
}

export interface PasswordCheck {
  readonly matches: boolean
  /** The hash was made with other parameters than today's, or not in NFC, so hash the password again. */
  readonly outdated: boolean
}

export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const hash = await derive(normalise(password), { ...NO_ACCOUNT, salt })
  return encode(CURRENT, salt, hash)
}

/**
 * `stored`: null if there is no account. Throws a TypeError if `stored` is not a hash of this form.
 *
 * The empty password never matches. HMAC treats it like a single U+0000, which older versions accepted as a
 * password.
 *
 * Hashes from before passwords were normalised may be of another form. So a password that differs from its
 * NFC is tried as given too. This is the same for every e-mail, so the time reveals nothing about an
 * account.
 */
export async function checkPassword(
  stored: string | null,
  password: string,
): Promise<PasswordCheck> {
  const expected = stored === null ? NO_ACCOUNT : decode(stored)
  const composed = normalise(password)
  const inNfc = await matchesHash(expected, composed)
  const asGiven = !inNfc && composed !== password && (await matchesHash(expected, password))
  return {
    matches: stored !== null && password !== '' && (inNfc || asGiven),
    outdated: asGiven || !isCurrent(expected.parameters),
  }
}

function normalise(password: string): string {
  return password.length > MAX_NORMALISED ? password : password.normalize('NFC')
}

async function matchesHash(stored: Stored, password: string): Promise<boolean> {
  return timingSafeEqual(await derive(password, stored), stored.hash)
}

function encode({ ln, r, p }: Parameters, salt: Uint8Array, hash: Uint8Array): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return `$scrypt$ln=${ln},r=${r},p=${p}$${text(salt)}$${text(hash)}`
}

function decode(text: string): Stored {
  const [, ln, r, p, salt, hash] = STORED.exec(text) ?? []
  if (salt === undefined || hash === undefined) throw new TypeError('Cannot read a password hash')
  return {
    parameters: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
}

function isCurrent({ ln, r, p }: Parameters): boolean {
  return ln === CURRENT.ln && r === CURRENT.r && p === CURRENT.p
}

function derive(
  password: string,
  { salt, parameters: { ln, r, p } }: Omit<Stored, 'hash'>,
): Promise<Buffer> {
  const N = 2 ** ln
  // scrypt needs 128·N·r bytes. Node's default limit of 32 MiB is too low for larger parameters.
  const options = { N, r, p, maxmem: 2 * 128 * N * r }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
