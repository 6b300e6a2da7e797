import { describe, expect, it } from 'vitest'
import { check, type Log, type Use, type Violation } from './checker.ts'
import { type Change, possibleValues, type Restore } from './registers.ts'
import { type Truth, UNCHANGED } from './verdict.ts'

const at = (start: number, end: number) => ({ start, end, startSeconds: start, endSeconds: end })

function change(register: string, value: string, start: number, end: number): Change {
  return { ...at(start, end), label: `${register} ${value}`, register, value, outcome: 'done' }
}

function use(verdict: Use['verdict'], start: number, end: number, more: Partial<Use> = {}): Use {
  return {
    ...at(start, end),
    id: 'use',
    label: 'GET',
    key: 'k1',
    token: 't1',
    at: 'ams',
    from: 'office',
    method: 'GET',
    verdict,
    clock: { leastMs: start * 1_000, mostMs: end * 1_000 },
    shown: [],
    upstreamCalls: verdict === 'allowed' ? 1 : 0,
    arrivedMs: verdict === 'allowed' ? end * 1_000 : null,
    recovered: false,
    ...more,
  }
}

function logOf(...events: (Change | Use)[]): Log {
  return {
    keys: new Map([
      ['k1', { account: 'a', acl: 'anyone', end: 'never', limit: 'none', madeAt: 0 }],
    ]),
    changes: events.filter((event) => 'register' in event),
    uses: events.filter((event) => 'verdict' in event),
    restores: [],
    truth: new Map(),
    hasNewForm: false,
    leftPending: 0,
    drift: [],
    leasesInBetween: 0,
    allowances: [],
    allowanceMs: 1_000,
    turnedAuthorities: new Set(),
    areClocksWrong: false,
  }
}

const rules = (log: Log) => check(log).map(({ rule }: Violation) => rule)
const deletion = change('k1 life', 'gone', 10, 20)
const suspension = change('a status', 'suspended', 10, 20)
const reactivation = change('a status', 'active', 30, 40)
const tightening = change('k1 acl', 'home', 10, 20)
const loosening = change('k1 acl', 'anyone', 30, 40)
const pause = change('k1 switch', 'off', 10, 20)
const resumption = change('k1 switch', 'on', 30, 40)
/** By the clock of the location that a request at 50 meets, it has come; a later one has not. */
const end = change('k1 end', '45000', 10, 20)
const laterEnd = change('k1 end', '90000', 30, 40)

describe('a request that started after a change was answered', () => {
  it.each([
    ['a deletion', [deletion], 'key_revoked'],
    ['a suspension', [suspension], 'account_inactive'],
    ['a tightened ACL', [tightening], 'ip_denied'],
    ['a reactivation', [suspension, reactivation], 'allowed'],
    ['a loosened ACL', [tightening, loosening], 'allowed'],
    ['a pause', [pause], 'key_disabled'],
    ['the end of a pause', [pause, resumption], 'allowed'],
    ['an end that has come', [end], 'key_expired'],
    ['a later end', [end, laterEnd], 'allowed'],
  ] as const)('is judged by %s', (_, changes, verdict) => {
    expect(rules(logOf(...changes, use(verdict, 50, 60)))).toEqual([])
  })

  it.each([
    ['a deletion', [deletion], 'allowed'],
    ['a suspension', [suspension], 'allowed'],
    ['a tightened ACL', [tightening], 'allowed'],
    ['a reactivation', [suspension, reactivation], 'account_inactive'],
    ['a loosened ACL', [tightening, loosening], 'ip_denied'],
    ['a suspension, by the reason', [tightening, suspension], 'ip_denied'],
    ['a pause', [pause], 'allowed'],
    ['the end of a pause', [pause, resumption], 'key_disabled'],
    ['a pause, by the reason', [tightening, pause], 'ip_denied'],
  ] as const)('is stale when it is not judged by %s', (_, changes, verdict) => {
    expect(check(logOf(...changes, use(verdict, 50, 60)))).toEqual([
      expect.objectContaining({ rule: 'stale', seconds: 50 - (changes.at(-1)?.end ?? 0) }),
    ])
  })

  it('may still meet a fault, which is neither a yes nor a no', () => {
    expect(rules(logOf(deletion, use('unavailable', 50, 60)))).toEqual([])
    expect(rules(logOf(deletion, use('unavailable', 50, 60, { recovered: true })))).toEqual([
      'outage',
    ])
  })
})

