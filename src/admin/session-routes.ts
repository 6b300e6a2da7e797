// /admin/api/v1/session: log in, see who is logged in, log out.

import { Hono } from 'hono'
import { insertEvent } from '../db/audit-queries.ts'
import { deleteSession } from '../db/session-queries.ts'
import { checkLogIn } from './account-service.ts'
import { auditEvent } from './audit.ts'
import { type AdminEnv, actorOf, addressOf, refuse, refuseUnknown } from './context.ts'
import { readBody } from './input.ts'
import { toAccountJson } from './json.ts'
import { logInBody } from './schemas.ts'
import { clearSessionCookie, requireSession, type SessionDeps, startSession } from './session.ts'

export function sessionRoutes(deps: SessionDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post('/', async function logIn(c) {
    const body = await readBody(c.req.raw, logInBody)
    if (!body.ok) return refuse(c, body.error)
    const account = await checkLogIn(body.value.email, body.value.password, deps.db)
    if (!account.ok) return refuse(c, account.error)
    const { id } = account.value
    await startSession(c, id, deps)
    const actor = { kind: 'customer', accountId: id, address: addressOf(c) } as const
    await insertEvent(deps.db, auditEvent('session.create', actor, deps.nowMs()))
    return c.json({ account: toAccountJson(account.value) })
  })

  routes.use('/', requireSession(deps))

  routes.get('/', function showSession(c) {
    const { account } = c.get('session')
    return c.json({ account: toAccountJson(account), client_ip: addressOf(c) })
  })

  routes.delete('/', async function logOut(c) {
    await deleteSession(deps.db, c.get('session').session.id)
    clearSessionCookie(c)
    await insertEvent(deps.db, auditEvent('session.delete', actorOf(c), deps.nowMs()))
    return c.body(null, 204)
  })

  return routes.all('/', refuseUnknown)
}
