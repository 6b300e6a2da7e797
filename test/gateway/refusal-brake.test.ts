import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefusalBrake, type Newest } from '../../src/gateway/refusal-brake.ts'
import { requestIdOf } from '../../src/http/request-id.ts'
import { compileKey } from '../../src/keys/access.ts'
import { toStored } from '../../src/keys/stored-record.ts'

const NEWEST_MS = 1_000
const GONE = compileKey(toStored({ kind: 'tombstone', revision: 1, keyId: 'key_1' }), Infinity)
const NEWEST: Newest = { ok: true, value: GONE }
const SUBJECT = { lookupId: 'lookup-id', copy: GONE, requestId: requestIdOf(new Headers()) }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What must be honoured takes `answerMs` to be known. */
function start(answerMs: number) {
  const askedAtMs: number[] = []
  const faults: string[] = []
  const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
  const brake = createRefusalBrake({
    limiter: { limit: () => Promise.resolve({ success: false }) },
    async newest() {
      askedAtMs.push(Date.now())
      await wait(answerMs)
      return NEWEST
    },
    newestMs: NEWEST_MS,
    later: () => undefined,
    wait,
    onFault: (fault) => void faults.push(fault),
    nowMs: () => Date.now(),
  })
  return { brake, askedAtMs, faults }
}

describe('newest()', () => {
  it.each([
    ['at most each 25 ms', 1, 25],
    ['one at a time', 60, 60],
  ])(
    'asks %s for all who are held, and turns none of them away',
    async (_, answerMs, spacingMs) => {
      const { brake, askedAtMs } = start(answerMs)
      const held: Promise<Newest>[] = []
      for (let ms = 0; ms < 500; ms++) {
        for (let i = 0; i < 5; i++) held.push(brake.newest(SUBJECT))
        await vi.advanceTimersByTimeAsync(1)
      }
      await vi.runAllTimersAsync()
      expect(new Set(await Promise.all(held))).toEqual(new Set([NEWEST]))
      const untilFirstAnswer = answerMs / 25
      expect(askedAtMs.length).toBeLessThanOrEqual(500 / spacingMs + untilFirstAnswer + 1)
      expect(askedAtMs.length).toBeGreaterThan(5)
    },
  )

  it('does not know where nobody answers', async () => {
    const { brake, faults } = start(10 * NEWEST_MS)
    void brake.newest(SUBJECT)
    void brake.newest(SUBJECT) // is to ask for the third, too
    const third = brake.newest(SUBJECT)
    await vi.advanceTimersByTimeAsync(NEWEST_MS + 100)
    expect(await third).toEqual({ ok: false, error: { reason: 'authentication_unavailable' } })
    expect(faults).toEqual(['authority'])
    await vi.runAllTimersAsync()
  })
})
