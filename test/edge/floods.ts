// Floods of requests with a key that has a limit, for tests that count what reaches the upstream.

import { expect } from 'vitest'
import { PASSWORD, type TestKey } from './fixtures.ts'
import { type Location, LOCATIONS } from './ground.ts'
import type { Scene } from './scene.ts'
import type { AuthorityFault } from './sim/faults.ts'

/** A window that no test outlives. */
export const DAY = 86_400
const OUTCOMES = new Set([200, 429, 503])
const CLIENTS_AT_EACH = 3

export function createFloods(scene: Scene) {
  async function limit(requests: number, per_seconds: number): Promise<void> {
    const answer = await scene.patch({ rate_limit: { requests, per_seconds } })
    expect(answer.status, answer.text).toBe(200)
  }

  /** Clients that send one request after the other at each location. Answers the statuses. */
  async function flood(
    count: number,
    key: TestKey = scene.key,
    locations: readonly Location[] = LOCATIONS,
  ): Promise<number[]> {
    const clients = locations.flatMap((at) => Array.from({ length: CLIENTS_AT_EACH }, () => at))
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

  /** Answers how many requests reached the upstream, of more than the limit. */
  async function floodWithFault(requests: number, at: Location, authority: AuthorityFault) {
    await limit(requests, DAY)
    const times = watchUpstream()
    await flood(1)
    await scene.ground.command({ at, authority })
    const during = flood(2, scene.key, [at])
    const elsewhere = LOCATIONS.filter((other) => other !== at)
    const statuses = await flood(1, scene.key, elsewhere)
    await scene.ground.command({ heal: true })
    statuses.push(...(await during), ...(await flood(4)))
    expect(statuses.filter((status) => !OUTCOMES.has(status))).toEqual([])
    return times.length
  }

  async function floodWithRestart(requests: number, event: 'restart' | 'supersede') {
    await limit(requests, DAY)
    const times = watchUpstream()
    await flood(1)
    for (let i = 0; i < 3; i++) {
      await scene.ground.command({ [event]: scene.key.lookupId })
      await flood(1)
    }
    return times.length
  }

  async function floodBothTokens(requests: number): Promise<number> {
    await limit(requests, DAY)
    const times = watchUpstream()
    await flood(1)
    const rotate = async (method: string, body = '') => {
      await scene.ground.command({ passSeconds: 10 }) // no lease is left to wait for
      return await scene.ground.send('ams', `/admin/api/v1/keys/${scene.key.id}/rotation`, {
        method,
        headers: { Cookie: scene.owner.cookie, 'Content-Type': 'application/json' },
        body,
      })
    }
    const body = JSON.stringify({ password: PASSWORD, overlap_seconds: 3_600 })
    const rotated = await rotate('POST', body)
    expect(rotated.status).toBe(201)
    const second = { ...scene.key, token: String(rotated.json['access_token']) }
    await flood(1, second)
    await flood(1)
    await rotate('DELETE')
    await flood(2, second)
    return times.length
  }

  return { limit, flood, watchUpstream, floodWithFault, floodWithRestart, floodBothTokens }
}
