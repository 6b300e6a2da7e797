// Sessions: a random cookie, of which libSQL holds only a keyed hash. 12 hours at most, one hour
// idle, dead on the server at log-out and at a new password.

import { Buffer } from 'node:buffer'
import type { MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AccountRow } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import {
  findSession,
  insertSession,
  type SessionLimits,
  type SessionWithAccount,
  touchSession,
} from '../db/session-queries.ts'
import { newId } from '../ids.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { originOf } from '../request-url.ts'
import { auditEvent } from './audit.ts'
import { addressOf, type AdminContext, type AdminEnv, refuse } from './context.ts'
import { keyedHashes } from './keyed-hash.ts'

const LIFETIME_SECONDS = 12 * 60 * 60
const IDLE_SECONDS = 60 * 60
/** A session's last use is written down once a minute at most. */
const TOUCH_SECONDS = 60
const TOKEN_BYTES = 32
const USER_AGENT_LENGTH = 256

export interface SessionDeps {
  readonly db: Database
  readonly sessionKeys: KeyRing
  readonly nowMs: () => number
}

export function sessionLimits(nowMs: number): SessionLimits {
  return {
    createdAfter: nowMs - LIFETIME_SECONDS * 1000,
    seenAfter: nowMs - IDLE_SECONDS * 1000,
  }
}

export function requireSession(deps: SessionDeps): MiddlewareHandler<AdminEnv> {
  return async function checkSession(c, next) {
    const found = await readSession(c, deps)
    if (found === undefined) return refuse(c, { reason: 'unauthenticated', scheme: 'session' })
    c.set('session', found)
    c.set('accountId', found.account.id)
    return await next()
  }
}

/**
 * Starts a session for an account whose password was checked, under a new cookie; the one sent along,
 * if any, ends. False where the password was changed meanwhile.
 */
export async function startSession(
  c: AdminContext,
  account: AccountRow,
  deps: SessionDeps,
): Promise<boolean> {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)))
  const value = token.toString('base64url')
  const [tokenHash = ''] = await keyedHashes(value, deps.sessionKeys)
  const now = deps.nowMs()
  const session = {
    id: newId('ses', now),
    tokenHash,
    accountId: account.id,
    createdAt: now,
    lastSeenAt: now,
    address: addressOf(c),
    userAgent: c.req.header('user-agent')?.slice(0, USER_AGENT_LENGTH).toWellFormed() ?? null,
  }
  const replaced = getCookie(c, cookieName(c))
  const replacedHashes = replaced === undefined ? [] : await keyedHashes(replaced, deps.sessionKeys)
  const actor = { kind: 'customer', accountId: account.id, address: session.address } as const
  const event = auditEvent('session.create', actor, now)
  const { passwordHash } = account
  if (!(await insertSession(deps.db, session, passwordHash, replacedHashes, event))) return false
  setCookie(c, cookieName(c), value, { ...cookieAttributes(c), maxAge: LIFETIME_SECONDS })
  return true
}

export function clearSessionCookie(c: AdminContext): void {
  deleteCookie(c, cookieName(c), cookieAttributes(c))
}

async function readSession(
  c: AdminContext,
  deps: SessionDeps,
): Promise<SessionWithAccount | undefined> {
  const value = getCookie(c, cookieName(c))
  if (value === undefined) return undefined
  const now = deps.nowMs()
  const hashes = await keyedHashes(value, deps.sessionKeys)
  const found = await findSession(deps.db, hashes, sessionLimits(now))
  if (found !== undefined && now - found.session.lastSeenAt > TOUCH_SECONDS * 1000) {
    await touchSession(deps.db, found.session.id, now)
  }
  return found
}

/** The `__Host-` prefix needs HTTPS, which a gateway on one's own machine does not have. */
function cookieName(c: AdminContext): string {
  return isPlainLocalhost(c) ? 'portal_session' : '__Host-portal_session'
}

function cookieAttributes(c: AdminContext) {
  return { path: '/', httpOnly: true, sameSite: 'Strict', secure: !isPlainLocalhost(c) } as const
}

/** Plain HTTP reaches this far on one's own machine alone. */
function isPlainLocalhost(c: AdminContext): boolean {
  return originOf(c.req.url)?.protocol === 'http'
}
