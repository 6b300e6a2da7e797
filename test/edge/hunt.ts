// Hunts for mutants with drawn histories: how many does it take until one of them shows that a rule is broken? It
// counts when it shows again, and not without the mutant.

import fc from 'fast-check'
import { check, type Violation } from './checker.ts'
import { type Confirmed, confirm } from './confirm.ts'
import { history } from './draw-history.ts'
import { createFixtures } from './fixtures.ts'
import { startGround } from './ground.ts'
import { LIMIT_MUTANTS, withLimitMutants } from './limit-mutants.ts'
import { MUTANTS, withMutants } from './mutants.ts'
import { runHistory } from './run-history.ts'

export interface HuntOptions {
  readonly bundleDir: string
  readonly seed: number
  /** How many histories are tried for each mutant. */
  readonly histories: number
  readonly lanes: number
  /** Only mutants whose names contain one of these. */
  readonly only: readonly string[]
  /** `histories`: how many it took, or null where none found it. */
  readonly onEnd: (mutant: string, histories: number | null, violation: string) => void
  /** A history was broken once, and the mutant was not what broke it. */
  readonly onFalseAlarm: (
    mutant: string,
    history: number,
    why: Exclude<Confirmed, 'found'>,
    violation: string,
  ) => void
}

export async function hunt(options: HuntOptions): Promise<void> {
  const { bundleDir, seed, histories, lanes, only, onEnd, onFalseAlarm } = options
  const drawn = fc.sample(history, { seed, numRuns: histories })
  const names = [...MUTANTS.map(({ name }) => name), ...LIMIT_MUTANTS]
  const waiting = names.filter((name) => only.some((part) => name.includes(part)))
  const patch = (bundle: string) => withLimitMutants(withMutants(bundle))

  async function work(): Promise<void> {
    const ground = await startGround({ bundleDir, patch })
    const fixtures = await createFixtures(ground.secrets, ground.nowMs)
    try {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        let found: number | null = null
        let text = ''
        for (const [i, one] of drawn.entries()) {
          const run = async (hasMutant: boolean) =>
            check(await runHistory(ground, fixtures, one, hasMutant ? [name] : []))
          const [violation] = await run(true)
          if (violation === undefined) continue
          text = toText(violation)
          const confirmed = await confirm(run)
          if (confirmed === 'found') {
            found = i + 1
            break
          }
          onFalseAlarm(name, i + 1, confirmed, text)
        }
        onEnd(name, found, text)
      }
    } finally {
      await ground.stop()
    }
  }

  await Promise.all(Array.from({ length: Math.min(lanes, waiting.length) }, work))
}

function toText({ rule, text }: Violation): string {
  return `${rule}: ${text}`
}
