// /admin/api/v1/keys/{id}: what helps to get an IP ACL right. Behind `requireSession`.

import { Hono } from 'hono'
import type { Database } from '../db/client.ts'
import { compileIpAcl, isEmptyIpAcl, matchesIpAcl, matchingEntry } from '../keys/ip-acl.ts'
import type { LogFault } from '../log.ts'
import type { Denial } from '../stores/denial-table.ts'
import { type AdminEnv, refuse } from './context.ts'
import { readBody } from './input.ts'
import { toDenialJson } from './json.ts'
import { accountOf, inactivity, NOT_FOUND, ownKey } from './own-key.ts'
import { checkIpAclBody } from './schemas.ts'

export interface IpAclRoutesDeps {
  readonly db: Database
  /** Rejects when the key's authority cannot be asked. */
  readonly listDenials: (lookupId: string) => Promise<Denial[]>
  readonly logFault: LogFault
}

export function ipAclRoutes(deps: IpAclRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post('/:id/ip-acl/check', async function checkIpAcl(c) {
    const row = await ownKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    // Not a look: from an account that is not active, no address is allowed.
    const inactive = inactivity(accountOf(c))
    if (inactive !== null) return refuse(c, inactive)
    const body = await readBody(c.req.raw, checkIpAclBody)
    if (!body.ok) return refuse(c, body.error)
    const { address } = body.value
    const { ipAcl, ipAclMode } = row.details
    const acl = compileIpAcl(ipAcl)
    const allowed = isEmptyIpAcl(acl) || matchesIpAcl(acl, address)
    return c.json({ allowed, entry: matchingEntry(ipAcl, address), mode: ipAclMode })
  })

  routes.get('/:id/denials', async function showDenials(c) {
    const row = await ownKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    try {
      const denials = await deps.listDenials(row.lookupId)
      return c.json({ denials: denials.map(toDenialJson) })
    } catch (error) {
      deps.logFault('authority', error, c.get('requestId'))
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })

  return routes
}
