// What the routes of a key share: whose key it is, and whether its account may do more than look.

import type { AccountRow } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import { findKey } from '../db/key-queries.ts'
import type { KeyRow } from '../db/key-rows.ts'
import type { AdminContext } from './context.ts'
import type { Refusal } from './refusal.ts'

export const NOT_FOUND: Refusal = { reason: 'not_found' }

/** The key named in the path; another account's is as unknown as one that never was. */
export async function ownKey(c: AdminContext, db: Database): Promise<KeyRow | undefined> {
  const row = await findKey(db, accountOf(c).id, c.req.param('id') ?? '')
  if (row !== undefined) c.set('keyId', row.id)
  return row
}

export function accountOf(c: AdminContext): AccountRow {
  return c.get('session').account
}

/** An account that is not active may log in, look and delete, and nothing else. */
export function inactivity({ status }: AccountRow): Refusal | null {
  return status === 'active' ? null : { reason: 'account_not_active', status }
}
