import { describe, expect, it } from 'vitest'
import { createDenialRecorder } from '../../src/gateway/denial-recorder.ts'
import { parseAddress } from '../../src/keys/address.ts'
import type { Denial } from '../../src/stores/key-authority/denial-table.ts'
import { createManualClock } from '../support/manual-clock.ts'

const NOW = 1_000_000
const WITHIN = 2_000

describe('createDenialRecorder()', () => {
  it('keeps what it noted until a question takes it along, by key', () => {
    const { note, take } = start()
    note('a', '203.0.113.7', true)
    note('b', null, false)
    const once = { count: 1, firstAtMs: NOW, lastAtMs: NOW }
    expect(take('a')).toEqual([{ address: '203.0.113.7', ...once, enforced: true }])
    expect(take('a')).toEqual([])
    expect(take('b')).toEqual([{ address: null, ...once, enforced: false }])
    expect(take('c')).toEqual([])
  })

  it('counts by address', async () => {
    const { note, take, clock } = start()
    for (const address of ['203.0.113.7', '203.0.113.8', '203.0.113.7']) {
      note('a', address, true)
      await clock.pass(5)
    }
    note('a', '203.0.113.7', false)
    expect(take('a')).toEqual([
      {
        address: '203.0.113.7',
        count: 3,
        firstAtMs: NOW,
        lastAtMs: NOW + 15,
        enforced: false,
      },
      {
        address: '203.0.113.8',
        count: 1,
        firstAtMs: NOW + 5,
        lastAtMs: NOW + 5,
        enforced: true,
      },
    ])
  })

  it('has a question asked two seconds after the first denial, once', async () => {
    const { note, reported, clock } = start()
    for (let i = 0; i < 100; i++) note('a', '203.0.113.7', true)
    await clock.pass(WITHIN - 1)
    expect(reported).toEqual([])
    await clock.pass(1)
    expect(reported).toMatchObject([['a', [{ count: 100 }]]])
    await clock.pass(60_000)
    expect(reported).toHaveLength(1)
  })

  it('has none asked if another question took all of it along', async () => {
    const { note, take, reported, clock } = start()
    note('a', '203.0.113.7', true)
    await clock.pass(WITHIN - 1)
    expect(take('a')).toHaveLength(1)
    await clock.pass(60_000)
    expect(reported).toEqual([])
  })

  it('has one asked within two seconds for what comes after that', async () => {
    for (let takenMs = 0; takenMs < WITHIN; takenMs += 100) {
      const { note, take, reported, clock } = start()
      note('a', '203.0.113.7', true)
      await clock.pass(takenMs)
      take('a')
      await clock.pass(50)
      note('a', '203.0.113.8', true)
      await clock.pass(WITHIN)
      expect(reported).toMatchObject([['a', [{ address: '203.0.113.8' }]]])
    }
  })

  it('takes along what it noted of a key once a second', async () => {
    const { note, take, clock } = start()
    const taken: number[] = []
    for (let ms = 0; ms < 2_000; ms += 100) {
      note('a', '203.0.113.7', true)
      if (take('a').length > 0) taken.push(ms)
      await clock.pass(100)
    }
    expect(taken).toEqual([0, 1_000])
    note('a', '203.0.113.7', true)
    clock.jump(-3_600_000)
    expect(take('a')).toHaveLength(1)
  })

  it('loses no count, whoever takes it', async () => {
    const { note, take, reported, clock } = start()
    const taken: Denial[] = []
    for (let i = 0; i < 1_000; i++) {
      note('a', '203.0.113.7', true)
      await clock.pass(50)
      if (i % 100 === 0) taken.push(...take('a'))
    }
    await clock.pass(WITHIN)
    const counts = [...taken, ...reported.flatMap(([, denials]) => denials)]
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(1_000)
  })

  it('notes no more than 100 addresses of a key, and 1 000 keys', () => {
    const { note, take } = start()
    for (let key = 0; key < 1_000; key++) note(`key-${key}`, '203.0.113.7', true)
    for (let i = 0; i < 5_000; i++) note('key-0', `10.0.${i >> 8}.${i & 255}`, true)
    note('another', '203.0.113.7', true)
    note('key-0', '203.0.113.7', true)
    expect(take('another')).toEqual([])
    const denials = take('key-0')
    expect(denials).toHaveLength(100)
    expect(denials[0]).toMatchObject({ address: '203.0.113.7', count: 2 })
    note('another', '203.0.113.7', true)
    expect(take('another')).toHaveLength(1)
  })

  it('does not wait for ever for a request that has ended', async () => {
    const { note, reported, clock, loseWaits } = start()
    loseWaits(true)
    note('a', '203.0.113.7', true)
    loseWaits(false)
    await clock.pass(9_999)
    note('a', '203.0.113.7', true)
    await clock.pass(WITHIN)
    expect(reported).toEqual([])
    note('a', '203.0.113.7', true)
    await clock.pass(WITHIN)
    expect(reported).toMatchObject([['a', [{ count: 3 }]]])
  })

  it('nor for a clock that was set back', async () => {
    const { note, reported, clock, loseWaits } = start()
    loseWaits(true)
    note('a', '203.0.113.7', true)
    loseWaits(false)
    clock.jump(-3_600_000)
    note('a', '203.0.113.7', true)
    await clock.pass(WITHIN)
    expect(reported).toMatchObject([['a', [{ count: 2 }]]])
  })
})

function start() {
  const clock = createManualClock(NOW)
  const reported: [string, readonly Denial[]][] = []
  let areWaitsLost = false
  const recorder = createDenialRecorder({
    async report(lookupId) {
      reported.push([lookupId, recorder.take(lookupId)])
    },
    later: (promise) => void promise,
    wait: (ms) => clock.wait(areWaitsLost ? Infinity : ms),
    nowMs: clock.nowMs,
  })
  return {
    clock,
    reported,
    take: recorder.take,
    note: (lookupId: string, address: string | null, enforced: boolean) => {
      recorder.note(lookupId, address === null ? null : parseAddress(address), enforced)
    },
    /** The runtime ends the requests that wait from now on. */
    loseWaits: (lost: boolean) => void (areWaitsLost = lost),
  }
}
