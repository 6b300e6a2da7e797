// The queries of two calls.

import type { KeyUsage } from './types.ts'

const EVENTS_PER_PAGE = 50
const DAY_MS = 24 * 60 * 60_000

/** How far back the picture of a key's use goes. */
const SPAN_MS = { hour: 7 * DAY_MS, day: 400 * DAY_MS }

/** Both ends are told, so that a clock that is wrong makes no range that is too long. */
export function usageQuery(by: KeyUsage['by']): string {
  const [from, to] = [Date.now() - SPAN_MS[by], Date.now()].map((ms) => new Date(ms).toISOString())
  return new URLSearchParams({ by, from: from ?? '', to: to ?? '' }).toString()
}

export function eventQuery(keyId: string | null, cursor: string | null): string {
  return new URLSearchParams({
    limit: String(EVENTS_PER_PAGE),
    ...(keyId !== null && { key_id: keyId }),
    ...(cursor !== null && { cursor }),
  }).toString()
}
