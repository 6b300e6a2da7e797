import { describe, expect, it } from 'vitest'
import { check, type Log, type Use } from './checker.ts'
import type { Change } from './registers.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'
import { follow } from './windows.ts'

type Asked = Log['allowances'][number]

/** Times are in seconds. */
function asked(atS: number, granted: number | null, more: Partial<Asked> = {}): Asked {
  const policies = [{ name: 'key', requests: 3, perSeconds: 10 }] as const
  const atMs = atS * 1_000
  const times = { sentMs: atMs, askedMs: atMs, answeredMs: atMs }
  return {
    key: 'k1',
    name: 'id',
    at: 'ams',
    policies,
    waiting: 0,
    wanted: 1,
    granted,
    ...times,
    ...eventAt(atS, Math.floor(atS / 10) * 10),
    ...more,
  }
}

/** By the clock of the authority, which had lost its storage so often. */
function eventAt(clockS: number, startS: number, losses = 0, place = clockS) {
  const clockMs = clockS * 1_000
  const endsInMs = (startS + 10) * 1_000 - clockMs
  return {
    event: { place, losses, clockMs },
    windows: [{ startMs: startS * 1_000, left: 1, endsInMs }],
  }
}

function use(atS: number, more: Partial<Use> = {}): Use {
  return {
    start: atS,
    end: atS + 1,
    startSeconds: atS,
    endSeconds: atS + 0.5,
    id: 'use',
    label: `GET at ${atS}`,
    key: 'k1',
    token: 't1',
    at: 'ams',
    from: 'office',
    method: 'GET',
    verdict: 'allowed',
    shown: [],
    upstreamCalls: 1,
    recovered: false,
    clock: { leastMs: atS * 1_000, mostMs: atS * 1_000 },
    arrivedMs: atS * 1_000 + 400,
    ...more,
  }
}

function limitsOf(uses: readonly Use[], allowances: readonly Asked[], more: Partial<Log> = {}) {
  const log: Log = {
    keys: new Map([
      ['k1', { account: 'a', acl: 'anyone', end: 'never', limit: '3/10', madeAt: 0 }],
    ]),
    changes: [],
    restores: [],
    truth: new Map(),
    hasNewForm: false,
    leftPending: 0,
    drift: [],
    leasesInBetween: 0,
    allowanceMs: 1_000,
    turnedAuthorities: new Set(),
    areClocksWrong: false,
    uses,
    allowances,
    ...more,
  }
  return check(log)
    .filter(({ rule }) => rule === 'limit')
    .map(({ text }) => text)
}

const refused = { verdict: 'rate_limited', upstreamCalls: 0, arrivedMs: null } as const
/** Three requests, each with its question. */
const three = [1, 2, 3]
const threeAsked = three.map((s) => asked(s, 1))
const threeUsed = three.map((s) => use(s))

describe('a window', () => {
  it('has as many requests as the limit says', () => {
    expect(limitsOf(threeUsed, threeAsked)).toEqual([])
  })

  it('has no more of them, whatever was granted', () => {
    // One is let through of what was granted before.
    const [text] = limitsOf([...threeUsed, use(4, { at: 'fra' })], [...threeAsked, asked(4, 0)])
    expect(text).toContain('k1 at fra')
    const uses = [...threeUsed, use(4)]
    expect(limitsOf(uses, [asked(0, 0), asked(1, 3), asked(3.5, 0)])).toContain(
      'k1: 4 requests in a window of key 10 s, not 3',
    )
  })

  it('is granted no more', () => {
    expect(limitsOf([], [...threeAsked, asked(4, 1)])).toEqual([
      'k1: 4 requests were granted in a window of key 10 s, not 3',
    ])
  })

  it('begins anew after its time, by the clock of the authority', () => {
    const later = [...threeUsed, use(12)]
    expect(limitsOf(later, [...threeAsked, asked(12, 1)])).toEqual([])
    const slow = asked(12, 1, eventAt(10.5, 1, 0, 12))
    expect(limitsOf(later, [...threeAsked, slow])).not.toEqual([])
  })

  it('may have begun with a question whose answer nobody knows', () => {
    const began = asked(12, null, { answeredMs: null, event: null, windows: [] })
    // Two of the next window, of which one was granted at 12 s.
    const next = [asked(21.5, 1, eventAt(21.5, 12)), asked(22.5, 1, eventAt(22.5, 22.5))]
    expect(limitsOf([], [...threeAsked, began, ...next])).toEqual([])
  })

  it('goes on by a clock that was set back, and ends early by one that was set ahead', () => {
    const more = { turnedAuthorities: new Set(['k1']) }
    const back = asked(20, 1, eventAt(1.5, 1.5, 0, 20))
    expect(limitsOf([], [...threeAsked, back], more)).toEqual([
      'k1: 4 requests were granted in a window of key 10 s, not 3',
    ])
    const ahead = [4, 5, 6].map((s) => asked(s, 1, eventAt(s + 60, 64, 0, s)))
    expect(limitsOf([], [...threeAsked, ...ahead], more)).toEqual([])
    const uses = [...threeUsed, use(4), use(5), use(6)]
    expect(limitsOf(uses, [...threeAsked, ...ahead], more)).toEqual([])
    const third = asked(7, 1, eventAt(67, 64, 0, 7))
    expect(limitsOf(uses, [...threeAsked, ...ahead, third], more)).toEqual([
      'k1: 4 requests were granted in a window of key 10 s, not 3',
    ])
  })

  it('is forgotten with the storage of its authority', () => {
    const after = [4, 5, 6].map((s) => asked(s, 1, eventAt(s, 4, 1)))
    expect(limitsOf([], [...threeAsked, ...after])).toEqual([])
    expect(limitsOf([], [...threeAsked, ...after, asked(7, 1, eventAt(7, 4, 1))])).toEqual([
      'k1: 4 requests were granted in a window of key 10 s, not 3',
    ])
  })

  it('has the limit that was set last', () => {
    const lowered: Change = {
      start: 1.5,
      end: 1.6,
      startSeconds: 1.5,
      endSeconds: 1.6,
      label: 'limit',
      register: 'k1 limit',
      value: '1/10',
      outcome: 'done',
    }
    expect(limitsOf(threeUsed, threeAsked, { changes: [lowered] })).toContain(
      'GET at 3: allowed after 2 of 1 in key 10 s',
    )
  })

  it('is one for each policy', () => {
    const both = [
      { name: 'key', requests: 3, perSeconds: 10 },
      { name: 'account', requests: 1, perSeconds: 60 },
    ] as const satisfies AskedAllowance['policies']
    const { windows, excesses } = follow([1, 12].map((s) => asked(s, 1, { policies: both })))
    expect(windows.map(({ name }) => name)).toEqual(['key 10 s', 'account 60 s', 'key 10 s'])
    expect(excesses).toEqual(['2 requests were granted in a window of account 60 s, not 1'])
  })
})

