// GET /health: whether the gateway reaches what it needs. Needs no session, so it must not be a lever:
// a flood of it waits for what the probes of others find.

import { Hono } from 'hono'
import type { AddressSymptom } from '../keys/client-address.ts'
import { withTimeout } from '../time-limit.ts'
import { type AdminEnv, refuse } from './context.ts'

const HEALTH_PARTS = ['libsql', 'kv', 'authority'] as const
type HealthPart = (typeof HEALTH_PARTS)[number]
export type Health = Readonly<Record<HealthPart, 'ok' | 'down'>>

export interface HealthDeps {
  /** Each rejects where its part cannot be reached. */
  readonly probes: Readonly<Record<HealthPart, () => Promise<unknown>>>
  /** What this isolate has lately seen of clients' addresses that shows a wrong set-up of Cloudflare. */
  readonly addressSymptoms: () => readonly AddressSymptom[]
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/** An answer is due within 2 s, whatever hangs. */
const PROBE_MS = 1_500
const ANSWER_MS = 1_700
const POLL_MS = 50
const PROBES_A_SECOND = 10
/** Of whom nothing was heard in time. */
const UNKNOWN: Health = { libsql: 'down', kv: 'down', authority: 'down' }

export function healthRoutes(deps: HealthDeps): Hono<AdminEnv> {
  const recent: number[] = []
  let last: { readonly health: Health; readonly atMs: number } | undefined

  async function judged(): Promise<Health> {
    const now = deps.nowMs()
    while (recent[0] !== undefined && now - recent[0] >= 1_000) recent.shift()
    if (recent.length >= PROBES_A_SECOND) return await overheard(now)
    recent.push(now)
    const probed = probeAll(deps)
    // Behind the answer too: a client that goes away takes its request along, but not what others wait for.
    deps.later(noted(probed))
    return await probed
  }

  async function noted(probed: Promise<Health>): Promise<void> {
    last = { health: await probed, atMs: deps.nowMs() }
  }

  /** What others have found within the last second, or find while this waits. */
  async function overheard(arrivedMs: number): Promise<Health> {
    while (deps.nowMs() - arrivedMs < ANSWER_MS) {
      if (last !== undefined && arrivedMs - last.atMs < 1_000) return last.health
      await deps.wait(POLL_MS) // by a timer of its own: a request must not await another's promise
    }
    return UNKNOWN
  }

  return new Hono<AdminEnv>().get('/', async function showHealth(c) {
    const health = await judged()
    const down = HEALTH_PARTS.filter((part) => health[part] === 'down')
    if (down.length > 0) return refuse(c, { reason: 'unhealthy', down, health })
    const symptoms = deps.addressSymptoms()
    const seen = symptoms.length === 0 ? {} : { client_address: symptoms }
    return c.json({ status: 'ok', ...health, ...seen } as const)
  })
}

async function probeAll({ probes }: HealthDeps): Promise<Health> {
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
  return Object.fromEntries(states) as Health
}
