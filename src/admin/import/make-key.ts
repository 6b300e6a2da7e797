// Makes the row of an imported key.

import type { ImportedKey } from '../../db/import-queries.ts'
import { NONCE_BYTES, sealToken } from '../../keys/sealed-token.ts'
import { lastFourOf } from '../../keys/token.ts'
import { newId } from '../../shared/ids.ts'
import { type Actor, auditEvent, detailChanges } from '../audit.ts'
import { toTime } from '../json.ts'
import type { MakeTokenDeps } from '../new-token.ts'
import type { Candidate } from './read-rows.ts'

export type MakeKeyDeps = Pick<MakeTokenDeps, 'tokenKeys' | 'encryptionKeys'>

/** A token that is given in clear is sealed, so that it can be shown again. */
export async function makeKey(
  { token, lookupIds, details, createdAt }: Candidate,
  actor: Actor,
  now: number,
  { tokenKeys, encryptionKeys }: MakeKeyDeps,
): Promise<ImportedKey> {
  const made = Math.min(createdAt ?? now, now)
  // Ids sort by age, so that a list is newest first.
  const id = newId('key', made)
  const owner = { keyId: id, accountId: actor.accountId }
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealedToken = token === null ? null : await sealToken(encryptionKeys, token, owner, nonce)
  const changes = {
    ...detailChanges(undefined, details),
    ...(createdAt !== null && { created_at: [null, toTime(made)] as const }),
  }
  return {
    id,
    lookupIds,
    tokenKey: tokenKeys.newest,
    sealedToken,
    lastFour: token === null ? null : lastFourOf(token),
    details,
    createdAt: made,
    event: auditEvent('key.import', actor, now, { keyId: id, changes }),
  }
}
