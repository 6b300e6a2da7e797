// Gives users from before canonical e-mails existed their canonical form. The cron does this, and so does the
// creation of an account or a user, because its e-mail may be another spelling of an existing one.

import {
  type ConfigurationFault,
  configurationFault,
} from '../configuration/configuration-fault.ts'
import type { Database } from '../db/client.ts'
import { listUsersWithoutCanonicalEmail, setCanonicalEmails } from '../db/user-queries.ts'
import { toId } from '../shared/ids.ts'
import { canonicalEmail } from './email.ts'

export interface CanonicalEmailDeps {
  readonly db: Database
  readonly logConfigurationFault: (fault: ConfigurationFault) => void
}

const PAGE = 200
/** Pages per run, which take some seconds at most. */
const MAX_PAGES = 50

/**
 * If two of these users share a canonical form, the older one gets it. The other user is still found by its own
 * spelling only, and its account is named in the log.
 */
export async function fillCanonicalEmails(deps: CanonicalEmailDeps): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page++) {
    const users = await listUsersWithoutCanonicalEmail(deps.db, PAGE)
    const taken = await setCanonicalEmails(
      deps.db,
      users.map(({ id, email }) => ({ id, canonicalEmail: canonicalEmail(email) })),
    )
    for (const { id, accountId } of users) {
      if (!taken.includes(id)) continue
      const named = toId('acc', accountId) ?? 'An account'
      deps.logConfigurationFault(
        configurationFault(
          `${named} has the e-mail address of an older account in another spelling: give one of them another`,
        ),
      )
    }
    if (users.length < PAGE) return
  }
}
