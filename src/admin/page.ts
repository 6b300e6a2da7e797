// The pages of a list. A page ends after `limit` items, or before the item that would make it exceed
// PAGE_BYTES.

import { PAGE_BYTES } from '../db/bounded-page.ts'

interface PageRow {
  readonly id: string
  /** The bytes that the row takes, in a list that is bounded by bytes. */
  readonly pageBytes?: number
}

/** Cuts rows down to a page. The rows must include the first row of the next page, if there is one. */
export function toPage<Row extends PageRow>(rows: readonly Row[], limit: number) {
  let bytes = 0
  const end = rows.findIndex((row, index) => {
    bytes += row.pageBytes ?? 0
    return index === limit || (index > 0 && bytes > PAGE_BYTES)
  })
  if (end === -1) return { items: rows, nextCursor: null }
  const items = rows.slice(0, end)
  return { items, nextCursor: items.at(-1)?.id ?? null }
}
