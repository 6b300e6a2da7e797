// /admin/api/v1/operator/keys: the keys of all accounts, and the end of one. The caller must put these routes
// behind the operator's guard.

import { Hono } from 'hono'
import { deleteKey } from '../db/key-change-queries.ts'
import type { KeyRow, Tombstone } from '../db/key-rows.ts'
import { listAllKeys } from '../db/operator-key-queries.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { err, type Result } from '../shared/result.ts'
import { auditEvent, detailChanges } from './audit.ts'
import { type AdminEnv, operatorOf, type OperatorCaller, refuse } from './context.ts'
import { readBody, readQuery } from './input.ts'
import { toOperatorKeyJson, toTime } from './json.ts'
import { enforceRemoval } from './key-service.ts'
import type { OutboxDeps } from './outbox.ts'
import { toPage } from './page.ts'
import type { Refusal } from './refusal.ts'
import { operatorKeysQuery, revokeKeyBody } from './requests/operator-key.ts'

export function operatorKeyRoutes(deps: OutboxDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showAllKeys(c) {
    const query = readQuery(c.req.url, operatorKeysQuery)
    if (!query.ok) return refuse(c, query.error)
    const { limit, cursor: before, account_id: accountId, token_key: tokenKey, state } = query.value
    const filter = { accountId, tokenKey, state, before }
    const rows = await listAllKeys(deps.db, filter, limit + 1, deps.nowMs())
    const { items, nextCursor } = toPage(rows, limit)
    return c.json({ keys: items.map(toOperatorKeyJson), next_cursor: nextCursor })
  })

  routes.post('/:id/revoke', async function revokeKeyRoute(c) {
    const [row] = await findKeys(deps.db, [c.req.param('id')])
    if (row === undefined) return refuse(c, { reason: 'not_found' })
    c.set('accountId', row.accountId)
    c.set('keyId', row.id)
    const body = await readBody(c.req.raw, revokeKeyBody)
    if (!body.ok) return refuse(c, body.error)
    const revoked = await revokeKey(row, body.value.reason, operatorOf(c), deps)
    if (!revoked.ok) return refuse(c, revoked.error)
    const { id, deletedAt } = revoked.value
    const enforcement = { effective_at: toTime(deps.nowMs()) }
    return c.json({ id, deleted_at: toTime(deletedAt), enforcement })
  })

  return routes
}

/** Deletes a key, or finishes a deletion that was recorded earlier. The audit says who did it and why. */
async function revokeKey(
  row: KeyRow,
  reason: string,
  caller: OperatorCaller,
  deps: OutboxDeps,
): Promise<Result<Tombstone, Refusal>> {
  if (row.kind === 'tombstone') return await enforceRemoval(row, deps)
  const { id: keyId, accountId } = row
  const actor = { kind: 'operator', accountId, ...caller } as const
  const changes = { ...detailChanges(row.details, undefined), reason: [null, reason] as const }
  const event = auditEvent('key.delete', actor, deps.nowMs(), { keyId, changes })
  const deleted = await deleteKey(deps.db, row, null, event)
  // Undefined if somebody else deleted it meanwhile.
  const current = deleted ?? (await findKeys(deps.db, [keyId]))[0]
  return current?.kind === 'tombstone'
    ? await enforceRemoval(current, deps)
    : err({ reason: 'version_conflict' })
}
