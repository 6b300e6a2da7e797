// Sessions: a cookie with a keyed tag. libSQL holds only a keyed hash of the cookie. A session ends after
// 12 hours or one idle hour, at log-out, and when the password changes.

import type { MiddlewareHandler } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import type { Database } from '../db/client.ts'
import {
  findSession,
  insertSession,
  type LogoutsSince,
  type OpenSession,
  type SessionLimits,
  touchSession,
} from '../db/session-queries.ts'
import type { UserRow } from '../db/user-queries.ts'
import { originOf } from '../http/request-url.ts'
import type { IdentityProvider } from '../identity/provider.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { newId } from '../shared/ids.ts'
import { auditEvent } from './audit.ts'
import { addressOf, type AdminContext, type AdminEnv, refuse } from './context.ts'
import { keyedHashes } from './keyed-hash.ts'
import type { Refusal } from './refusal.ts'
import { checkRole, isOpenWithoutFactor } from './route-roles.ts'
import { mintSessionToken, readSessionToken, SESSION_RANDOM_BYTES } from './session-token.ts'
import type { UntaggedSessions } from './untagged-sessions.ts'

const LIFETIME_SECONDS = 12 * 60 * 60
const IDLE_SECONDS = 60 * 60
/** A session's last use is recorded at most once a minute. */
const TOUCH_SECONDS = 60
/** Live sessions of a user. One more ends the oldest. */
const MAX_SESSIONS = 100
const USER_AGENT_LENGTH = 256

/** What the page reads before it knows whether somebody is logged in. */
const READ_FIRST = ['/admin/api/v1/session', '/admin/api/v1/keys']
const NOBODY_PREFERENCE = 'logged-out=204'

/** Where a log-in by an identity provider begins. */
export const LOG_IN_PATH = '/admin/log-in'

export interface SessionDeps {
  readonly db: Database
  readonly sessionKeys: KeyRing
  readonly untaggedSessions: UntaggedSessions
  /** Who logs people in; null where users have passwords here. */
  readonly identity: IdentityProvider | null
  /** Whether local users must have a second factor, or may. */
  readonly secondFactor: 'optional' | 'required'
  readonly nowMs: () => number
}

export function sessionLimits(nowMs: number): SessionLimits {
  return {
    createdAfter: nowMs - LIFETIME_SECONDS * 1000,
    seenAfter: nowMs - IDLE_SECONDS * 1000,
  }
}

/** Refuses a request without a live session, and one whose route needs another role than the user has. */
export function requireSession(deps: SessionDeps): MiddlewareHandler<AdminEnv> {
  return async function checkSession(c, next) {
    const found = await readSession(c, deps)
    if (found === undefined) return answerNobody(c, deps)
    c.set('session', found)
    c.set('accountId', found.account.id)
    if (isSecondFactorDue(found, deps) && !isOpenWithoutFactor(c)) {
      return refuse(c, { reason: 'second_factor_enrolment_required' })
    }
    const refusal = await checkRole(c, found, deps.db)
    return refusal === null ? await next() : refuse(c, refusal)
  }
}

/**
 * Answers a request without a session. What the page reads first it may ask for so that a 204 stands for a 401
 * (RFC 7240): a browser writes each 401 to its console as an error, and to a page that asks this is none. A page of
 * another origin cannot send the header.
 */
function answerNobody(c: AdminContext, deps: SessionDeps) {
  const isRead = c.req.method === 'GET' && READ_FIRST.includes(c.req.path)
  if (!isRead || c.req.header('Prefer') !== NOBODY_PREFERENCE) return refuse(c, noSession(deps))
  c.header('Preference-Applied', NOBODY_PREFERENCE)
  if (deps.identity !== null) c.header('Portal-Log-In', LOG_IN_PATH)
  return c.body(null, 204)
}

export function noSession({ identity }: Pick<SessionDeps, 'identity'>): Refusal {
  const logInAt = identity === null ? {} : { logInAt: LOG_IN_PATH }
  return { reason: 'unauthenticated', scheme: 'session', ...logInAt }
}

/** Whether the user of a session must set up a second factor before anything else. */
export function isSecondFactorDue(
  { hasSecondFactor }: Pick<OpenSession, 'hasSecondFactor'>,
  { secondFactor, identity }: Pick<SessionDeps, 'secondFactor' | 'identity'>,
): boolean {
  return secondFactor === 'required' && identity === null && !hasSecondFactor
}

