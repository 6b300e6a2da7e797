// /admin/api/v1/operator: accounts, their audit, and the comparison of the stores, for the holder of
// OPERATOR_TOKEN. A deployment without that secret answers 404 to all of it.

import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import { findAccount, listAccounts } from '../db/account-queries.ts'
import { createAccount, editAccount } from './account-service.ts'
import { operatorAuditRoutes } from './audit-routes.ts'
import type { CanonicalEmailDeps } from './canonical-emails.ts'
import { addressOf, type AdminEnv, refuse, refuseUnknown } from './context.ts'
import type { HashingDeps } from './hashing.ts'
import { readBody, readPage } from './input.ts'
import { toOperatorAccountJson, toTime } from './json.ts'
import { toPage } from './page.ts'
import { reconcile, type ReconcileDeps } from './reconcile.ts'
import {
  createAccountBody,
  editAccountBody,
  formatReconcileCursor,
  reconcileBody,
} from './schemas.ts'

export interface OperatorDeps extends ReconcileDeps, HashingDeps, CanonicalEmailDeps {
  readonly operatorToken: string | undefined
}

export function operatorRoutes(deps: OperatorDeps): Hono<AdminEnv> {
  const { operatorToken } = deps
  const routes = new Hono<AdminEnv>()
  if (operatorToken === undefined) return routes.all('*', refuseUnknown)
  routes.use('*', requireOperator(operatorToken))

  routes.post('/accounts', async function createAccountRoute(c) {
    const body = await readBody(c.req.raw, createAccountBody)
    if (!body.ok) return refuse(c, body.error)
    const created = await createAccount(body.value, addressOf(c), deps)
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
    const edited = await editAccount(id, body.value, addressOf(c), deps)
    if (!edited.ok) return refuse(c, edited.error)
    const enforcement = { effective_at: toTime(deps.nowMs()) }
    return c.json({ ...toOperatorAccountJson(edited.value), enforcement })
  })

  routes.route('/audit', operatorAuditRoutes(deps))

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

/** During a rotation OPERATOR_TOKEN holds two tokens, separated by a comma. Both are accepted. */
function requireOperator(operatorToken: string): MiddlewareHandler<AdminEnv> {
  const tokens = operatorToken.split(',').map((token) => token.trim())
  return async function checkOperatorToken(c, next) {
    const [, presented] = /^bearer +(.+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    if (presented === undefined || !isOneOf(presented, tokens)) {
      return refuse(c, { reason: 'unauthenticated', scheme: 'bearer' })
    }
    return await next()
  }
}

/** Compares digests, and always with every token, so that the time reveals neither length nor content. */
function isOneOf(presented: string, tokens: readonly string[]): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const given = digest(presented)
  return tokens.filter((token) => timingSafeEqual(digest(token), given)).length > 0
}
