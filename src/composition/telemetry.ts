import type { ConfigurationFault } from '../configuration/configuration-fault.ts'
import type { Env, Settings } from '../configuration/env.ts'
import { reasonOf } from '../log/fault-reason.ts'
import { logConfigurationFault, type LogFault, logFault } from '../log/fault.ts'
import { currentColo, type LogRequest, logRequest } from '../log/request-line.ts'
import { createSampledLog } from '../log/sampled-log.ts'
import { createIsolateMetrics, type IsolateMetrics } from '../metrics/isolate-metrics.ts'
import { createMetricsStore, type MetricsStore } from '../stores/location-metrics.ts'
import type { Runtime } from './runtime.ts'

/** The log and the metrics of an isolate. Whatever is logged is counted too. */
export interface Telemetry {
  readonly metrics: IsolateMetrics
  readonly logRequest: LogRequest
  readonly logFault: LogFault
  readonly logConfigurationFault: (fault: ConfigurationFault) => void
  /** The totals of all locations. */
  readonly readMetrics: MetricsStore['readAll']
}

export function createTelemetry(env: Env, settings: Settings, runtime: Runtime): Telemetry {
  const metricsStore = createMetricsStore(env.LOCATION_METRICS, settings.AUTHORITY_TIMEOUT_MS)
  const metrics = createIsolateMetrics({
    report: (isolate, totals) => metricsStore.report(currentColo() ?? 'unknown', isolate, totals),
    newId: () => crypto.randomUUID(),
    onFault: (error) => logFault('metrics', error),
    ...runtime,
  })
  const log = createSampledLog(settings.LOG_SAMPLING, logRequest, Math.random)
  return {
    metrics,
    logRequest(line) {
      metrics.noteRequest(line)
      log.logRequest(line)
    },
    logFault(fault, error, requestId) {
      metrics.noteFault(fault, reasonOf(error))
      if (requestId !== undefined) log.keep(requestId)
      logFault(fault, error, requestId)
    },
    logConfigurationFault(fault) {
      metrics.noteFault('configuration', 'configuration')
      logConfigurationFault(fault)
    },
    readMetrics: metricsStore.readAll,
  }
}
