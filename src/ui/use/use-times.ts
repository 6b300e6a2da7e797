// The times of the slots of a picture. Days are counted in UTC, so they are named in UTC.

import { dayOf, minuteOf } from '../messages/times.ts'
import type { KeyUsage } from '../api/types.ts'

const UTC_DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

export function slotTime(by: KeyUsage['by'], at: string): string {
  return by === 'day' ? UTC_DAY.format(new Date(at)) : `${dayOf(at)}, ${minuteOf(at)}`
}