describe('an end', () => {
  it('lets in before it, refuses after it, and may do either while it comes', () => {
    expect(rules(logOf(end, use('allowed', 30, 40)))).toEqual([])
    expect(rules(logOf(end, use('key_expired', 45, 50)))).toEqual([])
    for (const verdict of ['allowed', 'key_expired'] as const) {
      expect(rules(logOf(end, use(verdict, 40, 50)))).toEqual([])
    }
  })

  it('is judged by the clock of the location, whatever the time is', () => {
    const behind = { clock: { leastMs: 30_000, mostMs: 40_000 } }
    expect(rules(logOf(end, use('allowed', 50, 60, behind)))).toEqual([])
    expect(rules(logOf(end, use('key_expired', 50, 60, behind)))).toEqual(['time'])
    expect(rules(logOf(end, use('allowed', 50, 60)))).toEqual(['time'])
    expect(rules(logOf(end, use('key_expired', 30, 40)))).toEqual(['time'])
    expect(rules(logOf(end, laterEnd, use('key_expired', 50, 60)))).toEqual(['time'])
  })

  it('comes before a pause, and after the account', () => {
    expect(rules(logOf(end, pause, use('key_expired', 50, 60)))).toEqual([])
    expect(rules(logOf(end, pause, use('key_disabled', 50, 60)))).toEqual(['time'])
    expect(rules(logOf(end, suspension, use('account_inactive', 50, 60)))).toEqual([])
  })

  it('is one that the key was made with', () => {
    const facts = { account: 'a', acl: 'anyone', end: '45000', limit: 'none', madeAt: 0 } as const
    const log = { ...logOf(use('allowed', 50, 60)), keys: new Map([['k1', facts]]) }
    expect(rules(log)).toEqual(['time'])
  })
})

describe('the old token of a rotation', () => {
  const rotation = change('k1.t1 token', '45000', 10, 20)
  const ended = change('k1.t1 token', 'ended', 30, 40)
  const new_ = { token: 't2' }

  it('works until its end, and the new one goes on', () => {
    expect(rules(logOf(rotation, use('allowed', 30, 40)))).toEqual([])
    expect(rules(logOf(rotation, use('key_replaced', 50, 60)))).toEqual([])
    expect(rules(logOf(rotation, use('allowed', 50, 60)))).toEqual(['time'])
    expect(rules(logOf(rotation, use('key_replaced', 30, 40)))).toEqual(['time'])
    expect(rules(logOf(rotation, use('allowed', 50, 60, new_)))).toEqual([])
    expect(rules(logOf(rotation, use('key_replaced', 50, 60, new_)))).toEqual(['wrong'])
  })

  it('is known to have ended, and not why, to a version that cannot read its tombstone', () => {
    const log = logOf(rotation, use('key_revoked', 50, 60))
    expect(rules(log)).toEqual(['wrong'])
    expect(rules({ ...log, hasNewForm: true })).toEqual([])
    const before = logOf(rotation, use('key_revoked', 30, 40))
    expect(rules({ ...before, hasNewForm: true })).toEqual(['time'])
  })

  it('ends at once when its owner says so', () => {
    expect(rules(logOf(rotation, ended, use('key_replaced', 42, 44)))).toEqual([])
    expect(rules(logOf(ended, use('allowed', 42, 44)))).toEqual(['stale'])
  })

  it('is the current one again after the rotation was taken back', () => {
    const back = change('k1.t1 token', 'never', 30, 40)
    const other = change('k1.t2 token', 'ended', 30, 40)
    const log = (verdict: Use['verdict'], more = {}) =>
      rules(logOf(rotation, back, other, use(verdict, 50, 60, more)))
    expect(log('allowed')).toEqual([])
    expect(log('key_replaced')).toEqual(['stale'])
    expect(log('key_replaced', new_)).toEqual([])
    expect(log('allowed', new_)).toEqual(['stale'])
  })

  it('may say so whatever became of the key since', () => {
    expect(rules(logOf(ended, suspension, use('key_replaced', 50, 60)))).toEqual([])
    expect(rules(logOf(ended, suspension, use('account_inactive', 50, 60)))).toEqual([])
    expect(rules(logOf(rotation, deletion, use('key_revoked', 30, 40)))).toEqual([])
    expect(rules(logOf(rotation, deletion, use('key_replaced', 30, 40)))).toEqual(['time'])
  })

  it('is changed with the new one', () => {
    for (const more of [{}, new_]) {
      expect(rules(logOf(tightening, use('allowed', 30, 40, more)))).toEqual(['stale'])
    }
  })

  it('may end between two times where no answer told which', () => {
    const [early, late] = ['30000', '60000'].map((value): Change => {
      return { ...change('k1.t1 token', value, 10, 20), outcome: 'unknown' }
    }) as [Change, Change]
    for (const verdict of ['allowed', 'key_replaced'] as const) {
      expect(rules(logOf(early, late, use(verdict, 40, 45)))).toEqual([])
    }
    const finally_ = (token: Truth['token']) =>
      rules({ ...logOf(early, late), truth: new Map([['k1.t1', { ...UNCHANGED, token }]]) })
    expect(finally_('45000')).toEqual([])
    expect(finally_('ended')).toEqual([])
    expect(finally_('90000')).toEqual(['lost'])
  })
})

