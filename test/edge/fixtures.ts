// Customers and their keys, written into libSQL directly: a log-in and a confirmed password cost a
// tenth of a second each, and a history needs many.

import { createHmac, randomBytes, scryptSync } from 'node:crypto'
import { inArray } from 'drizzle-orm'
import type { Secrets } from '../../harness/secrets.ts'
import { SESSION_RANDOM_BYTES } from '../../src/admin/session-token.ts'
import type { Database } from '../../src/db/client.ts'
import { accounts } from '../../src/db/schema/accounts.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { auditEvents } from '../../src/db/schema/audit-events.ts'
import { sessions } from '../../src/db/schema/sessions.ts'
import { toBlockHmacKey } from '../../src/keys/block-hmac.ts'
import { encodeKeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'
import {
  type ImportKey,
  importAesGcmKey,
  importKeyRing,
  type KeyRing,
} from '../../src/keys/key-ring.ts'
import { NONCE_BYTES, sealToken } from '../../src/keys/sealed-token.ts'
import type { RateLimit } from '../../src/keys/rate-limit.ts'
import { mintToken, TOKEN_RANDOM_BYTES, verifyToken } from '../../src/keys/token.ts'
import { newId } from '../../src/shared/ids.ts'

export const PASSWORD = 'correct horse battery'

export interface TestAccount {
  readonly id: string
  /** The session cookie, as `name=value`. */
  readonly cookie: string
}

/** A key as one of its tokens shows it. */
export interface TestKey {
  readonly id: string
  /** t1 for the first token, t2 for the one that replaces it. */
  readonly tokenName: string
  readonly token: string
  readonly lookupId: string
  readonly accountId: string
  /** What KV holds of it, where it is published. */
  readonly record: string
}

export interface Fixtures {
  readonly insertAccount: (db: Database) => Promise<TestAccount>
  /** A key at revision 1, which is in the outbox where it is not published. */
  readonly insertKey: (
    db: Database,
    accountId: string,
    ipAcl: readonly string[],
    published: boolean,
    rateLimit?: RateLimit | null,
  ) => Promise<TestKey>
  /** The lookup id of a token that the gateway has made. */
  readonly lookupIdOf: (token: string) => string
  /** Removes accounts with all that is theirs. */
  readonly retire: (db: Database, accountIds: readonly string[]) => Promise<void>
}

export async function createFixtures(
  secrets: Secrets,
  nowMs: () => number = Date.now,
): Promise<Fixtures> {
  const [tokenKeys, encryptionKeys] = await Promise.all([
    ring(secrets.TOKEN_KEYS, toBlockHmacKey),
    ring(secrets.ENCRYPTION_KEYS, importAesGcmKey),
  ])
  const [sessionRingKey = '', sessionSecret = ''] = secrets.SESSION_KEYS.split(':')

  function sessionHash(value: string): string {
    const mac = createHmac('sha256', Buffer.from(sessionSecret, 'base64url')).update(value)
    return `${sessionRingKey}.${mac.digest('base64url')}`
  }

  function sessionToken(): string {
    const random = randomBytes(SESSION_RANDOM_BYTES)
    const tag = createHmac('sha256', Buffer.from(sessionSecret, 'base64url'))
      .update(`session tag:${random.toString('base64url')}`)
      .digest()
    return Buffer.concat([random, tag.subarray(0, 8)]).toString('base64url')
  }

  return {
    async insertAccount(db) {
      const now = nowMs()
      const id = newId('acc', now)
      const email = `${id}@example.com`
      const cookie = sessionToken()
      await db.batch([
        db.insert(accounts).values({
          id,
          email,
          emailKey: email,
          canonicalEmail: email,
          name: 'Test',
          status: 'active',
          passwordHash: WEAK_HASH,
          version: 1,
          createdAt: now,
          updatedAt: now,
        }),
        db.insert(sessions).values({
          id: newId('ses', now),
          tokenHash: sessionHash(cookie),
          accountId: id,
          createdAt: now,
          lastSeenAt: now,
          isTagged: true,
        }),
      ])
      return { id, cookie: `portal_session=${cookie}` }
    },
    async insertKey(db, accountId, ipAcl, published, rateLimit = null) {
      const now = nowMs()
      const id = newId('key', now)
      const random = randomBytes(TOKEN_RANDOM_BYTES)
      const { token, lookupId, ringKey } = mintToken('cpk_', tokenKeys, random)
      const owner = { keyId: id, accountId }
      await db.insert(apiKeys).values({
        id,
        accountId,
        lookupId,
        tokenKey: ringKey,
        sealedToken: await sealToken(encryptionKeys, token, owner, randomBytes(NONCE_BYTES)),
        applicationName: 'Test',
        platform: 'server',
        ipAcl: [...ipAcl],
        rateLimit,
        version: 1,
        revision: 1,
        enforcedRevision: Number(published),
        publishedRevision: Number(published),
        createdAt: now,
        updatedAt: now,
        revisedAt: now,
      })
      const accountStatus = 'active'
      const key = { revision: 1, keyId: id, accountId, accountStatus, ipAcl } as const
      const record = encodeKeyRecord({
        kind: 'live',
        ...key,
        ipAclMode: 'enforce',
        ...UNRESTRICTED,
        rateLimit,
      })
      return { id, tokenName: 't1', token, lookupId, accountId, record }
    },
    lookupIdOf(token) {
      const lookupId = verifyToken('cpk_', tokenKeys, token)
      if (lookupId === null) throw new TypeError('The gateway has not made this token')
      return lookupId
    },
    async retire(db, accountIds) {
      const ids = [...accountIds]
      await db.batch([
        db.delete(apiKeys).where(inArray(apiKeys.accountId, ids)),
        db.delete(sessions).where(inArray(sessions.accountId, ids)),
        db.delete(accounts).where(inArray(accounts.id, ids)),
        db.delete(auditEvents).where(inArray(auditEvents.accountId, ids)),
      ])
    },
  }
}

/** PASSWORD under the least that scrypt takes, so that confirming it costs nothing. */
const WEAK_HASH = weakHash()

function weakHash(): string {
  const salt = randomBytes(16)
  const hash = scryptSync(PASSWORD, salt, 32, { N: 2, r: 1, p: 1 })
  return `$scrypt$ln=1,r=1,p=1$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

async function ring<Key>(text: string, importKey: ImportKey<Key>): Promise<KeyRing<Key>> {
  const imported = await importKeyRing(text, importKey)
  if (!imported.ok) throw new TypeError(imported.error)
  return imported.value
}
