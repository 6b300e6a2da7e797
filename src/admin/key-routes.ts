// /admin/api/v1/keys: create, list, find, get, edit, delete, reveal. Behind `requireSession`. The contract sets
// the order of checks: existence, account status, body, password, state.

import { Hono } from 'hono'
import { findKeyOfToken, listKeys } from '../db/key-queries.ts'
import { entryWarnings } from '../keys/entry-warnings.ts'
import { refuseUnlistedNotes } from './acl-notes.ts'
import { checkChangeBudget } from './change-budget.ts'
import { confirmIdentity } from './confirm.ts'
import { callerOf, type AdminEnv, refuse } from './context.ts'
import { entityTag, ifMatch } from './entity-tag.ts'
import { readBody, readQuery } from './input.ts'
import { type IpAclRoutesDeps, ipAclRoutes } from './ip-acl-routes.ts'
import { limitRoutes, type LimitRoutesDeps } from './limit-routes.ts'
import { readKeyChange } from './key-change-request.ts'
import { toKeyJson, toTime } from './json.ts'
import { createKey, editKey, removeKey, revealKey } from './key-service.ts'
import { accountOf, checkActive, NOT_FOUND, findOwnKey } from './own-key.ts'
import { type KeyUsageDeps, summarizeKeys } from './key-usage.ts'
import { toPage } from './page.ts'
import { withLastFour } from './last-four.ts'
import { rotationRoutes, type RotationRoutesDeps } from './rotation-routes.ts'
import { confirmedBodies } from './requests/confirmed.ts'
import { editKeyBody, findKeyBody, keysQuery } from './requests/key.ts'
import { keyShadowRoutes, type ShadowRoutesDeps } from './shadow-routes.ts'
import { lookupIdsOf, type TokenLookupDeps } from './token-lookup.ts'
import { toKeyUseJson } from './usage-json.ts'
import { usageRoutes } from './usage-routes.ts'

export interface KeyRoutesDeps
  extends
    RotationRoutesDeps,
    IpAclRoutesDeps,
    KeyUsageDeps,
    LimitRoutesDeps,
    ShadowRoutesDeps,
    TokenLookupDeps {}

export function keyRoutes(deps: KeyRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()
  const bodies = confirmedBodies(deps.identity !== null)

  routes.get('/', async function showKeys(c) {
    const query = readQuery(c.req.url, keysQuery)
    if (!query.ok) return refuse(c, query.error)
    const { limit, cursor: before, include } = query.value
    const rows = await listKeys(deps.db, accountOf(c).id, limit + 1, before)
    const { items, nextCursor } = toPage(rows, limit)
    const [keys, uses] = await Promise.all([
      withLastFour(items, deps),
      include === 'usage'
        ? summarizeKeys(
            items.map(({ id }) => id),
            deps,
          )
        : null,
    ])
    const now = deps.nowMs()
    const listed = keys.map((key) => {
      if (uses === null) return toKeyJson(key, now)
      const use = uses.get(key.id)
      return { ...toKeyJson(key, now), usage: use === undefined ? null : toKeyUseJson(use) }
    })
    return c.json({ keys: listed, next_cursor: nextCursor })
  })

  routes.post('/', async function createKeyRoute(c) {
    const inactive = checkActive(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const body = await readBody(c.req.raw, bodies.createKey)
    if (!body.ok) return refuse(c, body.error)
    const unlisted = refuseUnlistedNotes(body.value.ip_acl_notes, body.value.ip_acl)
    if (unlisted !== null) return refuse(c, unlisted)
    const overBudget = await checkChangeBudget(accountOf(c).id, deps)
    if (overBudget !== null) return refuse(c, overBudget)
    const unconfirmed = await confirmIdentity(
      c,
      { name: 'create_key', keyId: null },
      body.value,
      deps,
    )
    if (unconfirmed !== null) return refuse(c, unconfirmed)
    const created = await createKey(
      body.value,
      c.req.header('idempotency-key') || undefined,
      callerOf(c),
      deps,
    )
    if (!created.ok) return refuse(c, created.error)
    const { key, token } = created.value
    c.set('keyId', key.id)
    c.header('Location', `/admin/api/v1/keys/${key.id}`)
    c.header('ETag', entityTag(key.version))
    const warnings = entryWarnings(key.details.ipAcl)
    return c.json({ ...toKeyJson(key, deps.nowMs(), token), warnings }, 201)
  })

  routes.post('/find', async function findKeyRoute(c) {
    const body = await readBody(c.req.raw, findKeyBody)
    if (!body.ok) return refuse(c, body.error)
    const lookupIds = lookupIdsOf(body.value.token, deps)
    if (lookupIds.length === 0) return refuse(c, NOT_FOUND)
    const found = await findKeyOfToken(deps.db, accountOf(c).id, lookupIds)
    if (found === undefined) return refuse(c, NOT_FOUND)
    c.set('keyId', found.keyId)
    return c.json({ key_id: found.keyId, token: found.token })
  })

  routes.get('/:id', async function showKey(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    c.header('ETag', entityTag(row.version))
    const [shown = row] = await withLastFour([row], deps)
    return c.json(toKeyJson(shown, deps.nowMs()))
  })

  routes.patch('/:id', async function editKeyRoute(c) {
    const change = await readKeyChange(c, editKeyBody, deps)
    if (!change.ok) return refuse(c, change.error)
    const { row, body } = change.value
    const mayReplace = ifMatch(c.req.header('if-match'))
    const edited = await editKey(row, body, mayReplace, callerOf(c), deps)
    if (!edited.ok) return refuse(c, edited.error)
    c.header('ETag', entityTag(edited.value.version))
    const enforcement = { effective_at: toTime(deps.nowMs()) }
    const warnings = entryWarnings(edited.value.details.ipAcl)
    const [shown = edited.value] = await withLastFour([edited.value], deps)
    return c.json({ ...toKeyJson(shown, deps.nowMs()), enforcement, warnings })
  })

  routes.delete('/:id', async function deleteKeyRoute(c) {
    const row = await findOwnKey(c, deps.db)
    if (row === undefined) return refuse(c, NOT_FOUND)
    const removed = await removeKey(row, callerOf(c), deps)
    if (!removed.ok) return refuse(c, removed.error)
    const { id, deletedAt } = removed.value
    const enforcement = { effective_at: toTime(deps.nowMs()) }
    return c.json({ id, deleted_at: toTime(deletedAt), enforcement })
  })

  routes.post('/:id/reveal', async function revealKeyRoute(c) {
    const change = await readKeyChange(c, bodies.reveal, deps)
    if (!change.ok) return refuse(c, change.error)
    const { row, body } = change.value
    const unconfirmed = await confirmIdentity(c, { name: 'show_token', keyId: row.id }, body, deps)
    if (unconfirmed !== null) return refuse(c, unconfirmed)
    const token = await revealKey(row, callerOf(c), deps)
    if (!token.ok) return refuse(c, token.error)
    return c.json({ access_token: token.value })
  })

  return routes
    .route('/', rotationRoutes(deps))
    .route('/', ipAclRoutes(deps))
    .route('/', usageRoutes(deps))
    .route('/', limitRoutes(deps))
    .route('/', keyShadowRoutes(deps))
}
