// The metadata of the identity provider (OpenID Connect Discovery 1.0), cached in the isolate. If it cannot
// be read anew, the copy is used for a day.

import {
  allowInsecureRequests,
  type AuthorizationServer,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from 'oauth4webapi'
import { isLoopback } from '../http/request-url.ts'
import { IdentityProviderError } from './identity-fault.ts'
import type { ProviderFetch } from './provider-fetch.ts'

/** What a log-in needs. */
export interface Metadata extends AuthorizationServer {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly jwks_uri: string
}

export interface Discovery {
  /** Rejects with an IdentityProviderError. */
  readonly read: (fetch: ProviderFetch) => Promise<Metadata>
}

export interface CacheDeps {
  readonly nowMs: () => number
  /** Gets what failed and was made up for by a copy. */
  readonly onFault: (error: unknown) => void
}

const FRESH_MS = 10 * 60_000
const USABLE_MS = 24 * 3_600_000
/** Asymmetric ones. With a shared secret, whoever knows the client's secret could sign. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

export function createDiscovery(issuer: string, { nowMs, onFault }: CacheDeps): Discovery {
  let cached: { readonly metadata: Metadata; readonly at: number } | undefined
  return {
    async read(fetch) {
      const now = nowMs()
      if (cached !== undefined && now - cached.at < FRESH_MS) return cached.metadata
      try {
        const metadata = await discover(issuer, fetch)
        cached = { metadata, at: now }
        return metadata
      } catch (error) {
        if (cached === undefined || now - cached.at > USABLE_MS) throw error
        onFault(error)
        return cached.metadata
      }
    },
  }
}

async function discover(issuer: string, fetch: ProviderFetch): Promise<Metadata> {
  const url = new URL(issuer)
  const options = { [customFetch]: fetch, [allowInsecureRequests]: url.protocol === 'http:' }
  const response = await discoveryRequest(url, options)
  if (response.status !== 200) throw new IdentityProviderError(`http_${response.status}`)
  const found = await processDiscoveryResponse(url, response).catch((cause: unknown) => {
    throw new IdentityProviderError('invalid', { cause })
  })
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint } = found
  const needed = [authorization_endpoint, token_endpoint, jwks_uri]
  const urls = userinfo_endpoint === undefined ? needed : [...needed, userinfo_endpoint]
  if (!urls.every(isSafe)) throw new IdentityProviderError('invalid')
  return {
    ...found,
    // A provider that names none is held to the same list.
    id_token_signing_alg_values_supported: ALGORITHMS.filter((name) => {
      return found.id_token_signing_alg_values_supported?.includes(name) ?? true
    }),
  } as Metadata
}

/** Whether nobody can read a call to this URL on its way. */
function isSafe(text: string | undefined): boolean {
  const url = text === undefined ? null : URL.parse(text)
  return url !== null && (url.protocol === 'https:' || isPlainLoopback(url))
}

function isPlainLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && isLoopback(hostname)
}
