// Many keys of one account, each with a row in libSQL and a record in KV, and the order in which clients
// come with them.

import { createClient } from '@libsql/client/web'
import { ACCOUNT_ID } from '../harness/key-ids.ts'
import { encodeKeyRecord, UNRESTRICTED } from '../src/keys/key-record.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../src/keys/token.ts'
import { newId } from '../src/shared/ids.ts'
import type { Locations } from './locations.ts'
import { importRings } from './seed-database.ts'

const IP_ACL = ['192.0.2.0/24']
const ROWS_AT_ONCE = 500
const PUTS_AT_ONCE = 16

/** Makes so many keys; answers their tokens. */
export async function makeManyKeys(
  { secrets, sqld, elsewhere }: Locations,
  count: number,
): Promise<string[]> {
  const { tokenKeys } = await importRings(secrets)
  const keys = Array.from({ length: count }, (_, i) => {
    const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
    return { id: newId('key', Date.now() + i), ...mintToken('cpk_', tokenKeys, random) }
  })
  const client = createClient({ url: sqld.url })
  await client.execute({
    sql: `INSERT INTO accounts (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
          VALUES (?, 'a@b', 'a@b', 'Bench', 'active', '', 1, 0, 0)`,
    args: [ACCOUNT_ID],
  })
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    await client.batch(
      keys.slice(from, from + ROWS_AT_ONCE).map(({ id, lookupId, ringKey }) => ({
        sql: `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
                platform, ip_acl, version, revision, enforced_revision, published_revision, created_at,
                updated_at, revised_at) VALUES (?, ?, ?, ?, '-', 'Bench', 'server', ?, 1, 1, 1, 1, 0, 0, 0)`,
        args: [id, ACCOUNT_ID, lookupId, ringKey, JSON.stringify(IP_ACL)],
      })),
    )
  }
  client.close()
  for (let from = 0; from < count; from += PUTS_AT_ONCE) {
    const some = keys.slice(from, from + PUTS_AT_ONCE)
    await Promise.all(some.map(({ id, lookupId }) => put(elsewhere.url, lookupId, recordOf(id))))
  }
  return keys.map(({ token }) => token)
}

/** So many of the tokens, each as often as Zipf's law has it with exponent 1: the nth as 1 / n. */
export function drawByZipf(tokens: readonly string[], count: number): string[] {
  const sums: number[] = []
  for (const [i] of tokens.entries()) sums.push((sums[i - 1] ?? 0) + 1 / (i + 1))
  const all = sums.at(-1) ?? 0
  return Array.from({ length: count }, () => tokens[indexOf(sums, Math.random() * all)] ?? '')
}

/** The first sum that is larger. */
function indexOf(sums: readonly number[], least: number): number {
  let [from, to] = [0, sums.length - 1]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sums[middle] ?? 0) > least) to = middle
    else from = middle + 1
  }
  return from
}

async function put(kvUrl: string, lookupId: string, record: string): Promise<void> {
  const answer = await fetch(`${kvUrl}/key:${lookupId}`, { method: 'PUT', body: record })
  if (!answer.ok) throw new Error(`KV answered ${answer.status}`)
  await answer.arrayBuffer()
}

function recordOf(keyId: string): string {
  return encodeKeyRecord({
    kind: 'live',
    revision: 1,
    keyId,
    accountId: ACCOUNT_ID,
    accountStatus: 'active',
    ipAcl: IP_ACL,
    ipAclMode: 'enforce',
    ...UNRESTRICTED,
  })
}
