// Pages that are bounded by bytes as well as by rows. A row can have 50 kB, libSQL refuses an answer of
// more than 10 MB (RESPONSE_TOO_LARGE), and what is read and written again costs the thread that serves
// the Portal API.

import { type Column, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** The most bytes in a page of an answer, if it has more than one row; no row has as many. */
export const PAGE_BYTES = 1_000_000

/** What the members of a row without long texts take in an answer, at most. */
const ROW_BYTES = 500

/** At most so many bytes a row takes in an answer, by the texts in it that can be long. */
export function pageBytes(...texts: readonly Column[]): SQL<number> {
  const lengths = texts.map((text) => sql`coalesce(octet_length(${text}), 0)`)
  return sql<number>`(${sql.join([...lengths, sql`${ROW_BYTES}`], sql` + `)})`
}

/**
 * The condition under which a row is on a page of `limit` rows, newest first, of those that `where`
 * selects. The last row may be the one that is too much: it tells that there is a next page.
 */
export function onPage(
  { table, id, bytes }: { table: SQLiteTable; id: Column; bytes: SQL<number> },
  where: SQL | undefined,
  limit: number,
): SQL {
  return sql`${id} >= (
    SELECT min(id) FROM (
      SELECT id, sum(bytes) OVER (ORDER BY id DESC) - bytes AS bytes_before FROM (
        SELECT ${id} AS id, ${bytes} AS bytes FROM ${table}
        WHERE ${where ?? sql`TRUE`} ORDER BY ${id} DESC LIMIT ${limit}))
    WHERE bytes_before <= ${PAGE_BYTES})`
}
