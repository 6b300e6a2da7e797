// The limits of keys at several locations, with faults: what reaches the upstream in a window is counted there. And
// the same with planted bugs, each of which must show.

import { describe, expect, it } from 'vitest'
import { PASSWORD, type TestKey } from './fixtures.ts'
import { type Location, LOCATIONS } from './ground.ts'
import { LIMIT_MUTANTS, withLimitMutants } from './limit-mutants.ts'
import { check } from './checker.ts'
import { plainHistory, type Step } from './history.ts'
import { runHistory } from './run-history.ts'
import { openScene } from './scene.ts'
import { AUTHORITY_FAULTS } from './sim/faults.ts'
import type { Limit } from './verdict.ts'

const scene = openScene({ leaseRealMs: 400, patch: withLimitMutants })

/** A window that no test outlives. */
const DAY = 86_400
const REQUESTS = 20
/** So many that locations take some ahead. */
const MANY = 250
const LOSING: ReadonlySet<string> = new Set(['reset', 'mute', 'forgetful', 'answers late', 'late'])

async function limit(requests: number, per_seconds: number) {
  const answer = await scene.patch({ rate_limit: { requests, per_seconds } })
  expect(answer.status, answer.text).toBe(200)
}

async function turnOn(names: readonly string[]) {
  await scene.ground.command({ turnOn: { all: names } })
}

/** Clients that send one request after the other at each location. Answers the statuses. */
async function flood(count: number, key: TestKey = scene.key): Promise<number[]> {
  const clients = LOCATIONS.flatMap((at) => [at, at, at])
  const statuses = clients.map(async (at) => {
    const seen: number[] = []
    while (seen.length < count) seen.push((await scene.send(at, key)).status)
    return seen
  })
  return (await Promise.all(statuses)).flat()
}

/** The times at which requests reach the upstream, from now on. */
function watchUpstream(): number[] {
  const times: number[] = []
  scene.ground.upstream.answerWith((_, response) => {
    times.push(scene.ground.nowMs())
    response.end()
  })
  return times
}

const OUTCOMES = new Set([200, 429, 503])

async function floodWithFault(at: Location, authority: (typeof AUTHORITY_FAULTS)[number]) {
  await limit(REQUESTS, DAY)
  const times = watchUpstream()
  await flood(1)
  await scene.ground.command({ at, authority })
  const during = flood(3)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await scene.ground.command({ heal: true })
  const statuses = [...(await during), ...(await flood(2))]
  expect(statuses.filter((status) => !OUTCOMES.has(status))).toEqual([])
  return times.length
}

async function floodWithRestart(event: 'restart' | 'supersede') {
  await limit(REQUESTS, DAY)
  const times = watchUpstream()
  await flood(1)
  for (let i = 0; i < 3; i++) {
    await scene.ground.command({ [event]: scene.key.lookupId })
    await flood(1)
  }
  return times.length
}

/** How many requests of a flood reach the upstream. */
async function countFlood(times: readonly number[], count: number): Promise<number> {
  const before = times.length
  await flood(count)
  return times.length - before
}

/** Two windows in turn. Answers what reached the upstream in the second one, of as many as the limit and more. */
async function useTwoWindows(requests: number, first: number, second: number): Promise<number> {
  await limit(requests, 60)
  const times = watchUpstream()
  await flood(first)
  await scene.ground.command({ passSeconds: 61 })
  return await countFlood(times, second)
}

describe('a limit holds', () => {
  it.each(AUTHORITY_FAULTS)('through a fault on the way of one location: %s', async (fault) => {
    const count = await floodWithFault('fra', fault)
    expect(count).toBeLessThanOrEqual(REQUESTS)
    // What an answer that is lost has granted is lost.
    expect(count).toBeGreaterThanOrEqual(LOSING.has(fault) ? REQUESTS / 2 : REQUESTS)
  })

  it.each(['restart', 'supersede'] as const)('through a %s of its authority', async (event) => {
    expect(await floodWithRestart(event)).toBe(REQUESTS)
  })

  it.each([
    { stepMs: -5_000 },
    { stepMs: 60_000 },
    { stands: true },
    { rate: 0.8 },
    { rate: 1.2 },
  ] as const)('in each window where the clock of a location is wrong: %j', async (change) => {
    await limit(REQUESTS, 60)
    const times = watchUpstream()
    expect(await countFlood(times, 3)).toBe(REQUESTS)
    await scene.ground.command({ clocks: { fra: change } })
    await scene.ground.command({ passSeconds: 30 })
    expect(await countFlood(times, 2)).toBe(0)
    await scene.ground.command({ passSeconds: 31 })
    expect(await countFlood(times, 4)).toBe(REQUESTS)
  })

  it('in each window where locations have taken some ahead', async () => {
    expect(await useTwoWindows(MANY, 16, 40)).toBeLessThanOrEqual(MANY)
  })

  it('when the clock of its authority is set back', async () => {
    await limit(REQUESTS, DAY)
    const times = watchUpstream()
    await flood(3)
    await scene.ground.command({
      authorityClocks: { [scene.key.lookupId]: { stepMs: -3_600_000 } },
    })
    await flood(2)
    expect(times).toHaveLength(REQUESTS)
  })

  it('for both tokens of a key, and once the first one has ended', async () => {
    expect(await floodBothTokens()).toBe(REQUESTS)
  })
})

async function floodBothTokens(): Promise<number> {
  await limit(REQUESTS, DAY)
  const times = watchUpstream()
  await flood(1)
  const body = JSON.stringify({ password: PASSWORD, overlap_seconds: 3_600 })
  const rotated = await scene.ground.send('ams', `/admin/api/v1/keys/${scene.key.id}/rotation`, {
    method: 'POST',
    headers: { Cookie: scene.owner.cookie, 'Content-Type': 'application/json' },
    body,
  })
  expect(rotated.status).toBe(201)
  const second = { ...scene.key, token: String(rotated.json['access_token']) }
  await flood(1, second)
  await flood(1)
  await scene.ground.send('ams', `/admin/api/v1/keys/${scene.key.id}/rotation`, {
    method: 'DELETE',
    headers: { Cookie: scene.owner.cookie },
  })
  await flood(2, second)
  return times.length
}

const floodOf = (times: number, locations: readonly Location[] = LOCATIONS): Step => {
  return { do: 'flood', key: 'k1', from: 'office', locations, times, goesOn: false }
}
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
  'what was granted is given back': async () => (await floodWithFault('fra', 'none')) > REQUESTS,
  'a restart forgets what was granted': async () => (await floodWithRestart('restart')) > REQUESTS,
  'an allowance is spent twice': async () => (await floodWithFault('fra', 'none')) > REQUESTS,
  'each token has a window of its own': async () => (await floodBothTokens()) > REQUESTS,
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
    isSeenIn('a window ends too early', '10/10', [floodOf(2), pass(9.3), floodOf(2)]),
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
    for (let i = 0; i < 3; i++) {
      await scene.send('ams', scene.key)
      await scene.ground.command({ passSeconds: 10 })
    }
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
