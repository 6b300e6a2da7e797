// /admin/api/v1/users: the people of the account, for its owners to see. Behind `requireSession`. Users are made
// and changed by the operator.

import { Hono } from 'hono'
import type { Database } from '../db/client.ts'
import { listUsers } from '../db/user-queries.ts'
import type { IdentityProvider } from '../identity/provider.ts'
import { type AdminEnv, refuse } from './context.ts'
import { readPage } from './input.ts'
import { toUserJson } from './json.ts'
import { accountOf } from './own-key.ts'
import { toPage } from './page.ts'

export interface UserRoutesDeps {
  readonly db: Database
  /** Null where users have passwords here. */
  readonly identity: IdentityProvider | null
}

export function userRoutes(deps: UserRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get('/', async function showUsers(c) {
    const page = readPage(c.req.url, 'usr')
    if (!page.ok) return refuse(c, page.error)
    const { limit, before } = page.value
    const rows = await listUsers(deps.db, accountOf(c).id, limit + 1, before)
    const { items, nextCursor } = toPage(rows, limit)
    return c.json({
      users: items.map((user) => toUserJson(user, deps.identity !== null)),
      next_cursor: nextCursor,
    })
  })

  return routes
}