/** How a session began. */
interface SessionStart {
  /** The session at the identity provider. */
  readonly providerSid?: string | null
  /** The logouts at the identity provider that would end it. */
  readonly endedBy?: LogoutsSince | null
  /** Whether a second factor was checked. */
  readonly hasSecondFactor?: boolean
}

/**
 * Starts a session, with a new cookie, for a user who has proven who they are, here or at the identity provider.
 * The session of the request's own cookie ends. False if the password, the role or the status was changed
 * meanwhile, if the user got a second factor, or if the identity provider logged the person out.
 */
export async function startSession(
  c: AdminContext,
  user: UserRow,
  deps: SessionDeps,
  { providerSid = null, endedBy = null, hasSecondFactor = false }: SessionStart = {},
): Promise<boolean> {
  const random = crypto.getRandomValues(new Uint8Array(SESSION_RANDOM_BYTES))
  const value = await mintSessionToken(deps.sessionKeys, random)
  const [tokenHash = ''] = await keyedHashes(value, deps.sessionKeys)
  const now = deps.nowMs()
  const session = {
    id: newId('ses', now),
    tokenHash,
    user,
    createdAt: now,
    lastSeenAt: now,
    address: addressOf(c),
    userAgent: c.req.header('user-agent')?.slice(0, USER_AGENT_LENGTH).toWellFormed() ?? null,
    providerSid,
    endedBy,
    hasSecondFactor,
  }
  const replaced = {
    tokenHashes: await readCookie(c, deps),
    maxSessions: MAX_SESSIONS,
    limits: sessionLimits(now),
  }
  const { accountId } = user
  const actor = { kind: 'customer', accountId, user, address: session.address } as const
  const event = auditEvent('session.create', actor, now)
  if (!(await insertSession(deps.db, session, replaced, event))) return false
  setCookie(c, cookieName(c), value, { ...cookieAttributes(c), maxAge: LIFETIME_SECONDS })
  return true
}

export function clearSessionCookie(c: AdminContext): void {
  deleteCookie(c, cookieName(c), cookieAttributes(c))
}

/** The live session of a request's cookie. */
export async function readSession(
  c: AdminContext,
  deps: SessionDeps,
): Promise<OpenSession | undefined> {
  const hashes = await readCookie(c, deps)
  if (hashes.length === 0) return undefined
  const now = deps.nowMs()
  const issuer = deps.identity?.issuer ?? null
  const found = await findSession(deps.db, hashes, sessionLimits(now), issuer)
  if (found !== undefined && now - found.session.lastSeenAt > TOUCH_SECONDS * 1000) {
    await touchSession(deps.db, found.session.id, now)
  }
  return found
}

/** The keyed hashes of the cookie; empty if the cookie cannot name a session, which needs no read of libSQL. */
async function readCookie(c: AdminContext, deps: SessionDeps): Promise<string[]> {
  const value = cookieValue(c)
  if (value === undefined) return []
  const kind = await readSessionToken(value, deps.sessionKeys)
  if (kind === 'foreign') return []
  if (kind === 'untagged' && !(await deps.untaggedSessions.mayExist())) return []
  return await keyedHashes(value, deps.sessionKeys)
}

/**
 * The value of a cookie of ours; undefined if the request has none or several. A browser sends several if
 * another host of the domain has set one. The runtime may join `Cookie` lines by a comma and a space. The
 * gateway splits them in the same way to remove this cookie (gateway/admin-cookie.ts).
 */
export function cookieValue(c: AdminContext, name = cookieName(c)): string | undefined {
  const start = `${name}=`
  const pairs = (c.req.header('cookie') ?? '').split(/;|, /).map((pair) => pair.trim())
  const [value, ...more] = pairs.filter((pair) => pair.startsWith(start))
  return more.length === 0 ? value?.slice(start.length) : undefined
}

/** The `__Host-` prefix needs HTTPS, which a gateway on localhost does not have. */
function cookieName(c: AdminContext): string {
  return isPlainLocalhost(c) ? 'portal_session' : '__Host-portal_session'
}

function cookieAttributes(c: AdminContext) {
  return { path: '/', httpOnly: true, sameSite: 'Strict', secure: !isPlainLocalhost(c) } as const
}

/** `requireHttps` has refused plain HTTP from any other machine. */
export function isPlainLocalhost(c: AdminContext): boolean {
  return originOf(c.req.url)?.protocol === 'http'
}
