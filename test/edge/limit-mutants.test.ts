// Bugs that are planted into the limits of keys, each of which must show. limits.test.ts shows that they hold.

import { describe, expect, it } from 'vitest'
import { createFloods, DAY } from './floods.ts'
import { type Location, LOCATIONS } from './ground.ts'
import { LIMIT_MUTANTS, withLimitMutants } from './limit-mutants.ts'
import { check } from './checker.ts'
import { plainHistory, type Step } from './history.ts'
import { runHistory } from './run-history.ts'
import { openScene } from './scene.ts'
import type { Limit } from './verdict.ts'

const scene = openScene({ leaseRealMs: 400, patch: withLimitMutants })
const { limit, watchUpstream, floodBothTokens, floodWithRestart, floodWithFault } =
  createFloods(scene)

const REQUESTS = 20

async function turnOn(names: readonly string[]) {
  await scene.ground.command({ turnOn: { all: names } })
}

// What comes late only does so where time runs.
it.each(['answers slowly', 'answers late'] as const)('a limit holds through: %s', async (fault) => {
  expect(await floodWithFault(REQUESTS, 'fra', fault)).toBeLessThanOrEqual(REQUESTS)
})

const floodOf = (times: number, locations: readonly Location[] = LOCATIONS): Step => {
  return { do: 'flood', key: 'k1', from: 'office', locations, times, goesOn: false }
}
const made = { at: 'ams', goesOn: false, diesAfter: null, isTried: false } as const
const edit = (acl: 'home'): Step => ({ do: 'edit', key: 'k1', acl, ...made })
const pass = (seconds: number): Step => ({ do: 'pass', seconds })

/** Whether the checker finds that a limit was broken in a history. */
async function isSeenIn(mutant: string, first: Limit, steps: readonly Step[]): Promise<boolean> {
  const { ground, fixtures } = scene
  const history = plainHistory({ limits: [first, 'none', 'none'], steps })
  const violations = check(await runHistory(ground, fixtures, history, [mutant]))
  return violations.some(({ rule }) => rule === 'limit')
}

/** What shows a planted bug: true if it was seen. */
const SHOWS: Readonly<Record<string, () => Promise<boolean>>> = {
  'what was granted is given back': async () =>
    (await floodWithFault(REQUESTS, 'fra', 'none')) > REQUESTS,
  'a restart forgets what was granted': async () =>
    (await floodWithRestart(REQUESTS, 'restart')) > REQUESTS,
  'an allowance is spent twice': async () =>
    (await floodWithFault(REQUESTS, 'fra', 'none')) > REQUESTS,
  'a denied address spends one': () =>
    isSeenIn('a denied address spends one', '90/86400', [
      floodOf(1),
      edit('home'),
      pass(10),
      floodOf(2),
    ]),
  'a request that is refused for another reason spends one': () =>
    isSeenIn('a request that is refused for another reason spends one', '90/86400', [
      floodOf(1),
      { do: 'switch', key: 'k1', to: 'off', ...made },
      pass(10),
      floodOf(2),
    ]),
  'each token has a window of its own': async () => (await floodBothTokens(REQUESTS)) > REQUESTS,
  'an allowance is spent after its lease': () =>
    isSeenIn('an allowance is spent after its lease', '250/86400', [
      floodOf(20, ['fra']),
      pass(60),
      floodOf(4, ['fra']),
    ]),
  'an allowance is spent after its window': () => {
    const overABoundary = [floodOf(16, ['fra']), pass(0.4), floodOf(2, ['fra'])]
    const steps = [...overABoundary, ...overABoundary, ...overABoundary]
    return isSeenIn('an allowance is spent after its window', '250/1', steps)
  },
  'a window ends too early': () =>
    isSeenIn('a window ends too early', '10/60', [floodOf(2), pass(56), floodOf(2)]),
  'a question that is asked again is not counted': () =>
    isSeenIn('a question that is asked again is not counted', '10/60', [floodOf(4)]),
  'an answer that is lost is spent': () =>
    isSeenIn('an answer that is lost is spent', '90/86400', [
      floodOf(2),
      { do: 'authority', at: 'fra', fault: 'unreachable', calls: 'all' },
      floodOf(4, ['fra']),
    ]),
  async 'a GET is sent on before it may be'() {
    await limit(1, DAY)
    const times = watchUpstream()
    await scene.ground.command({ at: 'ams', authority: 'slow' }) // a refusal would end the GET on its way
    for (let i = 0; i < 3; i++) {
      await scene.send('ams', scene.key)
      await scene.ground.command({ passSeconds: 10 })
    }
    await scene.ground.command({ heal: true })
    return times.length > 1
  },
  async 'fields of the upstream are replaced'() {
    await limit(REQUESTS, DAY)
    scene.ground.upstream.answerWith((_, response) => {
      response.setHeader('RateLimit', '"upstream";r=1;t=1')
      response.end()
    })
    const { headers } = await scene.send('ams', scene.key)
    return !String(headers['ratelimit']).includes('"upstream"')
  },
}

describe.each(LIMIT_MUTANTS)('%s', (name) => {
  it('is seen', async () => {
    await turnOn([name])
    try {
      const shows = SHOWS[name]
      expect(shows).toBeDefined()
      // A busy machine may be late for it.
      let seen = false
      for (let tries = 0; tries < 4 && !seen; tries++) seen = (await shows?.()) === true
      expect(seen).toBe(true)
    } finally {
      await turnOn([])
    }
  })
})
