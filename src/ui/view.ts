// Filters and sorts the keys of the list.

import { messages } from './messages.ts'
import type { Key } from './types.ts'

export type SortField = 'application_name' | 'platform' | 'created_at' | 'updated_at'

export interface Sort {
  readonly field: SortField
  readonly isDescending: boolean
}

export const NEWEST_FIRST: Sort = { field: 'created_at', isDescending: true }

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

/** The keys that contain every word of the query, sorted. Equal keys stay newest first. */
export function viewOf<K extends Key>(keys: readonly K[], query: string, sort: Sort): K[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const direction = sort.isDescending ? -1 : 1
  return keys
    .filter((key) => {
      const text = searchText(key)
      return words.every((word) => text.includes(word))
    })
    .toSorted((a, b) => direction * collator.compare(a[sort.field], b[sort.field]))
}

/** Cached, so that a thousand networks are joined once and not with each letter of a query. */
const searchTexts = new WeakMap<Key, string>()

function searchText(key: Key): string {
  const kept = searchTexts.get(key)
  if (kept !== undefined) return kept
  const text = toSearchText(key)
  searchTexts.set(key, text)
  return text
}

function toSearchText(key: Key): string {
  const { application_name, application_website, platform, ip_acl } = key
  return [application_name, application_website ?? '', messages.platforms[platform], ...ip_acl]
    .join('\n')
    .toLowerCase()
}
