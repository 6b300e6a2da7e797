// Which deployment the database belongs to. If two deployments shared a database, a change through one
// would never reach the authorities of the other. So the first deployment records the id of its object
// namespace in the database, and any other one reports that the database is foreign.

import {
  type ConfigurationFault,
  configurationFault,
} from '../configuration/configuration-fault.ts'
import type { Database } from '../db/client.ts'
import { findMeta, insertMeta } from '../db/meta-queries.ts'

export interface DatabaseOwner {
  /** Reads the owner. Rejects if libSQL cannot be asked. */
  readonly read: () => Promise<void>
  /** Reads the owner, and claims a database that has none. */
  readonly claim: () => Promise<void>
  /** Whether the last read found another deployment as the owner. */
  readonly isForeign: () => boolean
}

export const FOREIGN_DATABASE: ConfigurationFault = configurationFault(
  'LIBSQL_URL is the database of another deployment, whose keys this one does not enforce: give this one a database of its own, or stop the other one and deploy this one with --adopt',
)

export function createDatabaseOwner(db: Database, namespaceId: string): DatabaseOwner {
  let owner: string | null = null
  async function read(): Promise<void> {
    owner = await findMeta(db, 'authority_namespace')
  }
  return {
    read,
    async claim() {
      await read()
      if (owner !== null) return
      await insertMeta(db, 'authority_namespace', namespaceId)
      await read()
    },
    isForeign: () => owner !== null && owner !== namespaceId,
  }
}
