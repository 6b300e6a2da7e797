// Pages that are bounded by bytes as well as by rows. A row can have 50 kB, and libSQL refuses an answer of
// more than 10 MB (RESPONSE_TOO_LARGE). Large answers also cost CPU time of the thread that serves the
// Portal API.

import { type Column, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** The most bytes in a page with more than one row. No single row has as many. */
export const PAGE_BYTES = 1_000_000

/** An upper bound for the members of a row other than its long texts. */
const ROW_BYTES = 500

/** An upper bound for the bytes that a row takes in an answer; `texts` are its columns that can be long. */
export function pageBytes(...texts: readonly Column[]): SQL<number> {
  const lengths = texts.map((text) => sql`coalesce(octet_length(${text}), 0)`)
  return sql<number>`(${sql.join([...lengths, sql`${ROW_BYTES}`], sql` + `)})`
}

/**
 * The condition that a row is on a page of at most `limit` of the rows that `where` selects, newest first.
 * The last row may exceed the bytes of a page. It shows that there is a next page.
 */
export function isOnPage(
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
