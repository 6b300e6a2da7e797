// Rows as the admin API shows them: snake_case, RFC 3339 times, the token hidden.

import type { AccountRow } from '../db/account-queries.ts'
import { isPending, type LiveKey } from '../db/key-rows.ts'

const HIDDEN_TOKEN = '********'

export function toAccountJson({ id, email, name, status }: AccountRow) {
  return { id, email, name, status }
}

/** What the operator sees of an account. */
export function toOperatorAccountJson(account: AccountRow) {
  const { createdAt, updatedAt } = account
  return { ...toAccountJson(account), created_at: toTime(createdAt), updated_at: toTime(updatedAt) }
}

export function toKeyJson(key: LiveKey, token = HIDDEN_TOKEN) {
  return {
    id: key.id,
    application_name: key.details.applicationName,
    application_website: key.details.applicationWebsite,
    platform: key.details.platform,
    ip_acl: key.details.ipAcl,
    access_token: token,
    created_at: toTime(key.createdAt),
    updated_at: toTime(key.updatedAt),
    version: key.version,
    enforcement_state: isPending(key) ? 'pending' : 'done',
  }
}

export function toTime(ms: number): string {
  return new Date(ms).toISOString()
}