describe('a leaked key', () => {
  const leak = change('k1 leak', 'leaked', 10, 20)
  const rotated = change('k1 leak', 'no', 30, 40)

  it('is disabled, whatever else its owner says, until a rotation', () => {
    expect(rules(logOf(leak, use('key_disabled', 25, 28)))).toEqual([])
    expect(rules(logOf(leak, resumption, use('allowed', 50, 60)))).toEqual(['stale'])
    expect(rules(logOf(leak, rotated, use('allowed', 50, 60)))).toEqual([])
    expect(rules(logOf(leak, rotated, use('key_disabled', 50, 60)))).toEqual(['stale'])
  })
})

describe('a request during a change', () => {
  it.each(['allowed', 'key_revoked'] as const)('may be judged by either state: %s', (verdict) => {
    expect(rules(logOf(deletion, use(verdict, 15, 50)))).toEqual([])
    expect(rules(logOf(deletion, use(verdict, 5, 11)))).toEqual([])
  })

  it('is wrong when neither state gives its answer', () => {
    expect(rules(logOf(deletion, use('ip_denied', 15, 50)))).toEqual(['wrong'])
    expect(rules(logOf(use({ other: '500 no JSON' }, 15, 50)))).toEqual(['wrong'])
    expect(rules(logOf(deletion, use('key_revoked', 1, 9)))).toEqual(['wrong'])
  })
})

describe('a change that was not answered with success', () => {
  it.each(['recorded', 'unknown'] as const)('may hold or not: %s', (outcome) => {
    const uncertain = { ...deletion, outcome }
    for (const verdict of ['allowed', 'key_revoked'] as const) {
      expect(rules(logOf(uncertain, use(verdict, 50, 60)))).toEqual([])
    }
  })

  it('changes nothing when it was refused', () => {
    const refused: Change = { ...deletion, outcome: 'none' }
    expect(rules(logOf(refused, use('key_revoked', 50, 60)))).toEqual(['wrong'])
  })

  it('ends where a later one succeeds', () => {
    const uncertain: Change = { ...tightening, outcome: 'unknown' }
    expect(rules(logOf(uncertain, loosening, use('ip_denied', 50, 60)))).toEqual(['stale'])
  })
})

describe('changes at the same time', () => {
  const one = { ...change('k1 acl', 'home', 10, 40), version: 2 }
  const other = { ...change('k1 acl', 'office', 20, 30), version: 3 }

  it('may end in any order where nothing tells it', () => {
    const { version: _, ...unordered } = one
    const log = logOf(unordered, other)
    expect(possibleValues(log, 'k1 acl', { start: 50, end: 60 })).toEqual(
      new Set(['home', 'office']),
    )
  })

  it('are ordered by the versions of their answers', () => {
    const log = logOf(one, other)
    expect(possibleValues(log, 'k1 acl', { start: 50, end: 60 })).toEqual(new Set(['office']))
  })

  it('are not ordered by versions that a restored database gave again', () => {
    const before = { ...change('k1 acl', 'home', 10, 20), version: 3 }
    const after = { ...change('k1 acl', 'office', 50, 60), version: 2 }
    const log = logOf(before, after)
    expect(possibleValues(log, 'k1 acl', { start: 70, end: 80 })).toEqual(new Set(['office']))
  })

  it('never outlive a deletion', () => {
    const resurrected = change('k1 life', 'live', 30, 40)
    const log = logOf(deletion, resurrected)
    expect(possibleValues(log, 'k1 life', { start: 50, end: 60 })).toEqual(new Set(['gone']))
  })
})

describe('a HEAD', () => {
  it('tells that it is forbidden, and not why', () => {
    const head = { method: 'HEAD' }
    expect(rules(logOf(suspension, use('forbidden', 50, 60, head)))).toEqual([])
    const log = logOf(suspension, reactivation, use('forbidden', 50, 60, head))
    expect(rules(log)).toEqual(['stale'])
    expect(rules(logOf(deletion, use('forbidden', 50, 60, head)))).toEqual(['wrong'])
    expect(rules(logOf(deletion, use('unauthorized', 50, 60, head)))).toEqual([])
    expect(rules(logOf(pause, use('forbidden', 50, 60, head)))).toEqual([])
    expect(rules(logOf(end, use('unauthorized', 50, 60, head)))).toEqual([])
  })
})

