// /admin/api/v1/keys/{id}/rotation: a new token for a key, and the end of the old one. Behind `requireSession`.
// The contract sets the order of checks: existence, account status, body, password, state.

import { Hono } from 'hono'
import type { LiveKey } from '../db/key-rows.ts'
import { findRotation } from '../keys/rotation.ts'
import type { Result } from '../shared/result.ts'
import { type ConfirmDeps, confirmIdentity } from './confirm.ts'
import { type AdminContext, type AdminEnv, callerOf, refuse } from './context.ts'
import { entityTag } from './entity-tag.ts'
import { readQuery } from './input.ts'
import { readKeyChange } from './key-change-request.ts'
import { toKeyJson, toTime } from './json.ts'
import type { KeyServiceDeps } from './key-service.ts'
import { withLastFour } from './last-four.ts'
import { accountOf, checkActive, findOwnKey, NOT_FOUND } from './own-key.ts'
import type { Refusal } from './refusal.ts'
import { endRotation, moveRotationEnd, rotateKey } from './rotation-service.ts'
import { readRotationUse, type RotationUseDeps } from './rotation-use.ts'
import { confirmedBodies } from './requests/confirmed.ts'
import { endRotationQuery, moveRotationEndBody } from './requests/rotation.ts'

export interface RotationRoutesDeps extends KeyServiceDeps, ConfirmDeps, RotationUseDeps {}

export function rotationRoutes(deps: RotationRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()
  const bodies = confirmedBodies(deps.identity !== null)

  routes.post('/:id/rotation', async function rotateKeyRoute(c) {
    const change = await readKeyChange(c, bodies.rotateKey, deps)
    if (!change.ok) return refuse(c, change.error)
    const { row, body } = change.value
    const unconfirmed = await confirmIdentity(c, { name: 'rotate_key', keyId: row.id }, body, deps)
    if (unconfirmed !== null) return refuse(c, unconfirmed)
    const idempotencyKey = c.req.header('idempotency-key') || undefined
    const rotated = await rotateKey(row, body, idempotencyKey, callerOf(c), deps)
    if (!rotated.ok) return refuse(c, rotated.error)
    return c.json(await answer(c, rotated.value.key, rotated.value.token), 201)
  })

  routes.get('/:id/rotation', async function showRotation(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    const rotation = findRotation(row.tokens, deps.nowMs())
    if (rotation === undefined) return refuse(c, NOT_FOUND)
    try {
      return c.json(await readRotationUse(row, rotation, deps))
    } catch (error) {
      deps.logFault('authority', error, c.get('requestId'))
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })

  routes.patch('/:id/rotation', async function moveRotationEndRoute(c) {
    const change = await readKeyChange(c, moveRotationEndBody, deps)
    if (!change.ok) return refuse(c, change.error)
    const { row, body } = change.value
    return await answerChanged(c, await moveRotationEnd(row, body.ends_at, callerOf(c), deps))
  })

  routes.delete('/:id/rotation', async function endRotationRoute(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    const inactive = checkActive(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const query = readQuery(c.req.url, endRotationQuery)
    if (!query.ok) return refuse(c, query.error)
    return await answerChanged(c, await endRotation(row, query.value.keep, callerOf(c), deps))
  })

  async function answerChanged(c: AdminContext, changed: Result<LiveKey, Refusal>) {
    return changed.ok ? c.json(await answer(c, changed.value)) : refuse(c, changed.error)
  }

  async function answer(c: AdminContext, key: LiveKey, token?: string) {
    c.header('ETag', entityTag(key.version))
    const [shown = key] = await withLastFour([key], deps)
    const now = deps.nowMs()
    return { ...toKeyJson(shown, now, token), enforcement: { effective_at: toTime(now) } }
  }

  return routes
}
