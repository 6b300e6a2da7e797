// The one key that a benchmark calls with: its token, its record in KV, and its row in a real libSQL
// server, which an authority that holds nothing is told by.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { migrateDatabase } from './migrate.ts'
import { startSqld } from './sqld.ts'
import { toBlockHmacKey } from '../src/keys/block-hmac.ts'
import { importKeyRing } from '../src/keys/key-ring.ts'
import { encodeKeyRecord, UNRESTRICTED } from '../src/keys/key-record.ts'
import type { RateLimit } from '../src/keys/rate-limit.ts'
import { mintToken } from '../src/keys/token.ts'
import { ACCOUNT_ID, KEY_ID } from './key-ids.ts'

export interface BenchKey {
  readonly token: string
  /** Where its record is: 24 bytes in base64url. */
  readonly lookupId: string
  /** An address on its IP ACL, unless that was given. */
  readonly address: string
  readonly kvValue: string
  readonly libsqlUrl: string
  readonly stop: () => Promise<void>
}

/** What a benchmark's key is held to. */
export interface BenchLimits {
  readonly ipAcl?: readonly string[]
  readonly rateLimit?: RateLimit
}

/** An address on the IP ACL that such a key has if it is given none. */
const ADDRESS = '192.0.2.1'

export async function makeBenchKey(
  dir: string,
  tokenKeys: string,
  { ipAcl = ['192.0.2.0/24'], rateLimit }: BenchLimits = {},
): Promise<BenchKey> {
  const ring = await importKeyRing(tokenKeys, toBlockHmacKey)
  if (!ring.ok) throw new Error(ring.error)
  const random = crypto.getRandomValues(new Uint8Array(24))
  const { token, lookupId, ringKey } = mintToken('cpk_', ring.value, random)

  mkdirSync(dir, { recursive: true })
  const sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
  const client = createClient({ url: sqld.url })
  await client.batch([
    {
      sql: `INSERT INTO accounts (id, email, email_key, name, status, password_hash, version,
              created_at, updated_at) VALUES (?, 'a@b', 'a@b', 'Bench', 'active', '', 1, 0, 0)`,
      args: [ACCOUNT_ID],
    },
    {
      sql: `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token,
              application_name, platform, ip_acl, version, revision, published_revision, created_at,
              updated_at, revised_at) VALUES (?, ?, ?, ?, '-', 'Bench', 'server', ?, 1, 1, 1, 0, 0, 0)`,
      args: [KEY_ID, ACCOUNT_ID, lookupId, ringKey, JSON.stringify(ipAcl)],
    },
  ])
  if (rateLimit !== undefined) {
    const { requests, perSeconds } = rateLimit
    await client.execute({
      sql: 'UPDATE api_keys SET rate_limit = ? WHERE id = ?',
      args: [JSON.stringify({ requests, perSeconds }), KEY_ID],
    })
  }
  client.close()
  const kvValue = kvValueOf(ipAcl, rateLimit ?? null)
  return { token, lookupId, address: ADDRESS, kvValue, libsqlUrl: sqld.url, stop: sqld.stop }
}

/** What KV holds of the key, with this IP ACL and this limit. */
function kvValueOf(ipAcl: readonly string[], rateLimit: RateLimit | null): string {
  return encodeKeyRecord({
    kind: 'live',
    revision: 1,
    keyId: KEY_ID,
    accountId: ACCOUNT_ID,
    accountStatus: 'active',
    ipAcl,
    ipAclMode: 'enforce',
    ...UNRESTRICTED,
    rateLimit,
  })
}
