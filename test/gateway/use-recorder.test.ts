import { describe, expect, it } from 'vitest'
import { newCachedKey } from '../../src/gateway/cached-key.ts'
import type { RefusedBy } from '../../src/gateway/unreported-use.ts'
import { createUseRecorder, type UsedKey } from '../../src/gateway/use-recorder.ts'
import { type Address, parseAddress } from '../../src/keys/address.ts'
import type { UseReport } from '../../src/keys/use.ts'
import { createManualClock } from '../support/manual-clock.ts'

const NOW = 1_000_000
const WITHIN = 4_000
const A = '203.0.113.7'
const V6 = '2001:db8::1'

describe('createUseRecorder()', () => {
  it('counts by outcome and address until a question takes it along', async () => {
    const { allow, refuse, take, clock, key } = start()
    allow(A)
    await clock.pass(5)
    refuse(A, 'key_expired')
    allow(V6)
    allow(null)
    await clock.pass(5)
    refuse(A, 'ip_denied')
    expect(take()).toMatchObject({
      sentMs: NOW + 10,
      allowed: 3,
      refused: { key_expired: 1, ip_denied: 1 },
      firstAllowedMs: NOW,
      lastAllowedMs: NOW + 5,
      addresses: [
        {
          address: A,
          allowed: 1,
          refused: 2,
          firstMs: NOW,
          lastMs: NOW + 10,
          lastAllowedMs: NOW,
          denied: 1,
          lastDeniedMs: NOW + 10,
          firstDenialMs: NOW + 10,
          reported: 0,
        },
        { address: V6, allowed: 1, refused: 0 },
        { address: null, allowed: 1, refused: 0 },
      ],
    })
    expect(take()).toBeNull()
    expect(key.cached.use?.byAddress.size).toBe(0)
  })

  it('tells what the IP ACL would have refused', () => {
    const { allow, take } = start()
    allow(A, true)
    const denial = { reported: 1, lastReportedMs: NOW, firstDenialMs: NOW, denied: 0 }
    expect(take()).toMatchObject({ allowed: 1, addresses: [{ allowed: 1, ...denial }] })
  })

  it('keeps IPv6 addresses apart, and IPv4 from IPv6', () => {
    const { allow, take } = start()
    for (const address of [V6, '2001:db8::2', V6, '0.0.0.1', '::1', '2001:db8:0:1::1']) {
      allow(address)
    }
    expect(take()?.addresses.map(({ address, allowed }) => [address, allowed])).toEqual([
      [V6, 2],
      ['2001:db8::2', 1],
      ['0.0.0.1', 1],
      ['::1', 1],
      ['2001:db8:0:1::1', 1],
    ])
  })

  it('counts nothing of a deleted key', () => {
    const { refuse, key } = start()
    refuse(A, 'key_revoked')
    expect(key.cached.use).toBeNull()
  })

  it('has a question asked four seconds after the last request that none took along, once', async () => {
    const { allow, reported, clock } = start()
    for (let i = 0; i < 100; i++) allow(A)
    await clock.pass(WITHIN - 1)
    expect(reported).toEqual([])
    await clock.pass(1)
    expect(reported).toMatchObject([{ allowed: 100 }])
    await clock.pass(60_000)
    expect(reported).toHaveLength(1)
  })

  it('has none asked if another question took all of it along', async () => {
    const { allow, take, reported, clock } = start()
    allow(A)
    await clock.pass(WITHIN - 1)
    expect(take()).not.toBeNull()
    await clock.pass(60_000)
    expect(reported).toEqual([])
  })

  it('has one asked in time for what comes after that', async () => {
    for (let takenMs = 0; takenMs < WITHIN; takenMs += 250) {
      const { allow, take, reported, clock } = start()
      allow(A)
      await clock.pass(takenMs)
      take()
      await clock.pass(50)
      allow(V6)
      await clock.pass(WITHIN)
      expect(reported).toMatchObject([{ allowed: 1, addresses: [{ address: V6 }] }])
    }
  })

  it('takes something along once a second', async () => {
    const { allow, take, clock } = start()
    const taken: number[] = []
    for (let ms = 0; ms < 2_000; ms += 100) {
      allow(A)
      if (take() !== null) taken.push(ms)
      await clock.pass(100)
    }
    expect(taken).toEqual([0, 1_000])
    allow(A)
    clock.jump(-3_600_000)
    expect(take()).not.toBeNull()
  })

  it('loses no count, whoever takes it', async () => {
    const { allow, take, reported, clock } = start()
    const taken: (UseReport | null)[] = []
    for (let i = 0; i < 1_000; i++) {
      allow(A)
      await clock.pass(50)
      if (i % 100 === 0) taken.push(take())
    }
    await clock.pass(WITHIN)
    const counts = [...taken, ...reported].map((report) => report?.allowed ?? 0)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000)
  })

  it('takes nothing along while the authority cannot be asked', () => {
    const { allow, take, key } = start()
    allow(A)
    key.cached.isGrace = true
    expect(take()).toBeNull()
    key.cached.isGrace = false
    expect(take()).toMatchObject({ allowed: 1 })
  })

  it('notes no more than 100 addresses of a key, and counts all requests', () => {
    const { allow, refuse, take } = start()
    allow(A)
    for (let i = 0; i < 5_000; i++) refuse(`10.0.${i >> 8}.${i & 255}`, 'ip_denied')
    allow(V6)
    const report = take()
    expect(report).toMatchObject({ allowed: 2, refused: { ip_denied: 5_000 } })
    expect(report?.addresses).toHaveLength(100)
    expect(report?.addresses.at(-1)?.address).toBe(V6)
  })

  it('notes no more than 20 000 new addresses in ten seconds, of all keys', async () => {
    const { recorder, clock } = start()
    const flood = () => {
      let noted = 0
      for (let of = 0; of < 300; of++) {
        const key = newKey()
        for (let i = 0; i < 100; i++) {
          recorder.noteAllowed(key, { family: 4, words: [i] }, false, clock.nowMs())
        }
        noted += recorder.take(key.cached)?.addresses.length ?? 0
      }
      return noted
    }
    expect(flood()).toBe(20_000)
    await clock.pass(10_000)
    expect(flood()).toBe(20_000)
  })

  it('notes the addresses of a key while another one is used from new addresses all the time', () => {
    const { recorder, clock, allow, take } = start()
    const busy = newKey()
    for (let i = 0; i < 30_000; i++) {
      recorder.noteAllowed(busy, { family: 4, words: [i] }, false, clock.nowMs())
    }
    expect(recorder.take(busy.cached)?.addresses).toHaveLength(100)
    allow(A)
    expect(take()?.addresses).toMatchObject([{ address: A, allowed: 1 }])
  })

  it('asks again until the authority has written, and meanwhile keeps it awake', async () => {
    const { allow, reported, clock, answers } = start()
    answers.push(9_000, 1_000, 0)
    allow(A)
    await clock.pass(WITHIN)
    expect(reported).toMatchObject([{ allowed: 1 }])
    await clock.pass(7_999)
    expect(reported).toHaveLength(1)
    await clock.pass(1)
    expect(reported).toHaveLength(2)
    await clock.pass(1_000)
    expect(reported).toHaveLength(3)
    expect(reported[2]).toMatchObject({ allowed: 0, refused: {}, addresses: [] })
    await clock.pass(60_000)
    expect(reported).toHaveLength(3)
  })

  it('asks again also for what questions took along, within eight seconds of the last one', async () => {
    const { allow, take, recorder, key, reported, clock } = start()
    allow(A)
    await clock.pass(1_000)
    key.cached.askedMs = clock.nowMs()
    take()
    recorder.noteReported(key.cached, 9_000)
    await clock.pass(7_999)
    expect(reported).toEqual([])
    await clock.pass(1)
    expect(reported).toMatchObject([{ allowed: 0 }])
  })

  it('leaves that to the request behind a later question', async () => {
    const { allow, reported, key, clock, answers } = start()
    answers.push(9_000)
    allow(A)
    await clock.pass(WITHIN + 1_000)
    key.cached.askedMs = clock.nowMs()
    await clock.pass(60_000)
    expect(reported).toHaveLength(1)
  })

  it('does not wait for ever for a request that has ended', async () => {
    const { allow, reported, clock, loseWaits } = start()
    loseWaits(true)
    allow(A)
    loseWaits(false)
    await clock.pass(29_999)
    allow(A)
    await clock.pass(WITHIN)
    expect(reported).toEqual([])
    allow(A)
    await clock.pass(WITHIN)
    expect(reported).toMatchObject([{ allowed: 3 }])
  })

  it('nor for a clock that was set back', async () => {
    const { allow, reported, clock, loseWaits } = start()
    loseWaits(true)
    allow(A)
    loseWaits(false)
    clock.jump(-3_600_000)
    allow(A)
    await clock.pass(WITHIN)
    expect(reported).toMatchObject([{ allowed: 2 }])
  })
})

