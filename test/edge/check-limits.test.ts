import { describe, expect, it } from 'vitest'
import { check, type Log, type Use } from './checker.ts'
import type { Change } from './registers.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'
import { follow } from './windows.ts'

type Asked = Log['allowances'][number]

/** Times are in seconds. */
function asked(atS: number, granted: number | null, more: Partial<Asked> = {}): Asked {
  const policies = [{ name: 'key', requests: 3, perSeconds: 10 }] as const
  const times = {
    askedMs: atS * 1_000,
    answeredMs: atS * 1_000,
    clockMs: atS * 1_000,
    windowMs: Math.floor(atS / 10) * 10_000,
  }
  return { key: 'k1', name: 'id', at: 'ams', policies, wanted: 1, granted, ...times, ...more }
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
    unclearWindows: new Set(),
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
    const slow = asked(12, 1, { clockMs: 10_500 })
    expect(limitsOf(later, [...threeAsked, slow])).not.toEqual([])
  })

  it('is left out if nobody knows when it began', () => {
    const more = { unclearWindows: new Set(['k1']) }
    expect(limitsOf([], [...threeAsked, asked(4, 1)], more)).toEqual([])
    expect(limitsOf([], [...threeAsked, asked(4, null)])).toEqual([])
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
    const next = asked(1.6, 2, { windowMs: 1_500 })
    expect(String(limitsOf([use(1), use(1.8), use(1.8)], [asked(1, 3), next]))).not.toContain('ams')
    const uses = [use(1), use(1.8), use(1.8), use(1.8)]
    expect(limitsOf(uses, [asked(1, 3), next])).toContain(
      'k1 at ams: 1 requests that no allowance was granted for',
    )
  })

  it('may have been granted by an answer that nobody has seen', () => {
    expect(limitsOf([use(1)], [asked(1, null, { answeredMs: null, clockMs: null })])).toEqual([])
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
      'k1: 1 of 2 refused after recovery, with room for 3',
    ])
  })
})
