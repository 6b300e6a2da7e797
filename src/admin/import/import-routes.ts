// POST /admin/api/v1/operator/accounts/{id}/keys/import: keys that exist already. The caller must put this route
// behind the operator's guard.

import { Hono } from 'hono'
import { findAccount } from '../../db/account-queries.ts'
import { type AdminEnv, operatorOf, refuse } from '../context.ts'
import { readBody } from '../input.ts'
import { NOT_FOUND } from '../own-key.ts'
import { importBody, MAX_IMPORT_BYTES } from './import-body.ts'
import { type ImportDeps, importKeys } from './import-keys.ts'

export function importRoutes(deps: ImportDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.post('/accounts/:id/keys/import', async function importKeysRoute(c) {
    const account = await findAccount(deps.db, c.req.param('id'))
    if (account === undefined) return refuse(c, NOT_FOUND)
    c.set('accountId', account.id)
    const body = await readBody(c.req.raw, importBody, MAX_IMPORT_BYTES)
    if (!body.ok) return refuse(c, body.error)
    const { keys, dry_run: isDryRun } = body.value
    const actor = { kind: 'operator', accountId: account.id, ...operatorOf(c) } as const
    return c.json({ results: await importKeys(keys, isDryRun, actor, deps) })
  })

  return routes
}
