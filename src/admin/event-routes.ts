// /admin/api/v1/operator/events: what EVENTS_URL has not taken, and another attempt at it. The caller must put
// these routes behind the operator's guard.

import { Hono } from 'hono'
import { type DeliveryRow, listDeliveries, retryEvents } from '../db/event-queries.ts'
import type { DeliveryAnswer } from './answers/delivery.ts'
import { type AdminEnv, refuse } from './context.ts'
import type { EventDeps } from './events/deliver.ts'
import { readBody, readQuery } from './input.ts'
import { toTime } from './json.ts'
import { toPage } from './page.ts'
import { operatorEventsQuery, retryEventsBody } from './requests/delivery.ts'

export function eventRoutes({ db, nowMs }: Pick<EventDeps, 'db' | 'nowMs'>): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showDeliveries(c) {
    const query = readQuery(c.req.url, operatorEventsQuery)
    if (!query.ok) return refuse(c, query.error)
    const { limit, cursor: before, state } = query.value
    const filter = { before, failed: state === undefined ? undefined : state === 'failed' }
    const rows = await listDeliveries(db, filter, limit + 1)
    const { items, nextCursor } = toPage(
      rows.map((row) => ({ ...row, id: row.eventId })),
      limit,
    )
    return c.json({ events: items.map(toDeliveryJson), next_cursor: nextCursor })
  })

  // The events are sent behind the answer, see events/deliver-soon.ts, and then by the cron.
  routes.post('/retry', async function retryRoute(c) {
    const body = await readBody(c.req.raw, retryEventsBody)
    if (!body.ok) return refuse(c, body.error)
    return c.json({ retried: await retryEvents(db, nowMs()) })
  })

  return routes
}

function toDeliveryJson(row: DeliveryRow): DeliveryAnswer {
  const hasFailed = row.status === 'failed'
  return {
    id: row.eventId,
    type: row.type,
    at: toTime(row.at),
    account_id: row.accountId,
    key_id: row.keyId,
    state: hasFailed ? 'failed' : 'waiting',
    attempts: row.attempts,
    last_attempt_at: row.triedAt === null ? null : toTime(row.triedAt),
    next_attempt_at: hasFailed || row.nextAt === 0 ? null : toTime(row.nextAt),
    reason: row.reason,
  }
}
