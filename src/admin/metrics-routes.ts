// /admin/api/v1/operator/metrics: what all locations have counted, for Prometheus. The caller must put it behind
// the operator's guard.

import { Hono } from 'hono'
import type { Expiry } from '../configuration/expiries.ts'
import type { DeployedVersion } from '../configuration/version.ts'
import type { EventProgress } from '../db/event-queries.ts'
import type { Progress } from '../db/progress-queries.ts'
import type { LogFault } from '../log/fault.ts'
import { formatMetrics, type Gauges, OPEN_METRICS_TYPE } from '../metrics/open-metrics.ts'
import type { MetricsStore } from '../stores/location-metrics.ts'
import { type AdminEnv, refuse } from './context.ts'
import type { Receiver } from './events/receiver.ts'

export interface MetricsRoutesDeps {
  readonly readMetrics: MetricsStore['readAll']
  readonly readProgress: () => Promise<Progress>
  readonly readEventProgress: () => Promise<EventProgress>
  /** Undefined where the deployment has no EVENTS_URL. */
  readonly eventReceiver: Receiver | undefined
  /** The end of each credential that has one. */
  readonly expiries: readonly Expiry[]
  /** Null outside Cloudflare. */
  readonly version: DeployedVersion | null
  readonly logFault: LogFault
  readonly nowMs: () => number
}

export function metricsRoutes(deps: MetricsRoutesDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/', async function showMetrics(c) {
    const requestId = c.get('requestId')
    // While libSQL is down, the rest is needed most.
    const reading = readGauges(deps).catch((error: unknown): OwnGauges => {
      deps.logFault('libsql', error, requestId)
      return { progress: null, events: null }
    })
    try {
      const [{ locations, failures }, gauges] = await Promise.all([deps.readMetrics(), reading])
      if (failures.length > 0) deps.logFault('metrics', failures[0], requestId)
      const { expiries, version } = deps
      const known = { expiries, version: version?.id ?? null, missingLocations: failures.length }
      const text = formatMetrics(locations, { ...gauges, ...known })
      return c.body(text, 200, { 'Content-Type': OPEN_METRICS_TYPE })
    } catch (error) {
      deps.logFault('metrics', error, requestId)
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })
}

type OwnGauges = Pick<Gauges, 'progress' | 'events'>

async function readGauges(deps: MetricsRoutesDeps): Promise<OwnGauges> {
  const [progress, events] = await Promise.all([
    deps.readProgress(),
    deps.eventReceiver === undefined ? null : deps.readEventProgress(),
  ])
  const age = (atMs: number | null) => (atMs === null ? 0 : (deps.nowMs() - atMs) / 1_000)
  const { pending: rows, oldestPendingAtMs, cronLastRunAtMs } = progress
  return {
    progress: {
      rows,
      oldestSeconds: age(oldestPendingAtMs),
      cronLastRunSeconds: cronLastRunAtMs === null ? null : cronLastRunAtMs / 1_000,
    },
    events: events && {
      waiting: events.waiting,
      oldestSeconds: age(events.oldestAtMs),
      failed: events.failed,
    },
  }
}
