import { describe, expect, it } from 'vitest'
import { type CachedKey, findCachedKey } from '../../src/gateway/cached-key.ts'
import { createClockGuard } from '../../src/gateway/clock-guard.ts'
import { createQuestions } from '../../src/gateway/questions.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { noUse, type UseReport } from '../../src/keys/use.ts'
import { createIsolateCache } from '../../src/stores/isolate-cache.ts'
import type { Answered } from '../../src/stores/key-authority/key-authority.ts'
import type { Question, RecordIdentity } from '../../src/stores/key-authority/question.ts'
import { createManualClock, settled } from '../support/manual-clock.ts'
import { KEY, LOOKUP_ID, TIMEOUT } from './samples.ts'

const NOW = 1_000_000
const TERM = 1_000
const USE: UseReport = { ...noUse(), sentMs: NOW, allowed: 3 }

describe('createQuestions()', () => {
  it('numbers the questions', async () => {
    const { questions, ask } = start()
    const came = questions.newest()
    expect((await ask()).question).toBe(came + 1)
    const [second, third] = [ask(), ask()]
    expect(questions.newest()).toBe(came + 3)
    expect([(await second).question, (await third).question]).toEqual([came + 2, came + 3])
  })

  it('asks about the cached record, and passes the answer on', async () => {
    const { ask, asked, clock, answer } = start()
    answer.leaseMs = 700
    expect(await ask()).toMatchObject({ ...answer, askedMs: NOW })
    await clock.pass(5)
    await ask({ identity: null })
    expect(asked).toMatchObject([
      { cached: toStored(KEY), askedMs: NOW },
      { cached: null, askedMs: NOW + 5 },
    ])
  })

  it('wants a lease for a key about which it asked within the last term', async () => {
    const { ask, asked, clock } = start()
    await ask()
    await clock.pass(TERM)
    await ask()
    await clock.pass(TERM + 1)
    await ask()
    expect(asked.map(({ leaseMs }) => leaseMs)).toEqual([0, TERM, 0])
  })

  it.each([
    ['if it is of no use', {}, false],
    ['if the clock cannot be trusted', { isTrusted: false }, true],
    ['if leases are off', { termMs: 0 }, true],
  ])('wants none %s', async (_, options, mayLease) => {
    const { ask, asked } = start(options)
    for (let i = 0; i < 3; i++) {
      const { leaseEnds } = await ask({ mayLease })
      expect(leaseEnds).toBeNull()
    }
    expect(asked.map(({ leaseMs }) => leaseMs)).toEqual([0, 0, 0])
  })

  it('wants none if the last answer took a whole term, as the next one may', async () => {
    const { ask, asked, answer, clock } = start()
    answer.objectMs = NOW
    for (const tripMs of [TERM, TERM - 1, 1]) {
      answer.delayMs = tripMs
      const answered = ask()
      await clock.pass(tripMs)
      await answered
      answer.objectMs += tripMs
    }
    expect(asked.map(({ leaseMs }) => leaseMs)).toEqual([0, 0, TERM])
  })

  it('ends a lease by a timer that starts before it asks', async () => {
    const { ask, clock, answer } = start()
    await ask()
    answer.delayMs = 400
    let ended = false
    const leased = ask().then(({ leaseEnds }) => leaseEnds?.then(() => (ended = true)))
    await clock.passFrozen(TERM - 1)
    await settled()
    expect(ended).toBe(false)
    await clock.passFrozen(1)
    await leased
    expect(ended).toBe(true)
  })

  it('takes what is to be reported along, once', async () => {
    const { ask, asked, answer, reports, unwritten } = start()
    reports.push(USE)
    answer.unwrittenMs = 9_000
    await ask()
    await ask()
    reports.push(USE)
    await ask({ identity: null })
    expect(asked.map(({ use }) => use)).toEqual([USE, null, USE])
    expect(unwritten).toEqual([
      [true, 9_000],
      [true, 9_000],
    ])
  })

  it('rejects as the authority does, and lets the question outlive its request', async () => {
    const { ask, answer, later } = start()
    await ask()
    answer.error = TIMEOUT
    await expect(ask()).rejects.toBe(TIMEOUT)
    expect(later).toHaveLength(2)
    expect(await Promise.all(later)).toEqual([undefined, undefined])
  })
})

