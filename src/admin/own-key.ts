// Shared by the routes of a key: finds the key of the logged-in account, and checks that the account is
// active.

import type { AccountRow } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import { findKey } from '../db/key-queries.ts'
import type { KeyRow } from '../db/key-rows.ts'
import type { AdminContext } from './context.ts'
import type { Refusal } from './refusal.ts'

export const NOT_FOUND: Refusal = { reason: 'not_found' }

/** The key named in the path. Another account's key is as unknown as a key that never existed. */
export async function findOwnKey(c: AdminContext, db: Database): Promise<KeyRow | undefined> {
  const row = await findKey(db, accountOf(c).id, c.req.param('id') ?? '')
  if (row !== undefined) c.set('keyId', row.id)
  return row
}

export function accountOf(c: AdminContext): AccountRow {
  return c.get('session').account
}

/** A refusal if the account is not active. Such an account may only log in, read and delete. */
export function checkActive({ status }: AccountRow): Refusal | null {
  return status === 'active' ? null : { reason: 'account_not_active', status }
}
