import { createClient } from '@libsql/client/web'

/** Rows as the gateway would have written them, without the password's cost for each. */
export async function insertKeys(
  url: string,
  accountId: string,
  count: number,
  toName = (i: number) => `Application ${i}`,
): Promise<void> {
  const client = createClient({ url })
  const rows = Array.from({ length: count }, (_, i) => ({
    sql: `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token, application_name,
            platform, ip_acl, version, revision, enforced_revision, published_revision, created_at, updated_at, revised_at)
          VALUES (?, ?, ?, 'A', 'A.x', ?, 'web', '[]', 1, 1, 1, 1, 0, 0, 0)`,
    args: [
      `key_${accountId.slice(-8)}${String(i).padStart(24, '0')}`,
      accountId,
      `lookup-${accountId}-${i}`,
      toName(i),
    ],
  }))
  await client.batch(rows, 'write')
  client.close()
}
