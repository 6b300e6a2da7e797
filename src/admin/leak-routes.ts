// POST /admin/api/v1/leaks: anybody reports tokens that were found in public. No session.

import { Hono } from 'hono'
import { clientAddress } from '../keys/client-address.ts'
import { type AdminEnv, refuse } from './context.ts'
import { readUnauthenticatedBody } from './input.ts'
import { leakBody } from './leak-body.ts'
import { type LeakReportsDeps, receiveLeakReport } from './leak-reports.ts'
import { workOffReport } from './leaks.ts'
import type { OutboxDeps } from './outbox.ts'

export interface LeakRoutesDeps extends LeakReportsDeps, OutboxDeps {}

export function leakRoutes(deps: LeakRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post('/', async function reportLeaks(c) {
    const body = await readUnauthenticatedBody(c.req.raw, leakBody)
    if (!body.ok) return refuse(c, body.error)
    const address = clientAddress(c.req.raw.headers)
    const received = await receiveLeakReport(body.value, address, deps)
    if (!received.ok) return refuse(c, received.error)
    deps.later(deps.wait(soon()).then(() => workOffReport(received.value, deps)))
    return c.json({ received: body.value.tokens.length }, 202)
  })

  // Here, because a request with another method must not come to the check of the session.
  return routes.all('/', (c) => refuse(c, { reason: 'method_not_allowed', allow: ['POST'] }))
}

/**
 * In milliseconds. The work for a live token slows what else the gateway does. At once, the sender's next request
 * would take longer after such a token.
 */
function soon(): number {
  return 200 + Math.random() * 500
}
