// /admin/api/v1/session: log in, see who is logged in, log out.

import { Hono } from 'hono'
import { deleteSession, listSessions, type SessionOwner } from '../db/session-queries.ts'
import { clientAddress } from '../keys/client-address.ts'
import { ok } from '../shared/result.ts'
import { auditEvent } from './audit.ts'
import {
  callerOf,
  addressOf,
  type AdminContext,
  type AdminEnv,
  refuse,
  refuseUnknown,
} from './context.ts'
import { type HashingDeps, takePlace, withPlace } from './hashing.ts'
import { readUnauthenticatedBody } from './input.ts'
import { toAccountJson, toCurrentSessionJson, toSessionJson } from './json.ts'
import { logInBody } from './requests/log-in.ts'
import { checkFactor } from './log-in-factor.ts'
import type { SecondFactorDeps } from './second-factor.ts'
import {
  clearSessionCookie,
  isSecondFactorDue,
  requireSession,
  type SessionDeps,
  sessionLimits,
  startSession,
} from './session.ts'
import { throttleLogIn } from './throttle.ts'
import { checkLogIn } from './user-service.ts'

/** How many keys the account may have, for a page that says so before somebody fills in a form. */
const KEY_LIMIT = 'Portal-Key-Limit'

export function sessionRoutes(deps: SessionDeps & HashingDeps & SecondFactorDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post('/', async function logIn(c) {
    // People log in at the identity provider, and this call is not there.
    if (deps.identity !== null) return refuse(c, { reason: 'not_found' })
    const body = await readUnauthenticatedBody(c.req.raw, logInBody)
    if (!body.ok) return refuse(c, body.error)
    const { email, password, code } = body.value
    const address = clientAddress(c.req.raw.headers)
    const purpose = { kind: 'log-in', address } as const
    const anotherPlace = () => takePlace(purpose, deps)
    const checked = await withPlace(purpose, deps, async function check(place) {
      const attempt = await throttleLogIn({ email, address }, deps)
      if (!attempt.ok) return attempt
      const found = await checkLogIn(email, password, place, anotherPlace, deps.db)
      if (!found.ok) return found
      const factor = await checkFactor(found.value.user, { email, address, code }, deps)
      return factor.ok ? ok({ ...found.value, ...factor.value, record: attempt.value }) : factor
    })
    if (!checked.ok) return refuse(c, checked.error)
    const { account, user, hasSecondFactor, record } = checked.value
    c.set('accountId', account.id)
    await record(user.id) // before the session starts, since a failure here sends no cookie for it
    if (!(await startSession(c, user, deps, { hasSecondFactor }))) {
      return refuse(c, { reason: 'login_failed' })
    }
    return c.json({ account: toAccountJson(account) })
  })

  routes.use('/', requireSession(deps))

  routes.get('/', function showSession(c) {
    const session = c.get('session')
    c.header(KEY_LIMIT, String(session.account.keyLimit))
    const isDue = isSecondFactorDue(session, deps)
    const isByProvider = deps.identity !== null
    return c.json(toCurrentSessionJson(session, isByProvider, addressOf(c), isDue))
  })

  routes.delete('/', async function logOut(c) {
    await endSession(c, c.get('session').session.id, deps)
    clearSessionCookie(c)
    return c.body(null, 204)
  })

  return routes.all('/', refuseUnknown)
}

/** /admin/api/v1/sessions: the live sessions of the account, to see and to end. A viewer has only its own. */
export function liveSessionRoutes(deps: SessionDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showSessions(c) {
    const { session: current } = c.get('session')
    const sessions = await listSessions(deps.db, ownerOf(c), sessionLimits(deps.nowMs()))
    return c.json({ sessions: sessions.map((session) => toSessionJson(session, current.id)) })
  })

  routes.delete('/:id', async function endAnySession(c) {
    const id = c.req.param('id')
    if (!(await endSession(c, id, deps))) return refuse(c, { reason: 'not_found' })
    if (id === c.get('session').session.id) clearSessionCookie(c)
    return c.body(null, 204)
  })

  return routes
}

async function endSession(c: AdminContext, id: string, deps: SessionDeps): Promise<boolean> {
  const event = auditEvent('session.delete', callerOf(c), deps.nowMs())
  return await deleteSession(deps.db, ownerOf(c), id, event)
}

/** Whose sessions a user may see and end. */
function ownerOf(c: AdminContext): SessionOwner {
  const { account, user } = c.get('session')
  return { accountId: account.id, userId: user.role === 'viewer' ? user.id : null }
}
