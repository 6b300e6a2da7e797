// /admin/api/v1/operator: accounts, their users, their audit, and the comparison of the stores, for the holder of
// OPERATOR_TOKEN. A deployment without that secret answers 404 to all of it. METRICS_TOKEN opens the
// metrics too.

import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import { type OperatorToken, parseOperatorTokens } from '../configuration/operator-tokens.ts'
import { findAccount, listAccounts } from '../db/account-queries.ts'
import type { IdentityProvider } from '../identity/provider.ts'
import { createAccount, editAccount } from './account-service.ts'
import { operatorAuditRoutes } from './audit-routes.ts'
import type { CanonicalEmailDeps } from './canonical-emails.ts'
import { type AdminEnv, operatorOf, refuse, refuseUnknown } from './context.ts'
import { eventRoutes } from './event-routes.ts'
import { importRoutes } from './import/import-routes.ts'
import type { ImportDeps } from './import/import-keys.ts'
import type { HashingDeps } from './hashing.ts'
import { readBody, readPage } from './input.ts'
import { toOperatorAccountJson, toTime } from './json.ts'
import { toPage } from './page.ts'
import { metricsRoutes, type MetricsRoutesDeps } from './metrics-routes.ts'
import { operatorKeyRoutes } from './operator-key-routes.ts'
import { operatorUserRoutes } from './operator-user-routes.ts'
import { operatorShadowRoutes, type ShadowRoutesDeps } from './shadow-routes.ts'
import { reconcile, type ReconcileDeps } from './reconcile.ts'
import { editAccountBody } from './requests/account.ts'
import { peopleBodies } from './requests/new-people.ts'
import { formatReconcileCursor, reconcileBody } from './requests/reconcile.ts'

export interface OperatorDeps
  extends
    ReconcileDeps,
    HashingDeps,
    CanonicalEmailDeps,
    MetricsRoutesDeps,
    ShadowRoutesDeps,
    ImportDeps {
  /** Null where users have passwords here. */
  readonly identity: IdentityProvider | null
  readonly operatorToken: string | undefined
  /** Opens the metrics alone. */
  readonly metricsToken: string | undefined
}

export function operatorRoutes(deps: OperatorDeps): Hono<AdminEnv> {
  const tokens = parseOperatorTokens(deps.operatorToken ?? '')
  const metricsTokens = parseOperatorTokens(deps.metricsToken ?? '')
  const routes = new Hono<AdminEnv>()
  const bodies = peopleBodies(deps.identity !== null)
  const ofMetrics = [...(tokens ?? []), ...(metricsTokens ?? [])]
  if (ofMetrics.length > 0) {
    routes.use('/metrics', requireOperator(ofMetrics))
    routes.route('/metrics', metricsRoutes(deps))
  }
  if (tokens === null) return routes.all('*', refuseUnknown)
  routes.use('*', requireOperator(tokens))

  routes.post('/accounts', async function createAccountRoute(c) {
    const body = await readBody(c.req.raw, bodies.createAccount)
    if (!body.ok) return refuse(c, body.error)
    const created = await createAccount(body.value, operatorOf(c), deps)
    if (!created.ok) return refuse(c, created.error)
    c.set('accountId', created.value.id)
    return c.json(toOperatorAccountJson(created.value), 201)
  })

  routes.get('/accounts', async function showAccounts(c) {
    const page = readPage(c.req.url, 'acc')
    if (!page.ok) return refuse(c, page.error)
    const { limit, before } = page.value
    const { items, nextCursor } = toPage(await listAccounts(deps.db, limit + 1, before), limit)
    return c.json({ accounts: items.map(toOperatorAccountJson), next_cursor: nextCursor })
  })

  routes.patch('/accounts/:id', async function editAccountRoute(c) {
    const id = c.req.param('id')
    if ((await findAccount(deps.db, id)) === undefined) return refuse(c, { reason: 'not_found' })
    c.set('accountId', id)
    const body = await readBody(c.req.raw, editAccountBody)
    if (!body.ok) return refuse(c, body.error)
    const edited = await editAccount(id, body.value, operatorOf(c), deps)
    if (!edited.ok) return refuse(c, edited.error)
    const enforcement = { effective_at: toTime(deps.nowMs()) }
    return c.json({ ...toOperatorAccountJson(edited.value), enforcement })
  })

  routes.route('/audit', operatorAuditRoutes(deps))
  routes.route('/', operatorUserRoutes(deps))
  routes.route('/', importRoutes(deps))
  routes.route('/events', eventRoutes(deps))
  routes.route('/keys', operatorKeyRoutes(deps))
  routes.route('/shadow', operatorShadowRoutes(deps))

  routes.post('/reconcile', async function reconcileRoute(c) {
    const body = await readBody(c.req.raw, reconcileBody)
    if (!body.ok) return refuse(c, body.error)
    const { repair, cursor = { phase: 'rows', after: null } } = body.value
    try {
      const { checked, drift, next, total } = await reconcile(cursor, repair, deps)
      const nextCursor = next === null ? null : formatReconcileCursor(next)
      return c.json({ checked, drift, next_cursor: nextCursor, total })
    } catch (error) {
      deps.logFault('reconcile', error, c.get('requestId')) // KV, an authority or libSQL
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })

  return routes.all('*', refuseUnknown)
}

/** Notes which operator calls, for the audit. */
function requireOperator(tokens: readonly OperatorToken[]): MiddlewareHandler<AdminEnv> {
  return async function checkOperatorToken(c, next) {
    const [, presented] = /^bearer +(.+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    const name = presented === undefined ? undefined : findHolder(presented, tokens)
    if (name === undefined) return refuse(c, { reason: 'unauthenticated', scheme: 'bearer' })
    c.set('operator', name)
    return await next()
  }
}

/**
 * The name of who holds a token, with or without that name before it. Compares digests, and always with
 * every token, so that the time reveals neither length nor content.
 */
function findHolder(presented: string, tokens: readonly OperatorToken[]): string | undefined {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const given = digest(presented)
  const matching = tokens.filter(({ name, token }) => {
    const forms = [token, `${name}:${token}`].map(digest)
    return forms.filter((form) => timingSafeEqual(form, given)).length > 0
  })
  return matching[0]?.name
}
