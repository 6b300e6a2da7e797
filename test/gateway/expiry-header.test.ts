import { describe, expect, it } from 'vitest'
import { addExpiry } from '../../src/gateway/expiry-header.ts'

const NOW = Date.UTC(2026, 10, 29, 9)
const DAY_MS = 24 * 60 * 60_000

const added = (expiresAtMs: number | null, headers: Record<string, string> = {}) => {
  const answer = new Headers(headers)
  addExpiry(answer, { expiresAtMs }, NOW)
  return answer
}

describe('addExpiry()', () => {
  it('says the end as an HTTP date from 30 days before', () => {
    const header = 'Tue, 29 Dec 2026 09:00:00 GMT'
    expect(added(NOW + 30 * DAY_MS).get('Portal-Key-Expires')).toBe(header)
    expect(added(NOW + 30 * DAY_MS + 1).has('Portal-Key-Expires')).toBe(false)
    expect(added(null).has('Portal-Key-Expires')).toBe(false)
  })

  it('shows it to a page that the upstream allows, beside what that exposes', () => {
    const allowed = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'ETag',
    }
    const answer = added(NOW + DAY_MS, allowed)
    expect(answer.get('Access-Control-Expose-Headers')).toBe('ETag, Portal-Key-Expires')
    expect(added(NOW + DAY_MS).has('Access-Control-Expose-Headers')).toBe(false)
  })
})
