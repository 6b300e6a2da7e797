// Which role each route behind a session needs. A route that is not in the table is for owners alone.

import { matchedRoutes } from 'hono/route'
import type { Database } from '../db/client.ts'
import { findKey } from '../db/key-queries.ts'
import type { Role } from '../shared/roles.ts'
import type { OpenSession } from '../db/session-queries.ts'
import type { AdminContext } from './context.ts'
import type { Refusal } from './refusal.ts'

const API = '/admin/api/v1'

/** By method and path, relative to /admin/api/v1. */
export const ROUTE_ROLES: Readonly<Record<string, Role>> = {
  'GET /session': 'viewer',
  'DELETE /session': 'viewer',
  'GET /second-factor': 'viewer',
  'POST /second-factor': 'viewer',
  'POST /second-factor/confirmation': 'viewer',
  'POST /second-factor/recovery-codes': 'viewer',
  'POST /second-factor/removal': 'viewer',
  'GET /sessions': 'viewer',
  'DELETE /sessions/:id': 'viewer',
  'GET /users': 'owner',
  'GET /audit': 'viewer',
  'GET /keys': 'viewer',
  'POST /keys': 'manager',
  'POST /keys/find': 'viewer',
  'GET /keys/:id': 'viewer',
  'PATCH /keys/:id': 'manager',
  'DELETE /keys/:id': 'manager',
  'POST /keys/:id/rotation': 'manager',
  'GET /keys/:id/rotation': 'viewer',
  'PATCH /keys/:id/rotation': 'manager',
  'DELETE /keys/:id/rotation': 'manager',
  'POST /keys/:id/reveal': 'manager',
  'POST /keys/:id/ip-acl/check': 'viewer',
  'POST /keys/:id/ip-acl/preview': 'manager',
  'GET /keys/:id/denials': 'viewer',
  'GET /keys/:id/shadow': 'viewer',
  'GET /keys/:id/usage': 'viewer',
  'GET /keys/:id/rate-limit': 'viewer',
}

/** The roles that include a role. */
const INCLUDED_IN: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer', 'manager', 'owner'],
  manager: ['manager', 'owner'],
  owner: ['owner'],
}

/** What a user who must still set up a second factor may do. */
const OPEN_WITHOUT_FACTOR: readonly string[] = [
  'GET /session',
  'DELETE /session',
  'GET /second-factor',
  'POST /second-factor',
  'POST /second-factor/confirmation',
]

/** Whether the route of this request is open to a user who must still set up a second factor. */
export function isOpenWithoutFactor(c: AdminContext): boolean {
  const name = routeName(c)
  return name === null || OPEN_WITHOUT_FACTOR.includes(name)
}

/** The method and the path of the route, as in the table; null if there is no such route. */
function routeName(c: AdminContext): string | null {
  const handler = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')
  return handler === undefined ? null : `${handler.method} ${handler.path.slice(API.length)}`
}

/** A refusal if the user's role does not let it use the route of this request, else null. */
export async function checkRole(
  c: AdminContext,
  { user, account }: OpenSession,
  db: Database,
): Promise<Refusal | null> {
  const handler = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')
  if (handler === undefined) return null // there is no such route, which is 404 or 405 for everybody
  const path = handler.path.slice(API.length)
  const role = ROUTE_ROLES[`${handler.method} ${path}`] ?? 'owner'
  if (INCLUDED_IN[role].includes(user.role)) return null
  // Existence is told before rights, so that a key of another account is no more than one that never was.
  if (path.startsWith('/keys/:id')) {
    const [, keyId = ''] = /^\/keys\/([^/]+)/.exec(c.req.path.slice(API.length)) ?? []
    const row = await findKey(db, account.id, keyId)
    const mayBeDeleted = handler.method === 'DELETE' && path === '/keys/:id'
    if (row === undefined || (row.kind !== 'live' && !mayBeDeleted)) {
      return { reason: 'not_found' }
    }
    c.set('keyId', row.id)
  }
  return { reason: 'role_insufficient', role: user.role, needed: role }
}
