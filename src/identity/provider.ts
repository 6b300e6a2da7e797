// The OpenID Connect provider, as a relying party speaks with it: the authorization code flow with PKCE, and
// back-channel logout. Its tokens never leave this file.

import type { JWTPayload } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clockTolerance,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  OperationProcessingError,
  PARSE_ERROR,
  processAuthorizationCodeResponse,
  processUserInfoResponse,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
  ResponseBodyError,
  userInfoRequest,
  validateAuthResponse,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { httpReason } from '../log/fault-reason.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { createDiscovery, type Metadata } from './discovery.ts'
import { IdentityProviderError } from './identity-fault.ts'
import { type Logout, toLogout } from './logout-token.ts'
import { type Pending, PENDING_MS, type Purpose } from './pending.ts'
import { isIncomplete, lacksRights, type Person, toPerson } from './person.ts'
import { createProviderFetch, PROVIDER_BUDGET_MS, type ProviderFetch } from './provider-fetch.ts'
import { createProviderKeys } from './provider-keys.ts'
import type { OidcSettings } from './settings.ts'
import { isInTime } from './token-end.ts'

export interface IdentityProvider {
  readonly issuer: string
  readonly settings: OidcSettings
  /** Where to send the browser, and what must be known when it comes back. */
  readonly begin: (purpose: Purpose, redirectUri: string) => Promise<Begun>
  /** Who came back. `answer`: the URL that the provider sent the browser to. */
  readonly finish: (pending: Pending, answer: URL) => Promise<Result<Arrival, IdentityRefusal>>
  /** What a logout token asks for; null if it is none of this provider for this client. */
  readonly readLogout: (token: string) => Promise<Logout | null>
}

export interface Begun {
  readonly url: string
  readonly pending: Pending
}

export interface Arrival {
  readonly person: Person
  /** `iat` and `auth_time` of the ID token, in seconds since 1970. */
  readonly issuedAt: number
  readonly authTime: number | null
}

/**
 * `denied`: the provider says no. `code_rejected`: it does not know the code, or knows it as used.
 * `answer_invalid`: it did not send the browser here. `token_invalid`: its ID token is none for this log-in.
 */
export type IdentityRefusal =
  | { readonly kind: 'denied'; readonly error: string }
  | { readonly kind: 'code_rejected' }
  | { readonly kind: 'answer_invalid' }
  | { readonly kind: 'token_invalid' }

export interface ProviderDeps {
  readonly nowMs: () => number
  /** Gets what failed and is not thrown. */
  readonly onFault: (error: unknown) => void
}

const CLOCK_TOLERANCE_S = 30
const MAX_SUBJECT = 255 // OpenID Connect Core §2
/** Anybody can send a logout token that no key fits. */
const LOGOUT_REREAD_MS = 10_000
/** A logout that was sent longer ago is not carried out any more. */
const MAX_LOGOUT_AGE_S = 24 * 3_600
/** RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6; a code is shown only if it looks like one. */
const ERROR_CODE = /^[a-z_]{1,40}$/

