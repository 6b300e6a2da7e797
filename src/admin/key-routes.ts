// /admin/api/v1/keys: create, list, get, edit, delete, reveal. Behind `requireSession`. The order of
// checks is the contract's: existence, account status, body, password, state.

import { Hono } from 'hono'
import type { AccountRow } from '../db/account-queries.ts'
import { insertEvent } from '../db/audit-queries.ts'
import { findKey, listKeys } from '../db/key-queries.ts'
import type { KeyRow } from '../db/key-rows.ts'
import { auditEvent } from './audit.ts'
import { actorOf, type AdminContext, type AdminEnv, refuse } from './context.ts'
import { boundedEnforcement } from './enforcement.ts'
import { entityTag, ifMatch } from './entity-tag.ts'
import { readBody, readPage, toPage } from './input.ts'
import { toKeyJson, toTime } from './json.ts'
import { createKey, editKey, type KeyServiceDeps, removeKey, revealToken } from './key-service.ts'
import { checkPassword } from './password.ts'
import { drainOutbox } from './publish.ts'
import type { Refusal } from './refusal.ts'
import { createKeyBody, editKeyBody, revealBody } from './schemas.ts'

const NOT_FOUND: Refusal = { reason: 'not_found' }

export function keyRoutes(deps: KeyServiceDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showKeys(c) {
    const page = readPage(c.req.url, 'key')
    if (!page.ok) return refuse(c, page.error)
    const { limit, before } = page.value
    const rows = await listKeys(deps.db, accountOf(c).id, limit + 1, before)
    const { items, nextCursor } = toPage(rows, limit)
    return c.json({ keys: items.map((key) => toKeyJson(key)), next_cursor: nextCursor })
  })

  routes.post('/', async function createKeyRoute(c) {
    const inactive = inactivity(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const body = await readBody(c.req.raw, createKeyBody)
    if (!body.ok) return refuse(c, body.error)
    if (!(await confirms(c, body.value.password))) return refuse(c, PASSWORD_INCORRECT)
    const created = await createKey(body.value, actorOf(c), deps)
    if (!created.ok) return refuse(c, created.error)
    const { key, token } = created.value
    c.header('Location', `/admin/api/v1/keys/${key.id}`)
    c.header('ETag', entityTag(key.version))
    return c.json(toKeyJson(key, token), 201)
  })

  routes.get('/:id', async function showKey(c) {
    const row = await ownKey(c)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    c.header('ETag', entityTag(row.version))
    return c.json(toKeyJson(row))
  })

  routes.patch('/:id', async function editKeyRoute(c) {
    const row = await ownKey(c)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    const inactive = inactivity(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const body = await readBody(c.req.raw, editKeyBody)
    if (!body.ok) return refuse(c, body.error)
    const mayReplace = ifMatch(c.req.header('if-match'))
    const edited = await editKey(row, body.value, mayReplace, actorOf(c), deps)
    c.executionCtx.waitUntil(drainOutbox(deps))
    if (!edited.ok) return refuse(c, edited.error)
    c.header('ETag', entityTag(edited.value.version))
    return c.json({ ...toKeyJson(edited.value), enforcement: boundedEnforcement(deps.nowMs()) })
  })

  routes.delete('/:id', async function deleteKeyRoute(c) {
    const row = await ownKey(c)
    if (row === undefined) return refuse(c, NOT_FOUND)
    const removed = await removeKey(row, actorOf(c), deps)
    c.executionCtx.waitUntil(drainOutbox(deps))
    if (!removed.ok) return refuse(c, removed.error)
    const { id, deletedAt } = removed.value
    const enforcement = boundedEnforcement(deps.nowMs())
    return c.json({ id, deleted_at: toTime(deletedAt), enforcement })
  })

  routes.post('/:id/reveal', async function revealKey(c) {
    const row = await ownKey(c)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    const inactive = inactivity(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const body = await readBody(c.req.raw, revealBody)
    if (!body.ok) return refuse(c, body.error)
    if (!(await confirms(c, body.value.password))) return refuse(c, PASSWORD_INCORRECT)
    const token = await revealToken(row, deps.encryptionKeys)
    // Before the answer: a token that was shown is always in the audit.
    const about = { keyId: row.id }
    await insertEvent(deps.db, auditEvent('key.reveal', actorOf(c), deps.nowMs(), about))
    return c.json({ access_token: token })
  })

  /** Whether this is the account's password; where not, that is written down. */
  async function confirms(c: AdminContext, password: string): Promise<boolean> {
    const { matches } = await checkPassword(accountOf(c).passwordHash, password)
    if (matches) return true
    const keyId = c.req.param('id')
    const about = keyId === undefined ? {} : { keyId }
    await insertEvent(deps.db, auditEvent('confirmation.failed', actorOf(c), deps.nowMs(), about))
    return false
  }

  /** The key named in the path; another account's is as unknown as one that never was. */
  async function ownKey(c: AdminContext): Promise<KeyRow | undefined> {
    return await findKey(deps.db, accountOf(c).id, c.req.param('id') ?? '')
  }

  return routes
}

const PASSWORD_INCORRECT: Refusal = { reason: 'password_incorrect' }

function accountOf(c: AdminContext): AccountRow {
  return c.get('session').account
}

function inactivity({ status }: AccountRow): Refusal | null {
  return status === 'active' ? null : { reason: 'account_not_active', status }
}
