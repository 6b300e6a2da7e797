// A key may leave a ring when no live row names it: every token that it made would stop working, every
// token that it sealed could not be shown again. And a key under a known name must be the known key: a
// new one in its place would do the same to all of them, and Cloudflare gives no secret back.

import type { Client } from '@libsql/client/web'
import { digestOfToken, importedLookupIds } from '../../src/keys/imported-token.ts'
import { type BlockHmacKey, toBlockHmacKey } from '../../src/keys/block-hmac.ts'
import {
  type ImportKey,
  importAesGcmKey,
  importKeyRing,
  type KeyRing,
} from '../../src/keys/key-ring.ts'
import { openToken } from '../../src/keys/sealed-token.ts'
import { verifyToken } from '../../src/keys/token.ts'
import { useLibsql } from '../../harness/libsql.ts'
import { type Fault, wrong } from './fault.ts'
import type { SecretValues } from './secret-values.ts'

/** What follows the prefix of a token. */
const TOKEN_BODY = 44

/** What is wrong with the given rings for the live rows of a database. */
export async function ringFaults(
  url: string,
  authToken: string | undefined,
  secrets: SecretValues,
): Promise<Fault[]> {
  const [tokenKeys, encryptionKeys] = await Promise.all([
    readRing(secrets['TOKEN_KEYS'], toBlockHmacKey),
    readRing(secrets['ENCRYPTION_KEYS'], importAesGcmKey),
  ])
  const rows = await useLibsql(url, authToken, sampleRows)
  const faults = new Set<string>()
  for (const row of rows) {
    for (const fault of await faultsOf(row, tokenKeys, encryptionKeys)) faults.add(fault)
  }
  for (const { ringKey, users } of await useLibsql(url, authToken, factorKeys)) {
    if (encryptionKeys?.keys.has(ringKey) !== false) continue
    faults.add(
      `ENCRYPTION_KEYS lacks the key "${ringKey}", which the second factors of ${users} users need`,
    )
  }
  return [...faults].map(wrong)
}

interface SampleRow {
  readonly id: string
  readonly accountId: string
  readonly lookupId: string
  readonly tokenKey: string
  /** Null of an imported key of which only the SHA-256 of the token is known. */
  readonly sealedToken: string | null
  /** How many live rows name the same keys. */
  readonly live: number
}

const TOKENS = `SELECT key_id, account_id, tokens.lookup_id, tokens.token_key, tokens.sealed_token
  FROM tokens JOIN api_keys ON api_keys.id = key_id`
/** Of a database that this version has not migrated yet. */
const TOKENS_OF_BEFORE =
  'SELECT id AS key_id, account_id, lookup_id, token_key, sealed_token FROM api_keys'

/** One live row for each pair of keys that live rows name; none in a database that was never migrated. */
async function sampleRows(client: Client): Promise<SampleRow[]> {
  const made = await client.execute(
    "SELECT name FROM sqlite_master WHERE name IN ('api_keys', 'tokens')",
  )
  const tables = made.rows.map(({ name }) => name)
  if (!tables.includes('api_keys')) return []
  const { rows } = await client.execute(
    `SELECT max(key_id) AS id, account_id, lookup_id, token_key, sealed_token, count(*) AS live
     FROM (${tables.includes('tokens') ? TOKENS : TOKENS_OF_BEFORE}) WHERE token_key IS NOT NULL
     GROUP BY token_key, substr(sealed_token, 1, 1)`,
  )
  return rows.map((row) => ({
    id: String(row['id']),
    accountId: String(row['account_id']),
    lookupId: String(row['lookup_id']),
    tokenKey: String(row['token_key']),
    sealedToken: row['sealed_token'] === null ? null : String(row['sealed_token']),
    live: Number(row['live']),
  }))
}

/** The keys that sealed the secrets of second factors. */
async function factorKeys(client: Client) {
  const made = await client.execute("SELECT 1 FROM sqlite_master WHERE name = 'second_factors'")
  if (made.rows.length === 0) return []
  const { rows } = await client.execute(
    'SELECT substr(sealed_secret, 1, 1) AS ring_key, count(*) AS users FROM second_factors GROUP BY 1',
  )
  return rows.map((row) => ({ ringKey: String(row['ring_key']), users: Number(row['users']) }))
}

async function faultsOf(
  row: SampleRow,
  tokenKeys: KeyRing<BlockHmacKey> | null,
  encryptionKeys: KeyRing | null,
): Promise<string[]> {
  const { id: keyId, accountId, tokenKey, sealedToken, live } = row
  const sealKey = sealedToken?.charAt(0)
  const lacks = (name: string, key: string) =>
    `${name} lacks the key "${key}", which ${live} live API keys need`
  const differs = (name: string, key: string) =>
    `${name} has another key "${key}" than the one that ${live} live API keys need: put that one back`
  const lacking = [
    ...(tokenKeys?.keys.has(tokenKey) === false ? [lacks('TOKEN_KEYS', tokenKey)] : []),
    ...(sealKey !== undefined && encryptionKeys?.keys.has(sealKey) === false
      ? [lacks('ENCRYPTION_KEYS', sealKey)]
      : []),
  ]
  if (lacking.length > 0 || sealedToken === null || sealKey === undefined) return lacking
  if (encryptionKeys === null) {
    return tokenKeys === null
      ? []
      : ['TOKEN_KEYS cannot be checked without ENCRYPTION_KEYS: give both']
  }
  const token = await openToken(encryptionKeys, sealedToken, { keyId, accountId })
  if (token === null) return [differs('ENCRYPTION_KEYS', sealKey)]
  if (tokenKeys === null) return []
  const own = verifyToken(token.slice(0, -TOKEN_BODY), tokenKeys, token)
  const known = own === null ? importedLookupIds(tokenKeys, digestOfToken(token)) : [own]
  return known.includes(row.lookupId) ? [] : [differs('TOKEN_KEYS', tokenKey)]
}

async function readRing<Key>(
  text: string | undefined,
  importKey: ImportKey<Key>,
): Promise<KeyRing<Key> | null> {
  const ring = text === undefined ? null : await importKeyRing(text, importKey)
  return ring?.ok === true ? ring.value : null // an unreadable one was refused before
}
