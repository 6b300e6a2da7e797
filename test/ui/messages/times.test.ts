import { describe, expect, it } from 'vitest'
import { inDaysText } from '../../../src/ui/messages/times.ts'

type Parts = [number, number, number, number, number]

/** In the zone of whoever runs the test, as the page has it. */
const at = (...parts: Parts) => new Date(...parts)

describe('the days until a time', () => {
  it.each([
    ['later on the same day', [2026, 5, 15, 23, 59], 'today'],
    ['a minute after midnight', [2026, 5, 16, 0, 1], 'tomorrow'],
    ['the end of the fifth day', [2026, 5, 20, 23, 59], 'in 5 days'],
    ['a day of the next month', [2026, 6, 14, 12, 0], 'in 29 days'],
  ] satisfies [string, Parts, string][])('are those of the calendar: %s', (_, end, text) => {
    const now = at(2026, 5, 15, 22, 30).getTime()
    expect(inDaysText(at(...end).toISOString(), now)).toBe(text)
  })

  it('count a day of 23 or 25 hours as one', () => {
    for (const month of [2, 9]) {
      const now = at(2026, month, 20, 12, 0).getTime()
      expect(inDaysText(at(2026, month, 31, 12, 0).toISOString(), now)).toBe('in 11 days')
    }
  })
})
