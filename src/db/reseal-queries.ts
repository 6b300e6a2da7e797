// What is sealed under ENCRYPTION_KEYS, for sealing it anew, see admin/reseal.ts: the tokens of live keys, and the
// secrets of second factors.

import { and, eq, gt, isNotNull } from 'drizzle-orm'
import type { TokenOwner } from '../keys/sealed-token.ts'
import type { Database } from './client.ts'
import { apiKeys } from './schema/api-keys.ts'
import { secondFactors } from './schema/second-factors.ts'
import { tokens } from './schema/tokens.ts'
import { users } from './schema/users.ts'

export interface SealedRow {
  /** Of a token its lookup id, of a secret the id of its user. */
  readonly id: string
  readonly owner: TokenOwner
  readonly sealed: string
}

/** A page of sealed tokens in order of their lookup ids, from the first one after `after`. */
export async function listSealed(db: Database, after: string, limit: number): Promise<SealedRow[]> {
  const rows = await db
    .select({
      id: tokens.lookupId,
      keyId: tokens.keyId,
      accountId: apiKeys.accountId,
      sealed: tokens.sealedToken,
    })
    .from(tokens)
    .innerJoin(apiKeys, eq(apiKeys.id, tokens.keyId))
    .where(and(gt(tokens.lookupId, after), isNotNull(tokens.sealedToken)))
    .orderBy(tokens.lookupId)
    .limit(limit)
  return rows.flatMap(({ id, sealed, ...owner }) =>
    sealed === null ? [] : [{ id, sealed, owner }],
  )
}

/** A page of sealed secrets of second factors in order of their users, from the first one after `after`. */
export async function listSealedSecrets(
  db: Database,
  after: string,
  limit: number,
): Promise<SealedRow[]> {
  const rows = await db
    .select({
      id: secondFactors.userId,
      accountId: users.accountId,
      sealed: secondFactors.sealedSecret,
    })
    .from(secondFactors)
    .innerJoin(users, eq(users.id, secondFactors.userId))
    .where(gt(secondFactors.userId, after))
    .orderBy(secondFactors.userId)
    .limit(limit)
  return rows.map(({ id, accountId, sealed }) => ({ id, sealed, owner: { keyId: id, accountId } }))
}

export interface Resealed {
  readonly id: string
  readonly before: string
  readonly after: string
}

/** Replaces sealed tokens, but for those that changed since they were read. */
export async function replaceSealed(db: Database, resealed: readonly Resealed[]): Promise<void> {
  const [first, ...others] = resealed.map(({ id, before, after }) =>
    db
      .update(tokens)
      .set({ sealedToken: after })
      .where(and(eq(tokens.lookupId, id), eq(tokens.sealedToken, before))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}

/** Replaces sealed secrets, but for those that changed since they were read. */
export async function replaceSealedSecrets(
  db: Database,
  resealed: readonly Resealed[],
): Promise<void> {
  const [first, ...others] = resealed.map(({ id, before, after }) =>
    db
      .update(secondFactors)
      .set({ sealedSecret: after })
      .where(and(eq(secondFactors.userId, id), eq(secondFactors.sealedSecret, before))),
  )
  if (first !== undefined) await db.batch([first, ...others])
}
