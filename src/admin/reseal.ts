// Seals tokens and the secrets of second factors anew under the newest key of ENCRYPTION_KEYS, so that an older key
// can leave the ring. The cron walks over all of them, a bounded part in each run, and notes how far it has come. It begins an hour after a
// key became the newest one: until then a deployment with the ring of before can still show every token.

import type { Database } from '../db/client.ts'
import { findMeta, type MetaName, setMeta } from '../db/meta-queries.ts'
import {
  listSealed,
  listSealedSecrets,
  replaceSealed,
  replaceSealedSecrets,
  type Resealed,
  type SealedRow,
} from '../db/reseal-queries.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { NONCE_BYTES, openToken, sealToken, UnreadableTokenError } from '../keys/sealed-token.ts'
import type { LogFault } from '../log/fault.ts'

export interface ResealDeps {
  readonly db: Database
  readonly encryptionKeys: KeyRing
  readonly logFault: LogFault
  readonly nowMs: () => number
}

const BEGIN_AFTER_MS = 3_600_000
/** A worker with the ring of before may have sealed a token behind the walk. */
const WALK_AGAIN_AFTER_MS = 24 * 3_600_000
const ROWS_PER_PAGE = 200
const PAGES_PER_RUN = 10

/** How far the walk has come. A walk that is over has no `after`. */
interface Walk {
  /** The id of the key that was the newest one. */
  readonly newest: string
  /** When the walk may begin. */
  readonly fromMs: number
  /** The last id that was looked at; null where the walk is over. */
  readonly after: string | null
}

/** Where sealed texts are, and under which name the walk over them is noted. */
interface Shelf {
  readonly walk: MetaName
  readonly list: (db: Database, after: string, limit: number) => Promise<SealedRow[]>
  readonly replace: (db: Database, resealed: readonly Resealed[]) => Promise<void>
}

const SHELVES: readonly Shelf[] = [
  { walk: 'reseal', list: listSealed, replace: replaceSealed },
  { walk: 'reseal_second_factors', list: listSealedSecrets, replace: replaceSealedSecrets },
]

export async function resealTokens(deps: ResealDeps): Promise<void> {
  for (const shelf of SHELVES) await walkOver(shelf, deps)
}

async function walkOver(shelf: Shelf, deps: ResealDeps): Promise<void> {
  const { db, encryptionKeys, nowMs } = deps
  const { newest } = encryptionKeys
  const note = (walk: Walk) => noteWalk(db, shelf, walk)
  const walk = parseWalk(await findMeta(db, shelf.walk))
  if (walk?.newest !== newest) {
    await note({ newest, fromMs: nowMs() + BEGIN_AFTER_MS, after: '' })
    return
  }
  if (nowMs() < walk.fromMs) return
  let after = walk.after ?? ''
  let unreadable: UnreadableTokenError | null = null
  for (let page = 0; page < PAGES_PER_RUN; page++) {
    const rows = await shelf.list(db, after, ROWS_PER_PAGE)
    const done: Resealed[] = []
    for (const row of rows) {
      const resealed = await reseal(row, encryptionKeys)
      if (resealed instanceof UnreadableTokenError) unreadable = resealed
      else if (resealed !== null) done.push(resealed)
    }
    await shelf.replace(db, done)
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_PER_PAGE) {
      await note({ newest, fromMs: nowMs() + WALK_AGAIN_AFTER_MS, after: null })
      break
    }
    after = last.id
    await note({ ...walk, after })
  }
  // One line a run, however many there are.
  if (unreadable !== null) deps.logFault('reseal', unreadable)
}

/** Null where there is nothing to do. */
async function reseal(
  { id, owner, sealed }: SealedRow,
  ring: KeyRing,
): Promise<Resealed | UnreadableTokenError | null> {
  if (sealed.startsWith(`${ring.newest}.`)) return null
  const token = await openToken(ring, sealed, owner)
  if (token === null) return new UnreadableTokenError(sealed)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  return { id, before: sealed, after: await sealToken(ring, token, owner, nonce) }
}

async function noteWalk(
  db: Database,
  { walk }: Shelf,
  { newest, fromMs, after }: Walk,
): Promise<void> {
  await setMeta(db, walk, `${newest} ${fromMs} ${after ?? 'over'}`)
}

function parseWalk(text: string | null): Walk | null {
  const [, newest, fromMs, after] = /^(\w) (\d+) ([\w-]*)$/.exec(text ?? '') ?? []
  if (newest === undefined || after === undefined) return null
  return { newest, fromMs: Number(fromMs), after: after === 'over' ? null : after }
}
