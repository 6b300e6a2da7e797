// The pages of a list: `?limit=` and `?cursor=` in, items and `next_cursor` out. A page ends after
// `limit` items, or before the one with which it would have too many bytes.

import { PAGE_BYTES } from '../db/bounded-page.ts'

interface PageRow {
  readonly id: string
  /** Of a list that is bounded by bytes: how many the row takes. */
  readonly pageBytes?: number
}

/** Cuts what was read, which has a row more than the page where there is a next one, down to the page. */
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
