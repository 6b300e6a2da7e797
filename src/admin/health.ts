// GET /health: whether the gateway reaches its stores. It needs no session, so a flood of it must be cheap:
// each isolate probes at most once a second.

import { Hono } from 'hono'
import type { AddressSymptom } from '../keys/client-address.ts'
import { withTimeout } from '../shared/time-limit.ts'
import { type AdminEnv, refuse } from './context.ts'

const HEALTH_PARTS = ['libsql', 'kv', 'authority'] as const
type HealthPart = (typeof HEALTH_PARTS)[number]
export type Health = Readonly<Record<HealthPart, 'ok' | 'down'>> & {
  /** Only present if the database belongs to another deployment. */
  readonly database?: 'foreign'
}

export interface HealthDeps {
  /** Each probe rejects if its part cannot be reached. */
  readonly probes: Readonly<Record<HealthPart, () => Promise<unknown>>>
  /** What the last probe of libSQL found. */
  readonly isForeignDatabase: () => boolean
  /** Signs of a wrongly set up Cloudflare zone that this isolate has seen lately. */
  readonly addressSymptoms: () => readonly AddressSymptom[]
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/** Together they keep an answer within 2 s, even if a store hangs. */
const PROBE_MS = 1_500
const ANSWER_MS = 1_700
/** How long a result is used for further requests. */
const KEPT_MS = 1_000
const POLL_MS = 20
/** The answer if no result came in time, such as after the request that probed was cancelled. */
const UNKNOWN: Health = { libsql: 'down', kv: 'down', authority: 'down' }

export function healthRoutes(deps: HealthDeps): Hono<AdminEnv> {
  let last = { health: UNKNOWN, atMs: Number.NEGATIVE_INFINITY }
  let probingSinceMs = Number.NEGATIVE_INFINITY

  /** Runs one probe at a time, and none while the last result is fresh. */
  async function currentHealth(): Promise<Health> {
    const arrivedMs = deps.nowMs()
    const isKnown = () => arrivedMs - last.atMs < KEPT_MS
    if (!isKnown() && arrivedMs - probingSinceMs >= ANSWER_MS) {
      probingSinceMs = arrivedMs
      deps.later(probe())
    }
    // Polls with a timer of its own, because a request must not await another request's promise.
    while (!isKnown() && deps.nowMs() - arrivedMs < ANSWER_MS) await deps.wait(POLL_MS)
    return isKnown() ? last.health : UNKNOWN
  }

  async function probe(): Promise<void> {
    last = { health: await probeAll(deps), atMs: deps.nowMs() }
    probingSinceMs = Number.NEGATIVE_INFINITY
  }

  return new Hono<AdminEnv>().get('/', async function showHealth(c) {
    const health = await currentHealth()
    const down = HEALTH_PARTS.filter((part) => health[part] === 'down')
    const isForeign = health.database === 'foreign'
    if (down.length > 0 || isForeign) return refuse(c, { reason: 'unhealthy', down, health })
    const symptoms = deps.addressSymptoms()
    const seen = symptoms.length === 0 ? {} : { client_address: symptoms }
    const { libsql, kv, authority } = health
    return c.json({ status: 'ok', libsql, kv, authority, ...seen } as const)
  })
}

async function probeAll({ probes, isForeignDatabase }: HealthDeps): Promise<Health> {
  const states = await Promise.all(
    HEALTH_PARTS.map(async (part) => {
      try {
        await withTimeout(probes[part](), PROBE_MS, () => new Error('no answer in time'))
        return [part, 'ok'] as const
      } catch {
        return [part, 'down'] as const
      }
    }),
  )
  const health = Object.fromEntries(states) as Record<HealthPart, 'ok' | 'down'>
  return isForeignDatabase() ? { ...health, database: 'foreign' } : health
}
