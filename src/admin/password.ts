// Passwords: scrypt with N=2^14, r=8, p=5, a set that OWASP's Password Storage Cheat Sheet names and
// that fits an isolate's 128 MB. The parameters stand with the hash, in the PHC string form
// `$scrypt$ln=14,r=8,p=5$salt$hash`, so that they can be raised and old hashes still verify.

import { Buffer } from 'node:buffer'
import { scrypt, timingSafeEqual } from 'node:crypto'

interface Parameters {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/**
 * Once they are raised, a wrong password is told from an unknown e-mail by the clock for accounts that have
 * not logged in since: then let `checkNoPassword` take what most of them take.
 */
const CURRENT: Parameters = { ln: 14, r: 8, p: 5 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const STORED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]{22})\$([\w-]{43})$/

export interface PasswordCheck {
  readonly matches: boolean
  /** The hash was made with other parameters than today's: hash again. */
  readonly outdated: boolean
}

export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const hash = await derive(password, salt, CURRENT)
  return encode(CURRENT, salt, hash)
}

/** Throws a TypeError where `stored` is not a hash of ours. */
export async function checkPassword(stored: string, password: string): Promise<PasswordCheck> {
  const [, ln, r, p, salt, hash] = STORED.exec(stored) ?? []
  if (salt === undefined || hash === undefined) throw new TypeError('Cannot read a password hash')
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) }
  const derived = await derive(password, Buffer.from(salt, 'base64url'), parameters)
  const matches = timingSafeEqual(derived, Buffer.from(hash, 'base64url'))
  return { matches, outdated: !isCurrent(parameters) }
}

/** Takes as long as checking a password does, so that an unknown e-mail cannot be told by the clock. */
export async function checkNoPassword(password: string): Promise<void> {
  await derive(password, new Uint8Array(SALT_BYTES), CURRENT)
}

function encode({ ln, r, p }: Parameters, salt: Uint8Array, hash: Uint8Array): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return `$scrypt$ln=${ln},r=${r},p=${p}$${text(salt)}$${text(hash)}`
}

function isCurrent({ ln, r, p }: Parameters): boolean {
  return ln === CURRENT.ln && r === CURRENT.r && p === CURRENT.p
}

function derive(password: string, salt: Uint8Array, { ln, r, p }: Parameters): Promise<Buffer> {
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
