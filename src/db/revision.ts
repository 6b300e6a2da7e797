// The columns that change with the revision of a row. With each revision the row notes the id of the change that
// made it, see keys/lineage.ts.

import { type SQL, sql } from 'drizzle-orm'
import type { Identified } from '../keys/lineage.ts'

/** The most ids that a row keeps. It has more than two only while changes are pending. */
const MAX_IDS = 64

/** The ids to go on from: all while changes are pending, and else the newest, because it holds. */
const ANCESTORS = sql`iif(max(enforced_revision, published_revision) >= revision,
  json_array(lineage ->> '$[#-1]'),
  iif(json_array_length(lineage) >= ${sql.raw(String(MAX_IDS))}, json_remove(lineage, '$[1]', '$[1]'), lineage))`

/** The columns of a row after a change that requests depend on. */
export function revised(nowMs: number) {
  const revision = sql`revision + 1`
  return { revision, lineage: withId(ANCESTORS, revision), revisedAt: nowMs }
}

/** As `revised`, for a row that is to replace what an authority holds, having been compared with it. */
export function revisedAbove(held: Identified, nowMs: number) {
  // The client sends each number as a float.
  const revision = sql`cast(max(revision, ${held.revision}) + 1 AS integer)`
  const ancestors =
    held.changeId === undefined
      ? ANCESTORS
      : sql`json_insert(${ANCESTORS}, '$[#]', ${held.changeId})`
  return { revision, lineage: withId(ancestors, revision), revisedAt: nowMs }
}

function withId(ids: SQL, revision: SQL): SQL {
  return sql`json_insert(${ids}, '$[#]', (${revision}) || '.' || lower(hex(randomblob(8))))`
}
