import { describe, expect, it } from 'vitest'
import { changeText } from '../../../src/ui/activity/event-text.ts'

describe('changeText()', () => {
  it.each([
    [{}, { '192.0.2.0/24': 'Office' }, 'none → 192.0.2.0/24 “Office”'],
    [{ '::/0': 'a' }, {}, '::/0 “a” → none'],
    [
      null,
      Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((each) => [`192.0.2.${each}/32`, 'x'])),
      '192.0.2.1/32 “x”, 192.0.2.2/32 “x”, 192.0.2.3/32 “x”, 192.0.2.4/32 “x”, 192.0.2.5/32 “x” and 2 more',
    ],
  ])('says what notes of an IP ACL became: %j, then %j', (before, after, sentence) => {
    expect(changeText({ ip_acl_notes: [before, after] })).toEqual([
      `Notes of the IP ACL: ${sentence}`,
    ])
  })

  it('says other members as they are', () => {
    expect(
      changeText({ enabled: [true, false], rate_limit: [null, { requests: 5, window_s: 1 }] }),
    ).toHaveLength(2)
  })
})
