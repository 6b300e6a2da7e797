// Which deployment the database belongs to. The authorities of one deployment know nothing of another's: over
// one database, a change that is made through one never reaches the requests of the other. So the first
// deployment writes down the identity of its object namespace, and another one notices.

import { type ConfigurationFault, configurationFault } from '../configuration-fault.ts'
import type { Database } from '../db/client.ts'
import { findMeta, insertMeta } from '../db/meta-queries.ts'

export interface DatabaseOwner {
  /** Looks whose the database is. Rejects where libSQL cannot be asked. */
  readonly look: () => Promise<void>
  /** Looks too, and takes a database that belongs to nobody. */
  readonly claim: () => Promise<void>
  /** Whether it belongs to another deployment, as last seen. */
  readonly isForeign: () => boolean
}

export const FOREIGN_DATABASE: ConfigurationFault = configurationFault(
  'LIBSQL_URL is the database of another deployment, whose keys this one does not enforce: give this one a database of its own, or stop the other one and deploy this one with --adopt',
)

export function createDatabaseOwner(db: Database, namespaceId: string): DatabaseOwner {
  let owner: string | null = null
  async function look(): Promise<void> {
    owner = await findMeta(db, 'authority_namespace')
  }
  return {
    look,
    async claim() {
      await look()
      if (owner !== null) return
      await insertMeta(db, 'authority_namespace', namespaceId)
      await look()
    },
    isForeign: () => owner !== null && owner !== namespaceId,
  }
}
