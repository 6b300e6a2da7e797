import { describe, expect, it } from 'vitest'
import { lastDayOf, seriesOf } from '../../../src/ui/use/use-series.ts'

const empty = { last_used_at: null, last_address: null, addresses: [] }
const as_of = '2026-06-15T10:30:00.000Z'

describe('the use of a key as a picture has it', () => {
  it('has a slot for each hour of 7 days, those without use included', () => {
    const buckets = [
      { at: '2026-06-08T11:00:00.000Z', allowed: 2, refused: {} },
      { at: '2026-06-15T10:00:00.000Z', allowed: 3, refused: { ip_denied: 1, rate_limited: 4 } },
    ]
    const { slots, ...sums } = seriesOf({ ...empty, by: 'hour', as_of, buckets })
    expect(slots).toHaveLength(168)
    expect([slots[0], slots.at(-1)]).toEqual(buckets)
    expect(slots[1]).toEqual({ at: '2026-06-08T12:00:00.000Z', allowed: 0, refused: {} })
    expect(sums).toEqual({
      allowed: 5,
      refused: [
        ['rate_limited', 4],
        ['ip_denied', 1],
      ],
      most: 8,
    })
  })

  it('has 400 days in UTC, of which today is the last', () => {
    const { slots, most } = seriesOf({ ...empty, by: 'day', as_of, buckets: [] })
    expect(most).toBe(0)
    expect(slots).toHaveLength(400)
    expect(slots.at(-1)?.at).toBe('2026-06-15T00:00:00.000Z')
  })

  it('sums the last 24 hours, to the hour', () => {
    const buckets = [
      { at: '2026-06-14T09:00:00.000Z', allowed: 100, refused: {} },
      { at: '2026-06-14T10:00:00.000Z', allowed: 1, refused: { key_expired: 2 } },
      { at: '2026-06-15T10:00:00.000Z', allowed: 1, refused: {} },
    ]
    expect(lastDayOf({ ...empty, by: 'hour', as_of, buckets })).toEqual([2, 2])
  })
})
