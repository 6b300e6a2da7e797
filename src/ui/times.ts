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
