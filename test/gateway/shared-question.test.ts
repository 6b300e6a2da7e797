import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSharedQuestion } from '../../src/gateway/shared-question.ts'
import { requestIdOf } from '../../src/http/request-id.ts'
import { type CompiledKey, compileKey } from '../../src/keys/access.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { AuthorityUnavailableError } from '../../src/stores/object-call.ts'

const TIMEOUT_MS = 1_000
const ASKER = { lookupId: 'lookup-id', requestId: requestIdOf(new Headers()) }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function copyOf(keyId: string): CompiledKey {
  return compileKey(toStored({ kind: 'tombstone', revision: 1, keyId }), Infinity)
}

interface Question {
  readonly place: number
  readonly atMs: number
}

/** Somebody whose n-th answer takes `answerMs(n)` and is the number n. */
function start(answerMs: (n: number) => number = () => 1, waitForTurn = wait) {
  const questions: Question[] = []
  const outliving: Promise<void>[] = []
  let place = 0
  const faults = new Map<number, Error>()
  const askShared = createSharedQuestion<number>({
    async ask() {
      const n = questions.push({ place: ++place, atMs: Date.now() })
      await wait(answerMs(n))
      const fault = faults.get(n)
      if (fault !== undefined) throw fault
      return n
    },
    timeoutMs: TIMEOUT_MS,
    spacingMs: { least: 1, longest: 100, divisor: 8 },
    later: (promise) => void outliving.push(promise),
    wait: waitForTurn,
    nowMs: () => Date.now(),
  })
  const askAbout = (copy: CompiledKey) => askShared({ ...ASKER, copy })
  return { askAbout, questions, outliving, faults, tick: () => ++place }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

describe('createSharedQuestion()', () => {
  const copy = copyOf('key')

  it('asks at once for whom nobody came before', async () => {
    const { askAbout, questions } = start()
    const asked = askAbout(copy)
    expect(questions).toHaveLength(1)
    await vi.runAllTimersAsync()
    expect(await asked).toBe(1)
  })

  it('asks one question for all who come soon after another, and after the last of them', async () => {
    const { askAbout, questions, outliving } = start(() => 40)
    const first = askAbout(copy)
    await vi.runAllTimersAsync()
    const second = askAbout(copy)
    const early = [askAbout(copy), askAbout(copy)]
    await vi.advanceTimersByTimeAsync(4)
    const late = askAbout(copy)
    expect(questions).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(questions.map(({ atMs }) => atMs - (questions[1]?.atMs ?? 0))).toEqual([-40, 0, 5])
    await vi.runAllTimersAsync()
    expect(await Promise.all([first, second])).toEqual([1, 2])
    expect(await Promise.all([...early, late])).toEqual([3, 3, 3])
    expect(outliving).toHaveLength(1)
  })

  it('asks anew for whom comes after a question, though it is not answered yet', async () => {
    const { askAbout } = start(() => 40)
    const first = askAbout(copy)
    await vi.advanceTimersByTimeAsync(1)
    const second = askAbout(copy)
    await vi.runAllTimersAsync()
    expect([await first, await second]).toEqual([1, 2])
  })

  it.each([
    ['an eighth of what an answer took', 40, 5],
    ['at least 1 ms', 1, 1],
    ['at most 100 ms', 900, 100],
  ])('leaves %s between two questions', async (_, answerMs, spacingMs) => {
    const { askAbout, questions } = start(() => answerMs)
    void askAbout(copy)
    await vi.advanceTimersByTimeAsync(1_000)
    void askAbout(copy)
    void askAbout(copy)
    await vi.runAllTimersAsync()
    const [, second, third] = questions
    expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBe(spacingMs)
  })

  it('tells all who waited for a question that it failed, and holds nobody up for it', async () => {
    const { askAbout, questions, faults } = start()
    faults.set(2, new AuthorityUnavailableError('overloaded'))
    void askAbout(copy)
    const failing = [1, 2].map(() =>
      expect(askAbout(copy)).rejects.toMatchObject({ code: 'overloaded' }),
    )
    await vi.runAllTimersAsync()
    await Promise.all(failing)
    await vi.advanceTimersByTimeAsync(1)
    void askAbout(copy)
    expect(questions).toHaveLength(3)
    await vi.runAllTimersAsync()
  })

  it.each([
    ['fails', 1],
    ['hangs', TIMEOUT_MS],
  ])('asks an authority that %s less and less often', async (_, answerMs) => {
    const { askAbout, questions, faults } = start((n) => (n === 1 ? 1 : answerMs))
    for (let n = 2; n < 1_000; n++) faults.set(n, new AuthorityUnavailableError('timeout'))
    for (let ms = 0; ms < TIMEOUT_MS; ms++) {
      askAbout(copy).catch(() => undefined)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(questions.length).toBeLessThan(60)
    expect((questions.at(-1)?.atMs ?? 0) - (questions.at(-2)?.atMs ?? 0)).toBeGreaterThan(80)
    await vi.runAllTimersAsync()
  })

  it('shares nothing between copies', async () => {
    const { askAbout, questions } = start()
    const asked = [copy, copyOf('key')].map(askAbout)
    expect(questions).toHaveLength(2)
    await vi.runAllTimersAsync()
    expect(await Promise.all(asked)).toEqual([1, 2])
  })

  it('asks for itself where the request that was to ask has ended', async () => {
    const { askAbout, faults } = start()
    faults.set(2, new Error('This promise was created by a request that has since ended'))
    void askAbout(copy)
    const leading = expect(askAbout(copy)).rejects.toThrow('has since ended')
    const waiting = askAbout(copy)
    await vi.runAllTimersAsync()
    await leading
    expect(await waiting).toBe(3)
  })

  it('waits no longer than for one question, where none is ever asked', async () => {
    const { askAbout } = start((n) => (n === 2 ? 100 * TIMEOUT_MS : 1))
    void askAbout(copy)
    void askAbout(copy) // never answered
    const waiting = expect(askAbout(copy)).rejects.toMatchObject({ code: 'timeout' })
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 100)
    await waiting
    const next = askAbout(copy)
    await vi.advanceTimersByTimeAsync(1)
    expect(await next).toBe(3)
  })

  it('goes on where the clock is set back', async () => {
    const { askAbout, questions } = start()
    void askAbout(copy)
    vi.setSystemTime(Date.now() - 60_000)
    void askAbout(copy)
    expect(questions).toHaveLength(2)
    await vi.runAllTimersAsync()
  })

  it('asks for itself at once where no question is asked long after it was due', async () => {
    const waits: (() => void)[] = []
    const { askAbout, questions } = start(
      () => 1,
      () => new Promise((resolve) => void waits.push(resolve)),
    )
    void askAbout(copy)
    const lost = askAbout(copy)
    await vi.advanceTimersByTimeAsync(102)
    const asked = askAbout(copy)
    await vi.advanceTimersByTimeAsync(1)
    expect(await asked).toBe(2)
    waits[0]?.()
    await vi.runAllTimersAsync()
    expect(await lost).toBe(3)
    expect(questions).toHaveLength(3)
  })

  it('judges each by a question that was asked after it had come, soon, and asks few', async () => {
    const schedule = fc.record({
      pausesMs: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 60 }),
      answersMs: fc.array(fc.constantFrom(0, 1, 3, 16, 40, 200), { minLength: 1, maxLength: 20 }),
      timersLateMs: fc.array(fc.constantFrom(0, 0, 1, 2, 7), { minLength: 1, maxLength: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(schedule, async ({ pausesMs, answersMs, timersLateMs }) => {
        let timers = 0
        const { askAbout, questions, tick } = start(
          (n) => answersMs[n % answersMs.length] ?? 0,
          (ms) => wait(ms + (timersLateMs[timers++ % timersLateMs.length] ?? 0)),
        )
        const comers = []
        for (const pauseMs of pausesMs) {
          await vi.advanceTimersByTimeAsync(pauseMs)
          comers.push({ place: tick(), atMs: Date.now(), standing: askAbout(copy) })
        }
        await vi.runAllTimersAsync()
        for (const { place, atMs, standing } of comers) {
          const question = questions[(await standing) - 1]
          expect(question?.place).toBeGreaterThan(place)
          expect((question?.atMs ?? Infinity) - atMs).toBeLessThanOrEqual(200 / 8 + 7)
        }
        for (const [i, { atMs }] of questions.entries()) {
          expect(atMs - (questions[i - 1]?.atMs ?? -Infinity)).toBeGreaterThanOrEqual(1)
        }
      }),
    )
  })
})
