// /admin/api/v1/keys/{id}/usage and /ip-acl/preview: what a key was used for. Behind `requireSession`.

import { Hono } from 'hono'
import { type AdminContext, type AdminEnv, refuse } from './context.ts'
import { readBody, readQuery } from './input.ts'
import { detailKey, type KeyUsageDeps } from './key-usage.ts'
import { accountOf, checkActive, findOwnKey, NOT_FOUND } from './own-key.ts'
import { previewIpAclBody } from './requests/ip-acl.ts'
import { toPreviewJson, toUsageJson } from './usage-json.ts'
import { usageQuery } from './usage-query.ts'

export function usageRoutes(deps: KeyUsageDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/:id/usage', async function showUsage(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    const query = readQuery(c.req.url, usageQuery)
    if (!query.ok) return refuse(c, query.error)
    try {
      const use = await detailKey(row.id, query.value, deps)
      return c.json(toUsageJson(query.value.by, use, deps.nowMs()))
    } catch (error) {
      return refuseUnavailable(c, error)
    }
  })

  routes.post('/:id/ip-acl/preview', async function previewIpAcl(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    const inactive = checkActive(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const body = await readBody(c.req.raw, previewIpAclBody)
    if (!body.ok) return refuse(c, body.error)
    const now = deps.nowMs()
    try {
      const use = await detailKey(row.id, { by: 'hour', fromMs: now, toMs: now }, deps)
      return c.json(toPreviewJson(body.value.ip_acl, use.addresses))
    } catch (error) {
      return refuseUnavailable(c, error)
    }
  })

  function refuseUnavailable(c: AdminContext, error: unknown): Response {
    deps.logFault('authority', error, c.get('requestId'))
    return refuse(c, { reason: 'storage_unavailable' })
  }

  return routes
}
