// /admin/api/v1/keys/{id}/ip-acl/check and /denials: help with the IP ACL of a key. Behind `requireSession`.

import { Hono } from 'hono'
import type { Database } from '../db/client.ts'
import type { Token } from '../db/key-rows.ts'
import type { Denial } from '../keys/denial.ts'
import { compileIpAcl, isEmptyIpAcl, matchesIpAcl, matchingEntry } from '../keys/ip-acl.ts'
import type { LogFault } from '../log/fault.ts'
import { type AdminEnv, refuse } from './context.ts'
import { readBody } from './input.ts'
import { toDenialJson } from './json.ts'
import { accountOf, checkActive, NOT_FOUND, findOwnKey } from './own-key.ts'
import { checkIpAclBody } from './requests/ip-acl.ts'

const MAX_DENIALS = 100

export interface IpAclRoutesDeps {
  readonly db: Database
  /** Rejects if the key's authority cannot be asked. */
  readonly listDenials: (lookupId: string) => Promise<Denial[]>
  readonly logFault: LogFault
}

export function ipAclRoutes(deps: IpAclRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post('/:id/ip-acl/check', async function checkIpAcl(c) {
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    // Refused for an inactive account, because none of its keys allows any address.
    const inactive = checkActive(accountOf(c))
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
    const row = await findOwnKey(c, deps.db)
    if (row?.kind !== 'live') return refuse(c, NOT_FOUND)
    try {
      const denials = await listKeyDenials(row.tokens, deps)
      return c.json({ denials: denials.map(toDenialJson) })
    } catch (error) {
      deps.logFault('authority', error, c.get('requestId'))
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })

  return routes
}

/** The denials of all tokens of a key, newest first. Each address stands once. */
async function listKeyDenials(
  tokens: readonly Token[],
  { listDenials }: IpAclRoutesDeps,
): Promise<readonly Denial[]> {
  const lists = await Promise.all(tokens.map(({ lookupId }) => listDenials(lookupId)))
  const byAddress = Map.groupBy(lists.flat(), ({ address }) => address)
  const merged = [...byAddress.values()].map((of) => of.reduce(mergeDenials))
  return merged.toSorted((a, b) => b.lastAtMs - a.lastAtMs).slice(0, MAX_DENIALS)
}

function mergeDenials(a: Denial, b: Denial): Denial {
  const newer = a.lastAtMs >= b.lastAtMs ? a : b
  const firstAtMs = Math.min(a.firstAtMs, b.firstAtMs)
  return { ...newer, firstAtMs, count: a.count + b.count }
}
