// X-Portal-Assertion is a short-lived JWT (RFC 7519, EdDSA). It proves to the upstream that a request came
// through the gateway, and names its key and account. Signing costs more than all the rest of a request, so
// an isolate signs once per key in 30 s and reuses the JWT meanwhile.

import { type CryptoKey as JoseKey, importJWK, type JWK, SignJWT } from 'jose'
import { err, ok, type Result } from '../shared/result.ts'

/** If the verifier's clock is behind, an assertion issued this second would not be valid yet. */
const BACKDATED_SECONDS = 5
/** Counted from the backdated `iat`, so the contract's limit holds by the verifier's clock too. */
const LIFETIME_SECONDS = 60
/** Leaves an assertion at least 25 seconds to live when it is sent. */
const REUSE_SECONDS = 30
/** At about 400 bytes each, at most 4 MB of an isolate's 128 MB. */
const CACHED_ASSERTIONS = 10_000

export interface AssertionKeys {
  readonly kid: string
  readonly signingKey: JoseKey
  /** The public halves of all keys, for /admin/jwks.json. */
  readonly published: { readonly keys: readonly JWK[] }
}

export interface AssertionSubject {
  readonly accountId: string
  readonly keyId: string
}

/** Returns a promise only if a new assertion must be signed. */
export type SignAssertion = (subject: AssertionSubject, nowMs: number) => string | Promise<string>

/**
 * Reads ASSERTION_KEYS: a JSON Web Key Set (RFC 7517) of private Ed25519 keys, each with a `kid` of its own.
 * The first key signs and all are published. The error is a sentence without key material.
 */
export async function importAssertionKeys(text: string): Promise<Result<AssertionKeys, string>> {
  const keys = parseKeySet(text)
  const [first] = keys ?? []
  if (keys === null || first === undefined) {
    return err('it is not a JSON Web Key Set of Ed25519 private keys, each with a "kid" of its own')
  }
  try {
    const signingKey = await importJWK({ ...first, alg: 'EdDSA' })
    if (signingKey instanceof Uint8Array) return err('its first key is not an Ed25519 key')
    const published = keys.map(({ kty, crv, x, kid }) => {
      return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }
    })
    return ok({ kid: first.kid, signingKey, published: { keys: published } })
  } catch {
    return err('its first key does not import as an Ed25519 private key')
  }
}

/** An assertion that is reused for its key, as long as the key is of the same account. */
interface Signed {
  readonly accountId: string
  readonly assertion: string
  readonly signedAtMs: number
}

/**
 * Signs for `issuer` and `audience`, and keeps a bounded cache. A subject may come from a record that no authority has
 * confirmed, so what was signed for one is never sent for another.
 */
export function createAssertionSigner(
  keys: AssertionKeys,
  issuer: string,
  audience: string,
): SignAssertion {
  const cache = new Map<string, Signed>()

  async function sign({ accountId, keyId }: AssertionSubject, nowMs: number): Promise<string> {
    const issuedAt = Math.floor(nowMs / 1000) - BACKDATED_SECONDS
    const assertion = await new SignJWT({ key: keyId })
      .setProtectedHeader({ alg: 'EdDSA', kid: keys.kid, typ: 'JWT' })
      .setSubject(accountId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(keys.signingKey)
    cache.delete(keyId) // inserted again at the end, so the first entry of the Map is always the oldest
    if (cache.size >= CACHED_ASSERTIONS) cache.delete(cache.keys().next().value ?? '')
    cache.set(keyId, { accountId, assertion, signedAtMs: nowMs })
    return assertion
  }

  return function signAssertion(subject, nowMs) {
    const cached = cache.get(subject.keyId)
    if (cached?.accountId !== subject.accountId) return sign(subject, nowMs)
    const ageMs = nowMs - cached.signedAtMs
    // The age is negative if the clock was set back. Then `exp` is later than the contract allows.
    const isFresh = ageMs >= 0 && ageMs < REUSE_SECONDS * 1000
    return isFresh ? cached.assertion : sign(subject, nowMs)
  }
}

interface PrivateKey extends JWK {
  kty: 'OKP'
  crv: 'Ed25519'
  kid: string
  x: string
  d: string
}

function parseKeySet(text: string): readonly PrivateKey[] | null {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown }
    if (!Array.isArray(keys) || !keys.every(isPrivateKey)) return null
    return new Set(keys.map(({ kid }) => kid)).size === keys.length ? keys : null
  } catch {
    return null
  }
}

function isPrivateKey(value: unknown): value is PrivateKey {
  if (typeof value !== 'object' || value === null) return false
  const { kty, crv, kid, x, d } = value as JWK
  const texts = [kid, x, d].every((member) => typeof member === 'string' && member !== '')
  return kty === 'OKP' && crv === 'Ed25519' && texts
}
