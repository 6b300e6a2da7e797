// Which deployment a database belongs to: each has authorities of its own, so a key that is deleted through
// one would go on working at another. The worker notes the namespace of its authorities, `npm run deploy`
// the account and name of the worker, so that the wrong environment is refused before it is deployed.

import type { Client } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { useLibsql } from '../../harness/libsql.ts'
import { deleteMeta, findMeta, insertMeta } from '../../src/db/meta-queries.ts'
import { type Fault, wrong } from './fault.ts'

const MOVE =
  'stop the other one and move it here with --adopt (docs/operate/environments.md#moving-to-another-deployment), or give this environment a database of its own'

/** `isLive`: whether the worker that is deployed under this name has this database. */
export async function ownerFaults(
  url: string,
  authToken: string | undefined,
  deployment: string,
  isLive: boolean,
): Promise<Fault[]> {
  const { owner, isClaimed } = await useLibsql(url, authToken, readOwner)
  if (owner !== null && owner !== deployment) {
    return [wrong(`LIBSQL_URL is the database of ${owner}, and this is ${deployment}: ${MOVE}`)]
  }
  if (owner === null && isClaimed && !isLive) {
    return [wrong(`LIBSQL_URL is the database of a deployment that is not this one: ${MOVE}`)]
  }
  return []
}

async function readOwner(client: Client): Promise<{ owner: string | null; isClaimed: boolean }> {
  const { rows } = await client.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'")
  if (rows.length === 0) return { owner: null, isClaimed: false } // never migrated
  const db = drizzle(client)
  const owner = await findMeta(db, 'deployment')
  return { owner, isClaimed: (await findMeta(db, 'authority_namespace')) !== null }
}

/**
 * Notes the owner of a migrated database. With `adopt`, whoever had it before has it no more; it must be
 * stopped, or its cron takes the database back.
 */
export async function ownDatabase(
  url: string,
  authToken: string | undefined,
  deployment: string,
  adopt: boolean,
): Promise<void> {
  await useLibsql(url, authToken, async (client) => {
    const db = drizzle(client)
    if (adopt) {
      await deleteMeta(db, 'authority_namespace')
      await deleteMeta(db, 'deployment')
    }
    await insertMeta(db, 'deployment', deployment)
  })
}
