// The times when a key can be made to end.

const DAY_MS = 24 * 60 * 60_000
const MAX_DAYS = 3_650

/** The last second of a day, `YYYY-MM-DD`, where the reader is. Null if the API would refuse it. */
export function endOfDay(day: string): string | null {
  const timeMs = new Date(`${day}T23:59:59`).getTime()
  const aheadMs = timeMs - Date.now()
  if (Number.isNaN(timeMs) || aheadMs < 60_000 || aheadMs > MAX_DAYS * DAY_MS) return null
  return new Date(timeMs).toISOString()
}

/** So many days from now; RFC 3339. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString()
}
