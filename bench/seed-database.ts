// Fills a migrated database with accounts, each with a session, and with keys, each with the event of its
// creation. The server makes the rows itself, which takes seconds. Some of the accounts, spread over the
// table, are customers with as many keys in every database, and these keys have tokens.

import { type Client, createClient } from '@libsql/client/web'
import { type BlockHmacKey, toBlockHmacKey } from '../src/keys/block-hmac.ts'
import { importAesGcmKey, importKeyRing, type KeyRing } from '../src/keys/key-ring.ts'
import { NONCE_BYTES, sealToken } from '../src/keys/sealed-token.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../src/keys/token.ts'
import { newId } from '../src/shared/ids.ts'

export interface Seed {
  readonly accounts: number
  readonly keys: number
  readonly customers: number
  readonly keysOfCustomer: number
  /** Of every account. */
  readonly passwordHash: string
}

interface Rings {
  readonly tokenKeys: KeyRing<BlockHmacKey>
  readonly encryptionKeys: KeyRing
}

export interface SeededCustomer {
  readonly id: string
  readonly email: string
  readonly keys: { readonly id: string; readonly token: string }[]
}

const DAY_MS = 86_400_000
/** The rows are from the year that ended yesterday: no chore takes them for new. */
const PERIOD_MS = 365 * DAY_MS
const SINCE_MS = Date.now() - DAY_MS - PERIOD_MS
/** What follows the prefix of an id, see ids.ts. */
const ID = `printf('%012x', ${SINCE_MS} + abs(random()) % ${PERIOD_MS}) || lower(hex(randomblob(10)))`
const KEY_COLUMNS = `id, account_id, lookup_id, token_key, sealed_token, application_name, platform,
  ip_acl, version, revision, enforced_revision, published_revision, created_at, updated_at, revised_at`
const OTHER_COLUMNS = `'A', 'server', '["192.0.2.0/24"]', 1, 1, 1, 1, ${SINCE_MS}, ${SINCE_MS}, ${SINCE_MS}`

/** `name` stands in the line of progress. */
export async function seedDatabase(
  name: string,
  url: string,
  seed: Seed,
  rings: Rings,
): Promise<SeededCustomer[]> {
  const { accounts, keys, customers: count, keysOfCustomer } = seed
  const client = createClient({ url })
  try {
    await insertAccounts(client, seed)
    const every = Math.floor(accounts / count)
    const customers = await chooseCustomers(client, every, count)
    const others = keys - count * keysOfCustomer
    const passes = Math.ceil(others / (accounts - Math.floor(accounts / every)))
    for (let pass = 1, done = 0; pass <= passes; pass++) {
      done += await insertOthersKeys(client, every, others - done)
      // A part of the customers' in each pass, so that these are spread too.
      for (const customer of customers) {
        while (customer.keys.length < (keysOfCustomer * pass) / passes) {
          customer.keys.push(await insertKey(client, customer.id, rings))
        }
      }
      process.stderr.write(`\rSeeding ${name}: ${Math.round((100 * pass) / passes)} %`)
    }
    await insertEvents(client)
    process.stderr.write('\n')
    return customers
  } finally {
    client.close()
  }
}

export async function importRings(secrets: {
  readonly TOKEN_KEYS: string
  readonly ENCRYPTION_KEYS: string
}): Promise<Rings> {
  const tokenKeys = await importKeyRing(secrets.TOKEN_KEYS, toBlockHmacKey)
  const encryptionKeys = await importKeyRing(secrets.ENCRYPTION_KEYS, importAesGcmKey)
  if (!tokenKeys.ok) throw new Error(tokenKeys.error)
  if (!encryptionKeys.ok) throw new Error(encryptionKeys.error)
  return { tokenKeys: tokenKeys.value, encryptionKeys: encryptionKeys.value }
}

async function insertAccounts(client: Client, { accounts, passwordHash }: Seed): Promise<void> {
  await client.execute({
    sql: `INSERT INTO accounts
        (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
      SELECT 'acc_' || ${ID}, email, email, 'Account', 'active', ?, 1, ${SINCE_MS}, ${SINCE_MS}
      FROM (SELECT n || '@example.com' AS email FROM numbers)`,
    args: [accounts, passwordHash],
  })
  await client.execute(
    `INSERT INTO sessions (id, token_hash, account_id, created_at, last_seen_at)
     SELECT 'ses_' || ${ID}, hex(randomblob(32)), id, ${SINCE_MS}, ${SINCE_MS} FROM accounts`,
  )
}

async function chooseCustomers(
  client: Client,
  every: number,
  count: number,
): Promise<SeededCustomer[]> {
  const { rows } = await client.execute({
    sql: 'SELECT id, email FROM accounts WHERE rowid % ? = 0 ORDER BY rowid LIMIT ?',
    args: [every, count],
  })
  return rows.map((row) => ({ id: String(row['id']), email: String(row['email']), keys: [] }))
}

/** One for each account that is no customer, `most` of them; answers how many. */
async function insertOthersKeys(client: Client, every: number, most: number): Promise<number> {
  const { rowsAffected } = await client.execute({
    sql: `INSERT INTO api_keys (${KEY_COLUMNS})
      SELECT 'key_' || ${ID}, id, lower(hex(randomblob(16))), 'A', 'A.' || hex(randomblob(51)),
        ${OTHER_COLUMNS} FROM accounts WHERE rowid % ? > 0 LIMIT ?`,
    args: [every, most],
  })
  return rowsAffected
}

async function insertKey(client: Client, accountId: string, rings: Rings) {
  const id = newId('key', SINCE_MS + Math.floor(Math.random() * PERIOD_MS))
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
  const { token, lookupId, ringKey } = mintToken(
    'cpk_',
    rings.tokenKeys,
    random(TOKEN_RANDOM_BYTES),
  )
  const owner = { keyId: id, accountId }
  const sealed = await sealToken(rings.encryptionKeys, token, owner, random(NONCE_BYTES))
  await client.execute({
    sql: `INSERT INTO api_keys (${KEY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ${OTHER_COLUMNS})`,
    args: [id, accountId, lookupId, ringKey, sealed],
  })
  return { id, token }
}

async function insertEvents(client: Client): Promise<void> {
  await client.execute(
    `INSERT INTO audit_events (id, at, account_id, key_id, actor, action, address, changes)
     SELECT 'evt_' || ${ID}, ${SINCE_MS}, account_id, id, 'customer', 'key.create', '192.0.2.1', '{}'
     FROM api_keys`,
  )
}
