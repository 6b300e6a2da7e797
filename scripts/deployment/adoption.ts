// `npm run deploy -- --adopt`: the database belongs to whichever deployment looks first, and is to be this one.

import { connect } from '../../src/db/client.ts'
import { deleteMeta } from '../../src/db/meta-queries.ts'

/** Of a migrated database. The deployment that had it must be stopped, or it takes the database back. */
export async function disownDatabase(url: string, authToken: string | undefined): Promise<void> {
  await deleteMeta(connect(url, authToken), 'authority_namespace')
}
