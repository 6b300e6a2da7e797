// The ground can see: each way of breaking the protocol is found by a history that is clean without it. That drawn
// histories find them too, `npm run edge -- --mutants` shows.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { check, type Violation } from './checker.ts'
import { createFixtures, type Fixtures } from './fixtures.ts'
import { type Ground, startGround } from './ground.ts'
import { plainHistory } from './history.ts'
import { SCRIPTS } from './mutant-scripts.ts'
import { MUTANTS, withMutants } from './mutants.ts'
import { runHistory } from './run-history.ts'
import { TIME } from './script-steps.ts'

let ground: Ground
let fixtures: Fixtures

beforeAll(async () => {
  ground = await startGround({ bundleDir: inject('bundleDir'), ...TIME, patch: withMutants })
  fixtures = await createFixtures(ground.secrets, ground.nowMs)
})
afterAll(() => ground.stop())

/** A busy machine is late for what shows within a tenth of a second. */
const TRIES = 8

async function violationsOf(name: string, turnedOn: readonly string[]): Promise<Violation[]> {
  const { rule: _, ...script } = SCRIPTS[name] ?? { steps: [] }
  return check(await runHistory(ground, fixtures, plainHistory(script), turnedOn))
}

describe.each(MUTANTS.map(({ name }) => name))('%s', (name) => {
  it('is what breaks a history that holds without it', async () => {
    expect(await violationsOf(name, [])).toEqual([])
    const { rule = 'stale' } = SCRIPTS[name] ?? {}
    let found: Violation[] = []
    for (let tries = 0; tries < TRIES && !found.some((one) => one.rule === rule); tries++) {
      found = await violationsOf(name, [name])
    }
    expect(found).toContainEqual(expect.objectContaining({ rule }))
  })
})