describe('what a refusal shows', () => {
  it.each([
    ['a header', use('key_revoked', 50, 60, { shown: ['header x'] })],
    ['a POST that was passed on', use('key_revoked', 50, 60, { method: 'POST', upstreamCalls: 1 })],
    ['a GET that was passed on twice', use('key_revoked', 50, 60, { upstreamCalls: 2 })],
  ])('is a leak: %s', (_, leaking) => {
    expect(rules(logOf(deletion, leaking))).toEqual(['leak'])
  })

  it('may have cost the upstream one GET', () => {
    expect(rules(logOf(deletion, use('key_revoked', 50, 60, { upstreamCalls: 1 })))).toEqual([])
  })

  it('is not for a request that was let in and never passed on', () => {
    expect(rules(logOf(use('allowed', 1, 2, { upstreamCalls: 0 })))).toEqual(['leak'])
  })
})

describe('after recovery', () => {
  const live: Truth = UNCHANGED
  const finally_ = (truth: Truth, ...events: (Change | Use)[]): Log => {
    return { ...logOf(...events), truth: new Map([['k1.t1', truth]]) }
  }
  const last = (verdict: Use['verdict']) => use(verdict, 90, 95, { recovered: true })

  it('holds what was answered', () => {
    expect(rules(finally_({ ...live, life: 'gone' }, deletion, last('key_revoked')))).toEqual([])
    expect(rules(finally_(live, deletion))).toEqual(['lost'])
    expect(rules(finally_(live, tightening))).toEqual(['lost'])
    expect(rules(finally_(live, suspension))).toEqual(['lost'])
    expect(rules(finally_(live, pause))).toEqual(['lost'])
    expect(rules(finally_(live, end))).toEqual(['lost'])
  })

  it('holds what was recorded, even where no answer promised more', () => {
    const recorded: Change = { ...tightening, outcome: 'recorded' }
    expect(rules(finally_(live, recorded))).toEqual(['lost'])
    expect(rules(finally_({ ...live, acl: 'home' }, recorded, last('ip_denied')))).toEqual([])
  })

  it('judges every request as libSQL has it', () => {
    const uncertain: Change = { ...tightening, outcome: 'unknown' }
    expect(rules(finally_(live, uncertain, last('allowed')))).toEqual([])
    expect(rules(finally_(live, uncertain, last('ip_denied')))).toEqual(['lost'])
  })

  it('has nothing pending and no drift', () => {
    expect(rules({ ...logOf(), leftPending: 1 })).toEqual(['pending'])
    expect(rules({ ...logOf(), drift: ['stale'] })).toEqual(['drift'])
  })
})

describe('a database that was restored', () => {
  const restore: Restore = { ...at(50, 60), backedUpAt: 5, decidedAt: 75 }
  const restored = (...events: (Change | Use)[]): Log => ({
    ...logOf(...events),
    restores: [restore],
  })

  it('keeps closed what was closed, until the operator wants it as the database has it', () => {
    for (const verdict of ['allowed', 'ip_denied'] as const) {
      expect(rules(restored(tightening, use(verdict, 70, 80)))).toEqual([])
    }
    for (const start of [30, 65]) {
      expect(rules(restored(tightening, use('ip_denied', start, start + 5)))).toEqual([])
      expect(rules(restored(tightening, use('allowed', start, start + 5)))).toEqual(['stale'])
    }
  })

  it('may close again what was opened', () => {
    const before = change('k1 acl', 'home', 1, 4)
    const opening = change('k1 acl', 'anyone', 10, 20)
    for (const verdict of ['allowed', 'ip_denied'] as const) {
      expect(rules(restored(before, opening, use(verdict, 65, 70)))).toEqual([])
    }
  })

  it('never brings back a deleted key', () => {
    expect(rules(restored(deletion, use('allowed', 70, 80)))).toEqual(['stale'])
  })

  it('may have forgotten a deletion that was recorded and not carried out yet', () => {
    const recorded: Change = { ...deletion, outcome: 'recorded' }
    const live = new Map([['k1.t1', UNCHANGED]])
    expect(rules({ ...restored(recorded), truth: live })).toEqual([])
    expect(rules({ ...restored(deletion), truth: live })).toEqual(['lost'])
    expect(rules({ ...logOf(recorded), truth: live })).toEqual(['lost'])
  })

  it('ends with the next change', () => {
    const again = change('k1 acl', 'home', 70, 80)
    expect(rules(restored(again, use('allowed', 85, 90)))).toEqual(['stale'])
  })

  it('may not know a key that is newer', () => {
    const facts = { account: 'a', acl: 'anyone', end: 'never', limit: 'none', madeAt: 20 } as const
    const keys = new Map([['k1', facts]])
    expect(rules({ ...restored(use('key_revoked', 70, 80)), keys })).toEqual([])
    expect(rules({ ...restored(use('key_revoked', 30, 40)), keys })).toEqual(['wrong'])
  })
})
