// /admin/api/v1/operator/metrics: what all locations have counted, for Prometheus. The caller must put it behind
// the operator's guard.

import { Hono } from 'hono'
import type { DeployedVersion } from '../configuration/version.ts'
import type { Progress } from '../db/progress-queries.ts'
import type { LogFault } from '../log/fault.ts'
import { formatMetrics, type Gauges, OPEN_METRICS_TYPE } from '../metrics/open-metrics.ts'
import type { MetricsStore } from '../stores/location-metrics.ts'
import { type AdminEnv, refuse } from './context.ts'

export interface MetricsRoutesDeps {
  readonly readMetrics: MetricsStore['readAll']
  readonly readProgress: () => Promise<Progress>
  /** Null outside Cloudflare. */
  readonly version: DeployedVersion | null
  readonly logFault: LogFault
  readonly nowMs: () => number
}

export function metricsRoutes(deps: MetricsRoutesDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/', async function showMetrics(c) {
    const requestId = c.get('requestId')
    // While libSQL is down, the rest is needed most.
    const reading = deps.readProgress().catch((error: unknown) => {
      deps.logFault('libsql', error, requestId)
      return null
    })
    try {
      const [locations, progress] = await Promise.all([deps.readMetrics(), reading])
      const text = formatMetrics(locations, toGauges(progress, deps))
      return c.body(text, 200, { 'Content-Type': OPEN_METRICS_TYPE })
    } catch (error) {
      // Sums without a location would fall, which Prometheus takes for a restart.
      deps.logFault('metrics', error, requestId)
      return refuse(c, { reason: 'storage_unavailable' })
    }
  })
}

function toGauges(progress: Progress | null, { version, nowMs }: MetricsRoutesDeps): Gauges {
  if (progress === null) return { progress, version: version?.id ?? null }
  const { pending: rows, oldestPendingAtMs, cronLastRunAtMs } = progress
  const oldestSeconds = oldestPendingAtMs === null ? 0 : (nowMs() - oldestPendingAtMs) / 1_000
  const cronLastRunSeconds = cronLastRunAtMs === null ? null : cronLastRunAtMs / 1_000
  return { progress: { rows, oldestSeconds, cronLastRunSeconds }, version: version?.id ?? null }
}