function newKey(): UsedKey {
  return { lookupId: 'a', cached: newCachedKey() }
}

function start() {
  const clock = createManualClock(NOW)
  const reported: (UseReport | null)[] = []
  /** After how many milliseconds the authority can write, of each report. */
  const answers: number[] = []
  let areWaitsLost = false
  const key = newKey()
  const recorder = createUseRecorder({
    async report({ cached }) {
      cached.askedMs = clock.nowMs()
      reported.push(recorder.take(cached))
      recorder.noteReported(cached, answers.shift() ?? 0)
    },
    later: (promise) => void promise,
    wait: (ms) => clock.wait(areWaitsLost ? Infinity : ms),
    nowMs: clock.nowMs,
  })
  return {
    clock,
    key,
    recorder,
    reported,
    answers,
    take: () => recorder.take(key.cached),
    allow: (address: string | null, isReported = false) => {
      recorder.noteAllowed(key, toAddress(address), isReported, clock.nowMs())
    },
    refuse: (address: string | null, reason: RefusedBy) => {
      recorder.noteRefused(key, toAddress(address), reason, clock.nowMs())
    },
    /** The runtime ends the requests that wait from now on. */
    loseWaits: (lost: boolean) => void (areWaitsLost = lost),
  }
}

function toAddress(text: string | null): Address | null {
  return text === null ? null : parseAddress(text)
}
