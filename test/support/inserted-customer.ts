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
import type { Role } from '../../src/shared/roles.ts'
import { insertSession } from '../../src/db/session-queries.ts'
import { findUserByEmail, insertUser, type UserRow } from '../../src/db/user-queries.ts'
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
    externalId: null,
    createdAt: now,
  }
  const operator = { kind: 'operator', accountId: account.id, address: null } as const
  const changes = { email: [null, email], name: [null, name], status: [null, status] } as const
  await insertAccount(db, account, auditEvent('account.create', operator, now, { changes }))
  const found = await findUserByEmail(db, account)
  if (found === undefined) throw new Error('The account has no user')
  return { id: account.id, email, password, cookie: await logIn(db, sessionKeys, found.user) }
}

/** A further user of an account, logged in. */
export async function insertUserOf(
  db: Database,
  sessionKeys: string,
  accountId: string,
  role: Role,
  { email, password, name }: Required<NewCustomer>,
): Promise<Account> {
  const now = Date.now()
  const user = {
    id: newId('usr', now),
    accountId,
    email,
    emailKey: legacyEmailKey(email),
    canonicalEmail: canonicalEmail(email),
    name,
    role,
    status: 'active' as const,
    passwordHash: weakHash(password),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const operator = { kind: 'operator', accountId, address: null } as const
  const inserted = await insertUser(db, user, auditEvent('user.create', operator, now))
  if (inserted === undefined) throw new Error('The e-mail is taken')
  return { id: accountId, email, password, cookie: await logIn(db, sessionKeys, inserted) }
}

/** The cookie of a new session. */
async function logIn(db: Database, sessionKeys: string, user: UserRow): Promise<string> {
  const now = Date.now()
  const ring = await importKeyRing(sessionKeys, importHmacKey)
  if (!ring.ok) throw new TypeError(ring.error)
  const value = await mintSessionToken(ring.value, randomBytes(SESSION_RANDOM_BYTES))
  const [tokenHash = ''] = await keyedHashes(value, ring.value)
  const address = ownAddress()
  const session = {
    id: newId('ses', now),
    tokenHash,
    user,
    createdAt: now,
    lastSeenAt: now,
    address,
    userAgent: null,
  }
  const customer = { kind: 'customer', accountId: user.accountId, user, address } as const
  const none = { tokenHashes: [], maxSessions: 1, limits: { createdAfter: now, seenAfter: now } }
  await insertSession(db, session, none, auditEvent('session.create', customer, now))
  return `portal_session=${value}`
}
