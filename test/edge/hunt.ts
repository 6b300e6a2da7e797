// Hunts for mutants with drawn histories: how many does it take until one of them shows that a rule is broken?

import fc from 'fast-check'
import { check } from './checker.ts'
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
}

export async function hunt(options: HuntOptions): Promise<void> {
  const { bundleDir, seed, histories, lanes, only, onEnd } = options
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
          const [violation] = check(await runHistory(ground, fixtures, one, [name]))
          if (violation === undefined) continue
          found = i + 1
          text = `${violation.rule}: ${violation.text}`
          break
        }
        onEnd(name, found, text)
      }
    } finally {
      await ground.stop()
    }
  }

  await Promise.all(Array.from({ length: Math.min(lanes, waiting.length) }, work))
}
