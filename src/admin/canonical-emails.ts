// Accounts of before have no canonical e-mail yet. The cron gives them theirs, and so does the call that makes
// an account, since its e-mail may be one of theirs in another spelling.

import { listAccountsWithoutCanonicalEmail, setCanonicalEmails } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import { type ConfigurationFault, configurationFault } from '../configuration-fault.ts'
import { toId } from '../ids.ts'
import { canonicalEmail } from './email.ts'

export interface CanonicalEmailDeps {
  readonly db: Database
  readonly logConfigurationFault: (fault: ConfigurationFault) => void
}

const PAGE = 200
/** In one go: some seconds at the most. */
const PAGES = 50

/**
 * Where two accounts of before have one canonical form, the older one gets it. The other is found by its own
 * spelling alone, as before, and is named in the log.
 */
export async function fillCanonicalEmails(deps: CanonicalEmailDeps): Promise<void> {
  for (let page = 0; page < PAGES; page++) {
    const accounts = await listAccountsWithoutCanonicalEmail(deps.db, PAGE)
    const taken = await setCanonicalEmails(
      deps.db,
      accounts.map(({ id, email }) => ({ id, canonicalEmail: canonicalEmail(email) })),
    )
    for (const id of taken) {
      const named = toId('acc', id) ?? 'An account'
      deps.logConfigurationFault(
        configurationFault(
          `${named} has the e-mail address of an older account in another spelling: give one of them another`,
        ),
      )
    }
    if (accounts.length < PAGE) return
  }
}
