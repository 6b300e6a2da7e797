// Times in the reader's own zone and language.

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const MINUTE = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const SECOND = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })

export function dayOf(time: string): string {
  return DAY.format(new Date(time))
}

export function minuteOf(time: string): string {
  return MINUTE.format(new Date(time))
}

export function secondOf(time: string): string {
  return SECOND.format(new Date(time))
}

/** The day and the minute, such as in "until …". */
export function untilText(time: string): string {
  return `${dayOf(time)}, ${minuteOf(time)}`
}

/** With seconds and the zone. */
export function exactTime(time: string): string {
  return EXACT.format(new Date(time))
}

const DAYS = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' })

/** How many days of the reader's calendar are left until a time, such as "in 5 days", "tomorrow" or "today". */
export function inDaysText(time: string, now = Date.now()): string {
  const [end, today] = [Date.parse(time), now].map((ms) => new Date(ms).setHours(0, 0, 0, 0))
  // Rounded, since a day may have 23 or 25 hours.
  return DAYS.format(Math.round(((end ?? 0) - (today ?? 0)) / (24 * 3_600_000)), 'day')
}

const AGO = new Intl.RelativeTimeFormat('en-GB', { style: 'short' })
const UNITS = [
  ['year', 365 * 24 * 3_600],
  ['month', 30 * 24 * 3_600],
  ['day', 24 * 3_600],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** How long ago a time is, such as "5 min ago"; null for less than a minute. */
export function agoText(time: string): string | null {
  const seconds = (Date.now() - Date.parse(time)) / 1_000
  const [unit, length] = UNITS.find((each) => seconds >= each[1]) ?? [null, 1]
  return unit === null ? null : AGO.format(-Math.floor(seconds / length), unit)
}
