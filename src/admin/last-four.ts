// The last four characters of current tokens. A key that was made by an older version lacks them, until the first
// answer that shows the key: then its token is opened, once, and they are stored.

import type { Database } from '../db/client.ts'
import { currentToken, type LiveKey } from '../db/key-rows.ts'
import { type LastFour, storeLastFour } from '../db/last-four-queries.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { openToken } from '../keys/sealed-token.ts'
import { lastFourOf } from '../keys/token.ts'
import type { LogFault } from '../log/fault.ts'

export interface LastFourDeps {
  readonly db: Database
  readonly encryptionKeys: KeyRing
  readonly later: (promise: Promise<void>) => void
  readonly logFault: LogFault
}

/** The keys, with the last four characters of each current token that can be read. */
export async function withLastFour(
  keys: readonly LiveKey[],
  deps: LastFourDeps,
): Promise<readonly LiveKey[]> {
  const opened: LastFour[] = []
  for (const key of keys) {
    const { lookupId, sealedToken = null, lastFour = null } = currentToken(key) ?? {}
    if (lookupId === undefined || sealedToken === null || lastFour !== null) continue
    const owner = { keyId: key.id, accountId: key.accountId }
    const token = await openToken(deps.encryptionKeys, sealedToken, owner)
    if (token !== null) opened.push({ lookupId, lastFour: lastFourOf(token) })
  }
  if (opened.length === 0) return keys
  deps.later(store(opened, deps))
  const known = new Map(opened.map(({ lookupId, lastFour }) => [lookupId, lastFour]))
  return keys.map((key) => ({
    ...key,
    tokens: key.tokens.map((token) => ({
      ...token,
      lastFour: token.lastFour ?? known.get(token.lookupId) ?? null,
    })),
  }))
}

/** What fails is stored by a later answer. */
async function store(opened: readonly LastFour[], { db, logFault }: LastFourDeps): Promise<void> {
  try {
    await storeLastFour(db, opened)
  } catch (error) {
    logFault('libsql', error)
  }
}
