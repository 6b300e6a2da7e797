// Draws histories from a seed and carries them out, on several grounds side by side, until one of them
// breaks an invariant; that one is then made as small as it gets.

import fc from 'fast-check'
import { check, type Log, type Violation } from './checker.ts'
import { createFixtures, type Fixtures } from './fixtures.ts'
import { type Ground, type GroundOptions, startGround } from './ground.ts'
import { history } from './draw-history.ts'
import { type History, toText } from './history.ts'
import { runHistory } from './run-history.ts'
import { shrink } from './shrink.ts'

export interface ExploreOptions extends GroundOptions {
  readonly seed: number
  readonly histories: number
  /** The number of one history of the seed, to carry out that one alone. */
  readonly only?: number
  /** Grounds to work on at the same time. */
  readonly lanes: number
  /** Violations that count; all when left out. */
  readonly counts?: (violation: Violation) => boolean
  /** A history has failed, and is now repeated. */
  readonly onFailure?: (number: number, report: string) => void
  /**
   * A history that has failed holds each time that it is repeated, as after a moment in which the machine stood
   * still. The others are carried out. Without this function it counts as a failure.
   */
  readonly onFalseAlarm?: (number: number) => void
  readonly onProgress?: (done: number, log: Log) => void
}

export interface Failure {
  /** The number of the history among those of the seed. */
  readonly number: number
  /** The smallest history that was found, what its changes were answered and what was wrong. */
  readonly report: string
}

/** What a race decides does not happen each time. */
const TRIES = 3
/** How often a history is repeated before it counts as a false alarm. */
const REPETITIONS = 10

export async function explore(options: ExploreOptions): Promise<Failure | null> {
  const { seed, histories, only, lanes } = options
  const count = Math.max(histories, (only ?? 0) + 1)
  const drawn = [...fc.sample(history, { seed, numRuns: count }).entries()]
  const waiting = only === undefined ? drawn : drawn.slice(only, only + 1)
  let done = 0
  let failure: Failure | null = null

  async function work(ground: Ground): Promise<void> {
    const fixtures = await createFixtures(ground.secrets, ground.nowMs)
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [number, one] = next
      let report = await carryOut(ground, fixtures, one, options, () => ++done)
      if (report === null) continue
      const failsAgain = async (repeated: History, times: number) => {
        for (let tries = 0; tries < times; tries++) {
          const again = await carryOut(ground, fixtures, repeated, options)
          if (again === null) continue
          report = again
          return true
        }
        return false
      }
      options.onFailure?.(number, report)
      if (options.onFalseAlarm && !(await failsAgain(one, REPETITIONS))) {
        options.onFalseAlarm(number)
        continue
      }
      waiting.length = 0
      await shrink(one, (smaller) => failsAgain(smaller, TRIES))
      failure = { number, report }
    }
  }

  const each = Array.from({ length: lanes }, async () => {
    const ground = await startGround(options)
    try {
      await work(ground)
    } finally {
      await ground.stop()
    }
  })
  await Promise.all(each)
  return failure
}

async function carryOut(
  ground: Ground,
  fixtures: Fixtures,
  one: History,
  { counts = () => true, onProgress }: ExploreOptions,
  count?: () => number,
): Promise<string | null> {
  const log = await runHistory(ground, fixtures, one)
  if (count !== undefined) onProgress?.(count(), log)
  const violations = check(log).filter(counts)
  return violations.length === 0 ? null : toReport(one, log, violations)
}

function toReport(one: History, log: Log, violations: readonly Violation[]): string {
  const changes = log.changes.map(({ start, end, label }) => `${start}–${end} ${label}`)
  const wrong = violations.map(({ rule, text, seconds }) => {
    return seconds === undefined
      ? `${rule}: ${text}`
      : `${rule} by ${seconds.toFixed(1)} s: ${text}`
  })
  return [toText(one), 'changes, by start and end:', ...changes, 'violations:', ...wrong].join('\n')
}
