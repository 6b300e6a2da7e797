// The keys that the identity provider signs with. They are read anew when no key fits, since a provider may
// rotate its keys at any time.

import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyOptions,
} from 'jose'
import { ALGORITHMS, type CacheDeps } from './discovery.ts'
import { IdentityProviderError } from './identity-fault.ts'
import type { ProviderFetch } from './provider-fetch.ts'

export interface ProviderKeys {
  /**
   * The claims of a token that the provider signed. Rejects with an error of jose if it did not, and with an
   * IdentityProviderError if its keys cannot be read. `rereadAfterMs`: how old the keys must be to be read
   * anew for this token.
   */
  readonly verify: (
    token: string,
    uri: string,
    options: JWTVerifyOptions,
    rereadAfterMs: number,
    fetch: ProviderFetch,
  ) => Promise<JWTPayload>
}

const FRESH_MS = 10 * 60_000

interface Cached {
  readonly uri: string
  readonly keys: JSONWebKeySet
  readonly at: number
}

export function createProviderKeys({ nowMs, onFault }: CacheDeps): ProviderKeys {
  let cached: Cached | undefined
  let readMs = -Infinity

  async function reread(uri: string, fetch: ProviderFetch): Promise<Cached> {
    readMs = nowMs()
    cached = { uri, keys: await readKeys(uri, fetch), at: nowMs() }
    return cached
  }

  async function current(uri: string, fetch: ProviderFetch): Promise<Cached> {
    if (cached?.uri !== uri) return await reread(uri, fetch)
    if (nowMs() - cached.at < FRESH_MS) return cached
    try {
      return await reread(uri, fetch)
    } catch (error) {
      onFault(error)
      return cached
    }
  }

  return {
    async verify(token, uri, options, rereadAfterMs, fetch) {
      const known = await current(uri, fetch)
      try {
        return await verifyWith(token, known.keys, options)
      } catch (error) {
        const isDue = nowMs() - readMs >= rereadAfterMs
        if (!mayBeRotated(error) || !isDue) throw error
        return await verifyWith(token, (await reread(uri, fetch)).keys, options)
      }
    },
  }
}

async function verifyWith(
  token: string,
  keys: JSONWebKeySet,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    algorithms: ALGORITHMS,
    ...options,
  })
  return payload
}

function mayBeRotated(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWSSignatureVerificationFailed
  )
}

async function readKeys(uri: string, fetch: ProviderFetch): Promise<JSONWebKeySet> {
  const response = await fetch(uri, { headers: { Accept: 'application/json' } })
  if (response.status !== 200) throw new IdentityProviderError(`http_${response.status}`)
  try {
    const keys = await response.json<JSONWebKeySet>()
    createLocalJWKSet(keys) // throws if it is no JSON Web Key Set
    return keys
  } catch (cause) {
    throw new IdentityProviderError('invalid', { cause })
  }
}
