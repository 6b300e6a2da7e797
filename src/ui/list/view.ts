// Filters and sorts the keys of the list.

import { PLATFORMS, type Platform } from '../../keys/platform.ts'
import { isExpiring } from './key-state.ts'
import { isUnused } from './last-use.ts'
import * as commonText from '../messages/common.ts'
import type { Key } from '../api/types.ts'

export type SortField = 'application_name' | 'last_used_at' | 'created_at'

export interface Sort {
  readonly field: SortField
  readonly isDescending: boolean
}

export const NEWEST_FIRST: Sort = { field: 'created_at', isDescending: true }

/** What a filter leaves on the list, beside a platform. */
export const CONDITIONS = [
  'any_address',
  'report_only',
  'unused',
  'refused',
  'expiring',
  'paused',
  'leaked',
] as const
export type Condition = (typeof CONDITIONS)[number]

/** The filters, which are part of the URL. */
export interface Filters {
  readonly platform: Platform | null
  readonly condition: Condition | null
}

export function filtersOf(query: URLSearchParams): Filters {
  return {
    platform: PLATFORMS.find((platform) => platform === query.get('platform')) ?? null,
    condition: CONDITIONS.find((condition) => condition === query.get('show')) ?? null,
  }
}

export function filterQuery({ platform, condition }: Filters): string {
  const query = new URLSearchParams({
    ...(platform !== null && { platform }),
    ...(condition !== null && { show: condition }),
  }).toString()
  return query === '' ? '' : `?${query}`
}

const meets: Record<Condition, (key: Key) => boolean> = {
  any_address: (key) => key.ip_acl.length === 0,
  report_only: (key) => key.ip_acl.length > 0 && key.ip_acl_mode === 'report',
  unused: (key) => isUnused(key.usage),
  refused: (key) => (key.usage?.refused_24h ?? 0) > 0,
  expiring: isExpiring,
  paused: (key) => !key.enabled,
  leaked: (key) => key.leaked_at !== null,
}

/** The names that more than one key has, as they are compared. */
export function sharedNames(keys: readonly Key[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const { application_name: name } of keys) {
    if (seen.has(foldName(name))) shared.add(foldName(name))
    seen.add(foldName(name))
  }
  return shared
}

/** Whether a key other than `id` has this name. */
export function hasNamesake(keys: readonly Key[], name: string, id: string | undefined): boolean {
  const folded = foldName(name)
  return (
    folded !== '' && keys.some((key) => key.id !== id && foldName(key.application_name) === folded)
  )
}

export function foldName(name: string): string {
  return name.trim().toLowerCase()
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

/** The keys that pass the filters and contain every word of the query, sorted. Equal keys stay newest first. */
export function viewOf<K extends Key>(
  keys: readonly K[],
  query: string,
  { platform, condition }: Filters,
  sort: Sort,
): K[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const direction = sort.isDescending ? -1 : 1
  return keys
    .filter((key) => platform === null || key.platform === platform)
    .filter((key) => condition === null || meets[condition](key))
    .filter((key) => {
      const text = searchText(key)
      return words.every((word) => text.includes(word))
    })
    .toSorted((a, b) => direction * collator.compare(sortText(a, sort), sortText(b, sort)))
}

function sortText(key: Key, { field }: Sort): string {
  return field === 'last_used_at' ? (key.usage?.last_used_at ?? '') : key[field]
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
  const { id, application_name, application_website, platform, ip_acl } = key
  return [
    id,
    application_name,
    application_website ?? '',
    commonText.platforms[platform],
    ...ip_acl,
  ]
    .join('\n')
    .toLowerCase()
}
