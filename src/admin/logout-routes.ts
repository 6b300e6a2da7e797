// POST /admin/back-channel-logout: the identity provider ends sessions (OpenID Connect Back-Channel Logout 1.0).
// The token in the body is the only proof, and is good once.

import { Hono } from 'hono'
import { endProviderSessions } from '../db/identity-queries.ts'
import { IdentityProviderError } from '../identity/identity-fault.ts'
import type { Logout } from '../identity/logout-token.ts'
import type { IdentityProvider } from '../identity/provider.ts'
import { auditEvent } from './audit.ts'
import { addressOf, type AdminContext, type AdminEnv, refuse } from './context.ts'
import type { IdentityRoutesDeps } from './identity-routes.ts'
import { keyedHashes } from './keyed-hash.ts'
import { logoutHashOf } from './provider-logouts.ts'

const LOGOUT_PATH = '/admin/back-channel-logout'
const MAX_BODY_BYTES = 16 * 1024
/** The provider's clock may be behind. */
const MARGIN_MS = 60_000

export function logoutRoutes(identity: IdentityProvider, deps: IdentityRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post(LOGOUT_PATH, async function logOutByProvider(c) {
    c.header('Cache-Control', 'no-store')
    const token = await readToken(c)
    if (token === null) return refuse(c, { reason: 'logout_token_invalid' })
    let logout: Logout | null
    try {
      logout = await identity.readLogout(token)
    } catch (error) {
      if (!(error instanceof IdentityProviderError)) throw error
      deps.logFault('identity_provider', error, c.get('requestId'))
      return refuse(c, { reason: 'identity_provider_unavailable' })
    }
    const isDone = logout !== null && (await endSessions(c, logout))
    return isDone ? c.body(null, 200) : refuse(c, { reason: 'logout_token_invalid' })
  })

  async function endSessions(c: AdminContext, logout: Logout): Promise<boolean> {
    const { issuer } = identity
    const [hash = ''] = await keyedHashes(
      JSON.stringify(['logout', issuer, logout.jti]),
      deps.sessionKeys,
    )
    const logoutHash = await logoutHashOf(
      { issuer, sid: logout.sid, subject: logout.subject },
      deps.sessionKeys,
    )
    const now = deps.nowMs()
    // Each event gets the account of its session.
    const actor = { kind: 'gateway', accountId: '', address: addressOf(c) } as const
    return await endProviderSessions(
      deps.db,
      { issuer, subject: logout.subject, sid: logout.sid },
      { hash, expiresAt: logout.expiresAt + MARGIN_MS },
      { hash: logoutHash, at: now },
      auditEvent('session.delete', actor, now),
    )
  }

  return routes
}

/** The logout_token of a form; null if there is none, or several. */
async function readToken(c: AdminContext): Promise<string | null> {
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return null
  const text = await readText(c.req.raw)
  const [token, ...more] = new URLSearchParams(text ?? '').getAll('logout_token')
  return token === undefined || token === '' || more.length > 0 ? null : token
}

/** Null if it is too long. */
async function readText({ body }: Request): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MAX_BODY_BYTES) return null
  }
  return text
}