/** Each function of the provider rejects with an IdentityProviderError where it cannot be used. */
export function createProvider(settings: OidcSettings, deps: ProviderDeps): IdentityProvider {
  const { issuer, clientId } = settings
  const insecure = new URL(issuer).protocol === 'http:'
  const client: Client = { client_id: clientId, [clockTolerance]: CLOCK_TOLERANCE_S }
  /** How long after its end the ID token of a confirmation is looked at, see token-end.ts. */
  const confirming: Client = { ...client, [clockTolerance]: PENDING_MS / 1_000 }
  const discovery = createDiscovery(issuer, deps)
  const keys = createProviderKeys(deps)
  const tokenRules = { audience: clientId, clockTolerance: CLOCK_TOLERANCE_S }

  const newFetch = () => createProviderFetch(AbortSignal.timeout(PROVIDER_BUDGET_MS))
  const optionsOf = (fetch: ProviderFetch) => ({
    [customFetch]: fetch,
    [allowInsecureRequests]: insecure,
  })

  async function readUserInfo(
    metadata: Metadata,
    accessToken: string,
    subject: string,
    fetch: ProviderFetch,
  ): Promise<object> {
    try {
      const response = await userInfoRequest(metadata, client, accessToken, optionsOf(fetch))
      return await processUserInfoResponse(metadata, client, subject, response)
    } catch (cause) {
      throw toFault(cause)
    }
  }

  /** The claims of the ID token, with those of the UserInfo endpoint where the former lack some. */
  async function completeClaims(
    claims: JWTPayload,
    metadata: Metadata,
    accessToken: string,
    fetch: ProviderFetch,
  ): Promise<JWTPayload> {
    if (metadata.userinfo_endpoint === undefined || !isIncomplete(claims, settings)) return claims
    try {
      const info = await readUserInfo(metadata, accessToken, claims.sub ?? '', fetch)
      return { ...info, ...claims }
    } catch (error) {
      if (lacksRights(claims, settings)) throw error
      deps.onFault(error)
      return claims
    }
  }

  return {
    issuer,
    settings,

    async begin(purpose, redirectUri) {
      const metadata = await discovery.read(newFetch())
      const pending = {
        state: generateRandomState(),
        nonce: generateRandomNonce(),
        verifier: generateRandomCodeVerifier(),
        redirectUri,
        begunAt: deps.nowMs(),
        purpose,
      }
      const url = new URL(metadata.authorization_endpoint)
      const parameters = {
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        // `prompt` for a provider that does not know `max_age`. What counts is `auth_time`.
        ...(purpose.kind === 'confirm' && { max_age: '0', prompt: 'login' }),
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return { url: url.href, pending }
    },

    async finish(pending, answer) {
      const fetch = newFetch()
      const metadata = await discovery.read(fetch)
      const { redirectUri, verifier, nonce, state } = pending
      const parameters = readAnswer(metadata, client, answer, state)
      if (!parameters.ok) return parameters
      try {
        const response = await authorizationCodeGrantRequest(
          metadata,
          client,
          clientAuth(metadata, settings.clientSecret),
          parameters.value,
          redirectUri,
          verifier,
          optionsOf(fetch),
        )
        const isConfirming = pending.purpose.kind === 'confirm'
        const judge = isConfirming ? confirming : client
        const tokens = await processAuthorizationCodeResponse(metadata, judge, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        })
        const rules = {
          ...tokenRules,
          clockTolerance: judge[clockTolerance] ?? 0,
          issuer: metadata.issuer,
          requiredClaims: ['sub', 'iat', 'exp'],
        }
        const idToken = tokens.id_token ?? ''
        const own = await keys.verify(idToken, metadata.jwks_uri, rules, 0, fetch)
        const isForUs = own['nonce'] === nonce && (own.sub ?? '').length <= MAX_SUBJECT
        const isValid = isForUs && (!isConfirming || isInTime(own, deps.nowMs(), CLOCK_TOLERANCE_S))
        if (!isValid) return err({ kind: 'token_invalid' })
        const claims = isConfirming
          ? own
          : await completeClaims(own, metadata, tokens.access_token, fetch)
        const authTime = own['auth_time']
        return ok({
          person: toPerson(claims, settings),
          issuedAt: own.iat ?? 0,
          authTime: typeof authTime === 'number' ? authTime : null,
        })
      } catch (error) {
        return err(toRefusal(error, deps.onFault))
      }
    },

    async readLogout(token) {
      const fetch = newFetch()
      const metadata = await discovery.read(fetch)
      const rules = {
        ...tokenRules,
        issuer: metadata.issuer,
        requiredClaims: ['iat', 'exp', 'jti', 'events'],
        maxTokenAge: MAX_LOGOUT_AGE_S,
      }
      try {
        return toLogout(await keys.verify(token, metadata.jwks_uri, rules, LOGOUT_REREAD_MS, fetch))
      } catch (error) {
        if (error instanceof IdentityProviderError) throw error
        return null
      }
    },
  }
}

/** `client_secret_basic` unless the provider takes only the secret in the body (Discovery 1.0 §3). */
function clientAuth(metadata: Metadata, secret: string): ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const isPost = !methods.includes('client_secret_basic') && methods.includes('client_secret_post')
  return isPost ? ClientSecretPost(secret) : ClientSecretBasic(secret)
}

/** What the provider sent the browser here with (RFC 6749 §4.1.2, RFC 9207). */
function readAnswer(
  metadata: Metadata,
  client: Client,
  answer: URL,
  state: string,
): Result<URLSearchParams, IdentityRefusal> {
  try {
    const parameters = validateAuthResponse(metadata, client, answer, state)
    return parameters.has('code') ? ok(parameters) : err({ kind: 'answer_invalid' })
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError)) return err({ kind: 'answer_invalid' })
    return err({ kind: 'denied', error: ERROR_CODE.test(error.error) ? error.error : 'error' })
  }
}

/** Throws what is a fault of the provider, and answers what is a no to this log-in. */
function toRefusal(error: unknown, onFault: (error: unknown) => void): IdentityRefusal {
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') {
    return { kind: 'code_rejected' }
  }
  const fault = toFault(error)
  if (fault.reason !== 'invalid' || isUnreadable(error)) throw fault
  onFault(fault)
  return { kind: 'token_invalid' }
}

function toFault(error: unknown): IdentityProviderError {
  if (error instanceof IdentityProviderError) return error
  if (error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError) {
    return new IdentityProviderError(httpReason(error.status))
  }
  const { cause } = error as { cause?: unknown }
  const isStatus =
    error instanceof OperationProcessingError &&
    error.code === RESPONSE_IS_NOT_CONFORM &&
    cause instanceof Response
  return new IdentityProviderError(isStatus ? httpReason(cause.status) : 'invalid')
}

/** Whether the provider did not answer in the protocol at all. */
function isUnreadable(error: unknown): boolean {
  if (!(error instanceof OperationProcessingError)) return error instanceof IdentityProviderError
  const unreadable = [RESPONSE_IS_NOT_JSON, RESPONSE_IS_NOT_CONFORM, PARSE_ERROR]
  // With a `body`, a member of the answer is missing or odd; otherwise a claim of the ID token is.
  const { cause } = error as { cause?: { body?: unknown } }
  return unreadable.includes(error.code ?? '') || cause?.body !== undefined
}
