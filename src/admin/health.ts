// GET /health: whether the gateway reaches its stores and finishes what is pending. It needs no session, so a
// flood of it must be cheap: each isolate probes at most once a second.

import { Hono } from 'hono'
import type { Expiry } from '../configuration/expiries.ts'
import type { DeployedVersion } from '../configuration/version.ts'
import type { Progress } from '../db/progress-queries.ts'
import type { AddressSymptom } from '../keys/client-address.ts'
import type { LogFault } from '../log/fault.ts'
import { type FaultReason, reasonOf } from '../log/fault-reason.ts'
import { withTimeout } from '../shared/time-limit.ts'
import { type AdminEnv, refuse } from './context.ts'
import { expiringJson, findStalled, toProgressJson } from './progress.ts'

const HEALTH_PARTS = ['libsql', 'kv', 'authority'] as const
type HealthPart = (typeof HEALTH_PARTS)[number]
export type Health = Readonly<Record<HealthPart, 'ok' | 'down'>> & {
  /** Why the parts that are down cannot be reached. */
  readonly reasons: Partial<Record<HealthPart, FaultReason>>
  /** Only present if the database belongs to another deployment. */
  readonly database?: 'foreign'
  /** Null if libSQL could not be asked. */
  readonly progress: Progress | null
}

export interface HealthDeps {
  /** Each probe rejects if its part cannot be reached. */
  readonly probes: Readonly<Record<HealthPart, () => Promise<unknown>>>
  /** What the last probe of libSQL found. */
  readonly isForeignDatabase: () => boolean
  readonly readProgress: () => Promise<Progress>
  /** Null outside Cloudflare. */
  readonly version: DeployedVersion | null
  /** The end of each credential that has one. */
  readonly expiries: readonly Expiry[]
  /** Whether requests are only judged, and go on whatever the verdict. */
  readonly isShadow: boolean
  /** Signs of a wrongly set up Cloudflare zone that this isolate has seen lately. */
  readonly addressSymptoms: () => readonly AddressSymptom[]
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly logFault: LogFault
  readonly nowMs: () => number
}

/** Together they keep an answer within 2 s, even if a store hangs. */
const PROBE_MS = 1_500
const ANSWER_MS = 1_700
/** How long a result is used for further requests. */
const KEPT_MS = 1_000
const POLL_MS = 20
/** The answer if no result came in time, such as after the request that probed was cancelled. */
const UNKNOWN: Health = {
  libsql: 'down',
  kv: 'down',
  authority: 'down',
  reasons: {},
  progress: null,
}
const FAULTS = { libsql: 'libsql', kv: 'kv_read', authority: 'authority' } as const

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
    const { progress, reasons, ...parts } = await currentHealth()
    const down = HEALTH_PARTS.filter((part) => parts[part] === 'down')
    const stalled = progress === null ? [] : findStalled(progress, deps.version, deps.nowMs())
    const health = {
      ...parts,
      ...(down.length > 0 && { reasons }),
      ...(progress !== null && toProgressJson(progress)),
      version: deps.version?.id ?? null,
      ...(deps.isShadow && { enforcement: 'shadow' as const }),
      ...expiringJson(deps.expiries, deps.nowMs()),
    }
    if (down.length > 0 || stalled.length > 0 || parts.database === 'foreign') {
      return refuse(c, { reason: 'unhealthy', down, stalled, health })
    }
    const symptoms = deps.addressSymptoms()
    const seen = symptoms.length === 0 ? {} : { client_address: symptoms }
    return c.json({ status: 'ok', ...health, ...seen } as const)
  })
}

async function probeAll(deps: HealthDeps): Promise<Health> {
  const { probes, readProgress, isForeignDatabase } = deps
  const reasons: Partial<Record<HealthPart, FaultReason>> = {}
  async function probePart(part: HealthPart) {
    try {
      await inTime(probes[part]())
      return [part, 'ok'] as const
    } catch (error) {
      deps.logFault(FAULTS[part], error)
      reasons[part] = reasonOf(error)
      return [part, 'down'] as const
    }
  }
  const [progress, ...states] = await Promise.all([
    inTime(readProgress()).catch(() => null),
    ...HEALTH_PARTS.map(probePart),
  ])
  const parts = Object.fromEntries(states) as Record<HealthPart, 'ok' | 'down'>
  const health = { ...parts, reasons, progress }
  return isForeignDatabase() ? { ...health, database: 'foreign' } : health
}

/** Rejects if a probe takes too long. */
async function inTime<T>(probe: Promise<T>): Promise<T> {
  const toLate = () => Object.assign(new Error('no answer in time'), { reason: 'timeout' })
  return await withTimeout(probe, PROBE_MS, toLate)
}
