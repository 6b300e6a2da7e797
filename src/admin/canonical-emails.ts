// Gives accounts from before canonical e-mails existed their canonical form. The cron does this, and so
// does the creation of an account, because its e-mail may be another spelling of an existing one.

import {
  type ConfigurationFault,
  configurationFault,
} from '../configuration/configuration-fault.ts'
import { listAccountsWithoutCanonicalEmail, setCanonicalEmails } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
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
 * If two of these accounts share a canonical form, the older one gets it. The other account is still found
 * by its own spelling only, and is named in the log.
 */
export async function fillCanonicalEmails(deps: CanonicalEmailDeps): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page++) {
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