describe('createQuestions(), the questions on their way', () => {
  it('are counted by cached record, until their answers or failures come', async () => {
    const { questions, cached, ask, answer, newCached } = start()
    const asked = [ask(), ask({ identity: null }), ask({ cached: newCached() })]
    expect(questions.countOnTheirWay(cached)).toBe(2)
    answer.error = TIMEOUT
    const failing = ask()
    expect(questions.countOnTheirWay(cached)).toBe(3)
    await Promise.allSettled([...asked, failing])
    expect(questions.countOnTheirWay(cached)).toBe(0)
  })

  it.each([0, -3_600_000])(
    'are lost after the time limit, by a clock that jumped %i',
    async (ms) => {
      const { questions, cached, ask, answer, clock } = start()
      answer.delayMs = Infinity
      for (let i = 0; i < 8; i++) void ask()
      await clock.pass(1_000)
      expect(questions.countOnTheirWay(cached)).toBe(8)
      clock.jump(ms)
      await clock.pass(1)
      expect(questions.countOnTheirWay(cached)).toBe(0)
    },
  )

  it('are not less than none if an answer comes after all', async () => {
    const { questions, cached, ask, answer, clock } = start()
    answer.delayMs = 2_000
    const late = ask()
    await clock.pass(1_500)
    answer.delayMs = 0
    await Promise.all([ask(), clock.pass(0)])
    expect(questions.countOnTheirWay(cached)).toBe(0)
    await clock.pass(500)
    await late
    expect(questions.countOnTheirWay(cached)).toBe(0)
  })
})

describe('createQuestions(), the clock of the object', () => {
  it.each([
    ['it says nothing', [null, null], 0],
    ['it agrees', [NOW, NOW + 10_000], 0],
    ['it went on for longer', [NOW, NOW + 20_000], 1],
    ['it went on for less', [NOW, NOW], 1],
    ['it disagrees with the answer before the last', [NOW, null, NOW], 1],
  ])('is compared with the clock here: %s', async (_, objectTimes, faults) => {
    const { ask, answer, clock, clockFaults } = start()
    for (const objectMs of objectTimes) {
      answer.objectMs = objectMs
      await ask()
      await clock.pass(10_000)
    }
    expect(clockFaults).toHaveLength(faults)
  })
})

describe('what is counted', () => {
  const newer = toStored({ ...KEY, revision: KEY.revision + 1 })
  const unknown = { kind: 'unknown', word: 'x' } as const

  it.each([
    ['a current record', { says: 'current' }, 'current'],
    ['a newer record', { says: newer }, 'newer'],
    ['an authority that holds nothing', { says: unknown }, 'unknown'],
    ['an authority that cannot be asked', { error: new Error('no') }, 'failed'],
  ] as const)('is the answer: %s', async (_, given, result) => {
    const { ask, answer, counted } = start()
    Object.assign(answer, given)
    await ask().catch(() => undefined)
    expect(counted).toEqual([result])
  })

  it('is each lease that was asked for: granted, renewed, declined', async () => {
    const { ask, answer, cached, clock, counted } = start()
    await ask() // the first question asks for none
    answer.leaseMs = TERM
    await ask()
    cached.believedUntilMs = clock.nowMs() + TERM
    await ask()
    cached.believedUntilMs = -Infinity
    answer.leaseMs = 0
    await ask()
    const leases = counted.filter((event) => event !== 'current')
    expect(leases).toEqual(['granted', 'renewed', 'declined'])
  })
})

function start({ termMs = TERM, isTrusted = true } = {}) {
  const clock = createManualClock(NOW)
  const asked: Question[] = []
  const reports: UseReport[] = []
  const unwritten: [boolean, number][] = []
  const later: Promise<void>[] = []
  const clockFaults: unknown[] = []
  const counted: string[] = []
  const answer: {
    -readonly [Member in keyof Answered]: Answered[Member]
  } & { delayMs?: number; error?: Error } = {
    says: 'current',
    leaseMs: 0,
    objectMs: null,
    unwrittenMs: 0,
    granted: null,
  }
  const guard = createClockGuard(termMs, (_, error) => void clockFaults.push(error))
  const questions = createQuestions({
    authorities: {
      async ask(_, question) {
        asked.push(question)
        const { delayMs, error, ...answered } = answer
        if (delayMs !== undefined) await clock.wait(delayMs)
        if (error !== undefined) throw error
        return answered
      },
    },
    termMs,
    timeoutMs: 1_000,
    clock: isTrusted ? guard : { ...guard, isTrusted: () => false },
    metrics: {
      noteQuestion: (result) => void counted.push(result),
      noteLease: (event) => void counted.push(event),
    },
    takeUse: () => reports.pop() ?? null,
    noteReported: (cached, unwrittenMs) => void unwritten.push([cached === own, unwrittenMs]),
    later: (promise) => void later.push(promise),
    wait: clock.wait,
    nowMs: clock.nowMs,
  })
  const newCached = () => findCachedKey(createIsolateCache({ entries: 1, bytes: 1e6 }), LOOKUP_ID)
  const own = newCached()
  const ask = (
    more: { cached?: CachedKey; identity?: RecordIdentity | null; mayLease?: boolean } = {},
  ) => {
    const { cached = own, identity = toStored(KEY), mayLease = true } = more
    return questions.ask(LOOKUP_ID, cached, identity, mayLease, null)
  }
  return {
    questions,
    cached: own,
    newCached,
    ask,
    asked,
    answer,
    clock,
    counted,
    reports,
    unwritten,
    later,
    clockFaults,
  }
}
