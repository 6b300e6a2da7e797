import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Policy, WINDOW_SECONDS } from '../../src/keys/rate-limit.ts'
import { grantRequests, type Wanted, type Window } from '../../src/keys/window.ts'

const NOW = 1_800_000_000_000
const KEY: Policy = { name: 'key', requests: 10, perSeconds: 60 }
const ACCOUNT: Policy = { name: 'account', requests: 4, perSeconds: 10 }
const want = (waiting: number, more: Partial<Wanted> = {}): Wanted => ({
  policies: [KEY],
  waiting,
  ahead: 0,
  aheadMs: 1_000,
  ...more,
})

/** An authority that is asked again and again. */
function start() {
  let windows: readonly Window[] = []
  return (wanted: Wanted, nowMs: number, share = 1) => {
    const { after, ...granted } = grantRequests(windows, wanted, share, nowMs)
    windows = after
    return granted
  }
}

describe('grantRequests()', () => {
  it('begins a window with the first request after the last one ended', () => {
    const ask = start()
    const unused = { startMs: null, left: 10, endsInMs: 60_000 }
    expect(ask(want(0), NOW)).toEqual({ granted: 0, windows: [unused] })
    const begun = { startMs: NOW + 5, left: 7, endsInMs: 60_000 }
    expect(ask(want(3), NOW + 5)).toEqual({ granted: 3, windows: [begun] })
    expect(ask(want(20), NOW + 60_004)).toMatchObject({
      granted: 7,
      windows: [{ left: 0, endsInMs: 1 }],
    })
    expect(ask(want(1), NOW + 60_004)).toMatchObject({ granted: 0 })
    expect(ask(want(0), NOW + 60_005)).toEqual({ granted: 0, windows: [unused] })
    expect(ask(want(20), NOW + 90_000)).toMatchObject({ granted: 10 })
  })

  it('grants what both limits have room for', () => {
    const ask = start()
    const both = { policies: [KEY, ACCOUNT] }
    expect(ask(want(9, both), NOW)).toMatchObject({
      granted: 4,
      windows: [{ left: 6 }, { left: 0 }],
    })
    expect(ask(want(9, both), NOW + 10_000)).toMatchObject({ granted: 4 })
    expect(ask(want(9, both), NOW + 20_000)).toMatchObject({
      granted: 2,
      windows: [{ left: 0 }, { left: 2 }],
    })
  })

  it('begins no window of a limit while the other one is met', () => {
    const ask = start()
    ask(want(4, { policies: [ACCOUNT] }), NOW)
    const { windows } = ask(want(1, { policies: [KEY, ACCOUNT] }), NOW + 1)
    expect(windows).toMatchObject([{ startMs: null, left: 10 }, { left: 0 }])
  })

  it('gives requests that wait all that is left, and others a part of it', () => {
    const ask = start()
    expect(ask(want(2, { ahead: 100 }), NOW)).toMatchObject({ granted: 6 })
    expect(ask(want(0, { ahead: 100 }), NOW, 0.5)).toMatchObject({ granted: 1 })
    expect(ask(want(0, { ahead: 1 }), NOW)).toMatchObject({ granted: 1 })
    expect(ask(want(5), NOW)).toMatchObject({ granted: 2 })
  })

  it('gives less ahead towards the end of a window', () => {
    const ask = start()
    ask(want(1), NOW)
    expect(ask(want(0, { ahead: 4 }), NOW + 59_500)).toMatchObject({ granted: 2 })
    expect(ask(want(0, { ahead: 4 }), NOW + 59_900)).toMatchObject({ granted: 0 })
  })

  it('keeps what was granted where the number of requests changes', () => {
    const ask = start()
    const of = (requests: number) => ({ policies: [{ ...KEY, requests }] })
    ask(want(8), NOW)
    expect(ask(want(9, of(9)), NOW + 1)).toMatchObject({ granted: 1, windows: [{ left: 0 }] })
    expect(ask(want(9, of(5)), NOW + 2)).toMatchObject({ granted: 0, windows: [{ left: 0 }] })
    expect(ask(want(9, of(12)), NOW + 3)).toMatchObject({ granted: 3 })
  })

  it('finds the former window again where the length changes and changes back', () => {
    const ask = start()
    ask(want(10), NOW)
    expect(ask(want(1, { policies: [{ ...KEY, perSeconds: 1 }] }), NOW + 1)).toMatchObject({
      granted: 1,
    })
    expect(ask(want(1), NOW + 2)).toMatchObject({ granted: 0 })
  })

  it('does not open a window anew when the clock is set back, nor keep it for long', () => {
    const ask = start()
    ask(want(10), NOW)
    const early = NOW - 86_400_000
    expect(ask(want(1), early)).toMatchObject({ granted: 0, windows: [{ endsInMs: 60_000 }] })
    expect(ask(want(1), early + 59_999)).toMatchObject({ granted: 0 })
    expect(ask(want(1), early + 60_000)).toMatchObject({ granted: 1 })
  })

  it('never grants more in a window than it has, as a plain model counts it', () => {
    const limit = fc.record({
      requests: fc.integer({ min: 1, max: 20 }),
      perSeconds: fc.constantFrom(...WINDOW_SECONDS.slice(0, 3)),
    })
    const question = fc.record({
      passMs: fc.oneof(
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: -9_000, max: 90_000 }),
      ),
      waiting: fc.nat(30),
      ahead: fc.nat(30),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(limit, fc.option(limit), fc.array(question), (own, ceiling, questions) => {
        const policies: Policy[] = [{ name: 'key', ...own }]
        if (ceiling !== null) policies.push({ name: 'account', ...ceiling })
        const ask = start()
        let nowMs = NOW
        const counted = policies.map(() => ({ startMs: -Infinity, granted: 0 }))
        for (const { passMs, waiting, ahead, share } of questions) {
          nowMs += passMs
          const { granted } = ask({ policies, waiting, ahead, aheadMs: 1_000 }, nowMs, share)
          expect(granted).toBeLessThanOrEqual(waiting + ahead)
          let hasRoom = true
          for (const [index, policy] of policies.entries()) {
            const window = counted[index] ?? { startMs: 0, granted: 0 }
            if (nowMs < window.startMs) window.startMs = nowMs
            const isOver = nowMs >= window.startMs + policy.perSeconds * 1_000
            if (isOver && granted > 0) Object.assign(window, { startMs: nowMs, granted: 0 })
            if (!isOver && window.granted >= policy.requests) hasRoom = false
            window.granted += granted
            expect(window.granted).toBeLessThanOrEqual(policy.requests)
          }
          if (hasRoom && waiting > 0) expect(granted).toBeGreaterThan(0)
        }
      }),
    )
  })
})