describe('an allowance', () => {
  it('is for one location, and for as many requests as were granted', () => {
    expect(limitsOf([use(1), use(1.1)], [asked(1, 1)])).toEqual([
      'k1 at ams: 1 requests that no allowance was granted for',
    ])
  })

  it('ends with its lease', () => {
    expect(limitsOf([use(1), use(2)], [asked(1, 2)])).toEqual([])
    expect(limitsOf([use(1), use(3)], [asked(1, 2)])).toEqual([
      'k1 at ams: 1 requests that no allowance was granted for',
    ])
  })

  it('ends with its window', () => {
    const ahead = asked(9.5, 2)
    expect(limitsOf([use(9.6), use(9.9)], [ahead])).toEqual([])
    expect(limitsOf([use(9.6), use(10.1)], [ahead])).toEqual([
      'k1 at ams: 1 requests that no allowance was granted for',
    ])
    const next = asked(10.2, 1)
    expect(limitsOf([use(9.6), use(10.2), use(10.3)], [ahead, next])).toEqual([
      'k1 at ams: 1 requests that no allowance was granted for',
    ])
  })

  it('is asked for only by requests that may be let through', () => {
    const denied = {
      from: 'home',
      verdict: 'ip_denied',
      upstreamCalls: 0,
      arrivedMs: null,
    } as const
    const keys: Log['keys'] = new Map([
      ['k1', { account: 'a', acl: 'office', end: 'never', limit: '3/10', madeAt: 0 }],
    ])
    const waits = asked(1, 1, { waiting: 1 })
    expect(limitsOf([use(1)], [waits], { keys })).toEqual([])
    expect(limitsOf([use(1, denied)], [waits], { keys })).toEqual([
      'k1 at ams: granted for 1 requests, and 0 may pass',
    ])
    expect(limitsOf([use(1), use(1, denied)], [waits, waits], { keys })).toEqual([])
  })

  it('may come after a GET that was sent on while its location asked', () => {
    const early = { arrivedMs: 1_100 }
    const waits = asked(1.3, 1, { waiting: 1 })
    const none = ['k1 at ams: 1 requests that no allowance was granted for']
    expect(limitsOf([use(1, early)], [waits])).toEqual([])
    expect(limitsOf([use(1, { ...early, method: 'POST' })], [waits])).toEqual(none)
    expect(limitsOf([use(1, early)], [asked(1.3, 1)])).toEqual(none)
    expect(limitsOf([use(1, early), use(1.1, early)], [waits])).toEqual(none)
    expect(limitsOf([use(1, { ...early, endSeconds: 1.15 })], [waits])).toEqual(none)
  })

  it('may have been granted by an answer that nobody has seen', () => {
    expect(limitsOf([use(1)], [asked(1, null, { answeredMs: null, event: null })])).toEqual([])
  })
})

describe('a refusal', () => {
  it('is right where all was granted', () => {
    expect(limitsOf([...threeUsed, use(4, refused)], threeAsked)).toEqual([])
  })

  it('is wrong where there is room', () => {
    expect(limitsOf([use(1), use(2, refused)], [asked(1, 1)])).toEqual([
      'GET at 2: rate_limited, and no window was met',
    ])
  })

  it('is wrong after recovery, unless as many were let through as the limit says', () => {
    const recovered = { recovered: true }
    const two = [use(100, recovered), use(100, { ...recovered, ...refused })]
    expect(limitsOf(two, [...threeAsked, asked(100, 1)])).toEqual([
      'GET at 100: rate_limited, and no window was met',
      'k1: 1 of 2 refused after recovery, with room for 3',
    ])
  })
})
