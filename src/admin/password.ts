// Passwords: scrypt with N=2^13, r=8, p=10, of the equal sets of OWASP's Password Storage Cheat Sheet
// the one that takes the least memory (8 MB) and no more time than any other. The parameters stand with
// the hash, in the PHC string form `$scrypt$ln=13,r=8,p=10$salt$hash`, so that old hashes still verify.
//
// A password is hashed in NFC (RFC 8265 §4.2.2): keyboards differ in how they write an "é".

import { Buffer } from 'node:buffer'
import { scrypt, timingSafeEqual } from 'node:crypto'

interface Parameters {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/**
 * The set before, N=2^14 and p=5, takes as long. A set that takes longer would tell a wrong password from
 * an unknown e-mail by the clock, for accounts that have not logged in since.
 */
const CURRENT: Parameters = { ln: 13, r: 8, p: 10 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const STORED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]{22})\$([\w-]{43})$/

/**
 * In UTF-16 units: no password that somebody may set is longer, however it is typed. What is longer is
 * wrong as it is, since to normalise a text can take the square of its length.
 */
const MAX_NORMALISED = 2_048

interface Stored {
  readonly parameters: Parameters
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** For an e-mail without an account. Nothing matches it, and finding that out takes as long. */
const NOBODY: Stored = {
  parameters: CURRENT,
  salt: new Uint8Array(SALT_BYTES),
  hash: new Uint8Array(HASH_BYTES),
}

export interface PasswordCheck {
  readonly matches: boolean
  /** The hash was made with other parameters than today's, or not in NFC: hash again. */
  readonly outdated: boolean
}

export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const hash = await derive(normalised(password), { ...NOBODY, salt })
  return encode(CURRENT, salt, hash)
}

/**
 * `stored`: null where there is no account. Throws a TypeError where it is not a hash of ours.
 *
 * The empty password matches nothing. To HMAC it is the same as U+0000 alone, which versions before this took
 * as a password.
 *
 * Hashes made before passwords were normalised may be of another form, so what differs from its NFC is
 * tried as given too. That is so for each e-mail alike: the time tells nothing of an account.
 */
export async function checkPassword(
  stored: string | null,
  password: string,
): Promise<PasswordCheck> {
  const expected = stored === null ? NOBODY : decode(stored)
  const composed = normalised(password)
  const inNfc = await isOf(expected, composed)
  const asGiven = !inNfc && composed !== password && (await isOf(expected, password))
  return {
    matches: stored !== null && password !== '' && (inNfc || asGiven),
    outdated: asGiven || !isCurrent(expected.parameters),
  }
}

function normalised(password: string): string {
  return password.length > MAX_NORMALISED ? password : password.normalize('NFC')
}

async function isOf(stored: Stored, password: string): Promise<boolean> {
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
  // Node's own limit of 32 MiB is met at once by larger parameters: 128·N·r is what scrypt needs.
  const options = { N, r, p, maxmem: 2 * 128 * N * r }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
