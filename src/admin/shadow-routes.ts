// What the gateway would have decided otherwise than the upstream, see ENFORCEMENT: of all keys for the operator,
// of one key for its owner.

import { Hono } from 'hono'
import type { Database } from '../db/client.ts'
import type { LogFault } from '../log/fault.ts'
import type { ShadowStore } from '../stores/shadow-counts.ts'
import type { StoredDifference } from '../stores/difference-table.ts'
import { type AdminContext, type AdminEnv, refuse } from './context.ts'
import { readQuery } from './input.ts'
import { toTime } from './json.ts'
import { findOwnKey, NOT_FOUND } from './own-key.ts'
import { shadowQuery } from './requests/shadow.ts'
import type { DifferenceAnswer, KeyDifferenceAnswer } from './answers/shadow.ts'

export interface ShadowRoutesDeps {
  /** Whether requests are only judged, and go on whatever the verdict. */
  readonly isShadow: boolean
  /** Rejects if what was counted cannot be read. */
  readonly readShadow: ShadowStore['read']
  readonly logFault: LogFault
  readonly nowMs: () => number
}

const MAX_OF_KEY = 100

/** /admin/api/v1/operator/shadow. The caller must put it behind the operator's guard. */
export function operatorShadowRoutes(deps: ShadowRoutesDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/', async function showShadow(c) {
    const query = readQuery(c.req.url, shadowQuery)
    if (!query.ok) return refuse(c, query.error)
    const { limit, cursor: before } = query.value
    try {
      const read = await deps.readShadow({ before, limit: limit + 1 })
      const page = read.differences.slice(0, limit)
      const hasMore = read.differences.length > limit
      return c.json({
        since: toSince(read.sinceMs, deps),
        judged: read.judged,
        agreed: read.agreed,
        differences: page.map(toDifferenceJson),
        next_cursor: hasMore ? String(page.at(-1)?.id) : null,
      })
    } catch (error) {
      return refuseUnavailable(c, error, deps)
    }
  })
}

/** /admin/api/v1/keys/{id}/shadow. Behind `requireSession`. */
export function keyShadowRoutes(
  deps: ShadowRoutesDeps & { readonly db: Database },
): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/:id/shadow', async function showKeyShadow(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    if (!deps.isShadow) return c.json({ since: null, differences: [] })
    try {
      const read = await deps.readShadow({ keyId: row.id, limit: MAX_OF_KEY })
      const newest = read.differences.toSorted((a, b) => b.lastAtMs - a.lastAtMs)
      return c.json({
        since: toSince(read.sinceMs, deps),
        differences: newest.map(toKeyDifferenceJson),
      })
    } catch (error) {
      return refuseUnavailable(c, error, deps)
    }
  })
}

/** Before the first request was judged, in shadow, counting begins now. */
function toSince(sinceMs: number | null, { isShadow, nowMs }: ShadowRoutesDeps): string | null {
  if (sinceMs !== null) return toTime(sinceMs)
  return isShadow ? toTime(nowMs()) : null
}

function toKeyDifferenceJson(row: StoredDifference): KeyDifferenceAnswer {
  const { kind, code, upstreamStatus, address, count, lastAtMs } = row
  return { kind, code, upstream_status: upstreamStatus, address, count, last_at: toTime(lastAtMs) }
}

function toDifferenceJson(row: StoredDifference): DifferenceAnswer {
  return { key_id: row.keyId, ...toKeyDifferenceJson(row) }
}

function refuseUnavailable(c: AdminContext, error: unknown, deps: ShadowRoutesDeps): Response {
  deps.logFault('shadow', error, c.get('requestId'))
  return refuse(c, { reason: 'storage_unavailable' })
}
