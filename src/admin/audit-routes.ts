// /admin/api/v1/audit: the events of the account and its keys, newest first. For the operator, the events
// of all accounts.

import { Hono } from 'hono'
import { listEvents } from '../db/audit-queries.ts'
import type { Database } from '../db/client.ts'
import { type AdminEnv, refuse } from './context.ts'
import { readPage } from './input.ts'
import { toEventJson, toOperatorEventJson } from './json.ts'
import { toPage } from './page.ts'

export interface AuditDeps {
  readonly db: Database
}

export function auditRoutes(deps: AuditDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showEvents(c) {
    const page = readPage(c.req.url, 'evt')
    if (!page.ok) return refuse(c, page.error)
    const { limit, before } = page.value
    const filter = { accountId: c.get('session').account.id, keyId: c.req.query('key_id'), before }
    const { items, nextCursor } = toPage(await listEvents(deps.db, filter, limit + 1), limit)
    return c.json({ events: items.map(toEventJson), next_cursor: nextCursor })
  })

  return routes
}

/** The caller must put these routes behind the operator's guard. */
export function operatorAuditRoutes(deps: AuditDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showAllEvents(c) {
    const page = readPage(c.req.url, 'evt')
    if (!page.ok) return refuse(c, page.error)
    const { limit, before } = page.value
    const filter = { accountId: c.req.query('account_id'), keyId: undefined, before }
    const { items, nextCursor } = toPage(await listEvents(deps.db, filter, limit + 1), limit)
    return c.json({ events: items.map(toOperatorEventJson), next_cursor: nextCursor })
  })

  return routes
}
