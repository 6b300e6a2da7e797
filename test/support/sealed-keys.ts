// Keys as the product stores them: minted and sealed by the rings of a deployment.

import type { Client } from '@libsql/client/web'
import type { Secrets } from '../../harness/secrets.ts'
import { importSecrets } from '../../src/configuration/secrets.ts'
import { NONCE_BYTES, sealToken } from '../../src/keys/sealed-token.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../../src/keys/token.ts'

/** Two live keys and a deleted one, which needs nothing any more. */
export async function insertSealedKeys(client: Client, secrets: Secrets): Promise<void> {
  const rings = await importSecrets({ ...secrets })
  if (!rings.ok) throw new Error('The secrets are unreadable')
  const { tokenKeys, encryptionKeys } = rings.value
  const key = async (id: number, deleted: boolean) => {
    const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
    const { token, lookupId } = mintToken('cpk_', tokenKeys, random)
    const owner = { keyId: `key_${id}`, accountId: 'acc_1' }
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
    const sealed = await sealToken(encryptionKeys, token, owner, nonce)
    return {
      sql: `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token,
              application_name, platform, ip_acl, version, revision, published_revision, created_at,
              updated_at, revised_at, deleted_at)
            VALUES (?, 'acc_1', ?, ?, ?, 'x', 'web', '[]', 1, 1, 1, 0, 0, 0, ?)`,
      args: [
        owner.keyId,
        lookupId,
        deleted ? null : 'A',
        deleted ? null : sealed,
        deleted ? 1 : null,
      ],
    }
  }
  await client.batch(
    [
      `INSERT INTO accounts (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
       VALUES ('acc_1', 'a@b.example', 'a@b.example', 'x', 'active', 'x', 1, 0, 0)`,
      ...(await Promise.all([key(1, false), key(2, false), key(3, true)])),
    ],
    'write',
  )
}
