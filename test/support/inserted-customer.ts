// Customers who are logged in, written into libSQL as the gateway would write them: a password that is set
// and a log-in cost a tenth of a second each, and few tests are about either.

import { randomBytes } from 'node:crypto'
import { type Account, type NewCustomer, ownAddress } from '../../harness/customer.ts'
import { auditEvent } from '../../src/admin/audit.ts'
import { canonicalEmail, legacyEmailKey } from '../../src/admin/email.ts'
import { keyedHashes } from '../../src/admin/keyed-hash.ts'
import { mintSessionToken, SESSION_RANDOM_BYTES } from '../../src/admin/session-token.ts'
import { insertAccount } from '../../src/db/account-queries.ts'
import type { Database } from '../../src/db/client.ts'
import { insertSession } from '../../src/db/session-queries.ts'
import { importHmacKey, importKeyRing } from '../../src/keys/key-ring.ts'
import { newId } from '../../src/shared/ids.ts'
import { weakHash } from './log-ins.ts'

/** `sessionKeys`: the gateway's SESSION_KEYS. */
export async function insertCustomer(
  db: Database,
  sessionKeys: string,
  { email, password, name, status }: Required<NewCustomer>,
): Promise<Account> {
  const now = Date.now()
  const passwordHash = weakHash(password)
  const account = {
    id: newId('acc', now),
    email,
    emailKey: legacyEmailKey(email),
    canonicalEmail: canonicalEmail(email),
    name,
    status,
    passwordHash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const operator = { kind: 'operator', accountId: account.id, address: null } as const
  const changes = { email: [null, email], name: [null, name], status: [null, status] } as const
  await insertAccount(db, account, auditEvent('account.create', operator, now, { changes }))

  const ring = await importKeyRing(sessionKeys, importHmacKey)
  if (!ring.ok) throw new TypeError(ring.error)
  const value = await mintSessionToken(ring.value, randomBytes(SESSION_RANDOM_BYTES))
  const [tokenHash = ''] = await keyedHashes(value, ring.value)
  const address = ownAddress()
  const session = {
    id: newId('ses', now),
    tokenHash,
    accountId: account.id,
    createdAt: now,
    lastSeenAt: now,
    address,
    userAgent: null,
    isTagged: true,
  }
  const customer = { kind: 'customer', accountId: account.id, address } as const
  const none = { tokenHashes: [], maxSessions: 1, limits: { createdAfter: now, seenAfter: now } }
  await insertSession(db, session, passwordHash, none, auditEvent('session.create', customer, now))
  return { id: account.id, email, password, cookie: `portal_session=${value}` }
}
