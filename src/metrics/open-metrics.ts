// The text that Prometheus scrapes (OpenMetrics 1.0,
// https://prometheus.io/docs/specs/om/open_metrics_spec/).

import { addTotals, BOUNDS, type Family, HISTOGRAMS, type Totals } from './totals.ts'

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

const PREFIX = 'portal_gateway_'

/** What is known of the locations, the database and the worker at the time of a scrape. */
export interface Gauges {
  /** How many locations could not be asked. */
  readonly missingLocations: number
  /** Null if libSQL cannot be asked. */
  readonly progress: {
    readonly rows: number
    readonly oldestSeconds: number
    /** Null where it never ran. */
    readonly cronLastRunSeconds: number | null
  } | null
  /** Of EVENTS_URL. Null if there is none, or if libSQL cannot be asked. */
  readonly events: {
    readonly waiting: number
    readonly oldestSeconds: number
    /** Given up after three days. */
    readonly failed: number
  } | null
  /** The end of each credential that has one, by the secret's name. */
  readonly expiries: readonly { readonly name: string; readonly expiresAtMs: number }[]
  /** Null outside Cloudflare. */
  readonly version: string | null
}

interface CounterFamily {
  readonly help: string
  readonly labels: readonly string[]
  /** Whether it is told for each location. */
  readonly byColo?: true
}

const COUNTERS: Readonly<Record<Family, CounterFamily>> = {
  requests: {
    help: 'Portal API requests by outcome: allowed, or the code of the refusal.',
    labels: ['outcome'],
    byColo: true,
  },
  shadowed: {
    help: 'Of these requests, those that the upstream answered in shadow, whatever their outcome.',
    labels: ['outcome'],
    byColo: true,
  },
  leases: { help: 'Leases that authorities were asked for.', labels: ['event'] },
  authority_questions: { help: 'Questions to authorities by answer.', labels: ['result'] },
  faults: { help: 'Faults by part and reason, as in the log.', labels: ['part', 'reason'] },
  log_ins_refused: { help: 'Log-ins that were refused, by code.', labels: ['code'] },
}

const HISTOGRAM_HELP = {
  decision_seconds: 'From the start of a request until it was allowed.',
  upstream_seconds: "From the request to the upstream to its answer's headers.",
} as const

/**
 * `locations`: the totals of each location, by its name. If one is missing, the sums over all of them are left
 * out: they would fall, which Prometheus takes for a restart.
 */
export function formatMetrics(locations: ReadonlyMap<string, Totals>, gauges: Gauges): string {
  const all = addTotals([...locations.values()])
  const lines = [
    ...(Object.keys(COUNTERS) as Family[]).flatMap((family) => {
      const { help, labels, byColo } = COUNTERS[family]
      const head = header(family, 'counter', help)
      if (byColo !== true && gauges.missingLocations > 0) return []
      if (byColo !== true) return [...head, ...counterLines(family, labels, all, {})]
      const each = [...locations].flatMap(([colo, totals]) =>
        counterLines(family, labels, totals, { colo }),
      )
      return [...head, ...each]
    }),
    ...HISTOGRAMS.flatMap((name) => [
      `# TYPE ${PREFIX}${name} histogram`,
      `# UNIT ${PREFIX}${name} seconds`,
      `# HELP ${PREFIX}${name} ${HISTOGRAM_HELP[name]}`,
      ...[...locations].flatMap(([colo, { histograms }]) =>
        histogramLines(name, histograms[name], colo),
      ),
    ]),
    ...gaugeLines(gauges),
    '# EOF',
  ]
  return `${lines.join('\n')}\n`
}

function header(name: string, type: string, help: string): string[] {
  return [`# TYPE ${PREFIX}${name} ${type}`, `# HELP ${PREFIX}${name} ${help}`]
}

function counterLines(
  family: Family,
  labels: readonly string[],
  { counters }: Totals,
  more: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(counters).flatMap(([name, count]) => {
    const [of, ...values] = name.split(' ')
    if (of !== family || values.length !== labels.length) return []
    const own = Object.fromEntries(labels.map((label, i) => [label, values[i] ?? '']))
    return sample(`${family}_total`, { ...own, ...more }, count)
  })
}

function histogramLines(
  name: string,
  counts: readonly number[] | undefined,
  colo: string,
): string[] {
  if (counts?.length !== BOUNDS.length + 2) return [] // of a version with other bounds
  let below = 0
  const buckets = [...BOUNDS, Infinity].map((bound, i) => {
    below += counts[i] ?? 0
    return sample(`${name}_bucket`, { colo, le: formatBound(bound) }, below)
  })
  const sum = counts[BOUNDS.length + 1] ?? 0
  return [
    ...buckets,
    sample(`${name}_sum`, { colo }, sum),
    sample(`${name}_count`, { colo }, below),
  ]
}

/** The canonical form of a bound: always with a point. */
function formatBound(bound: number): string {
  if (bound === Infinity) return '+Inf'
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function gaugeLines(gauges: Gauges): string[] {
  const { missingLocations, progress, events, expiries, version } = gauges
  const gauge = (name: string, help: string, value: number | null | undefined, labels = {}) =>
    value === null || value === undefined
      ? []
      : [...header(name, 'gauge', help), sample(name, labels, value)]
  const lastRun = progress?.cronLastRunSeconds
  return [
    ...gauge('locations_missing', 'Locations that could not be asked.', missingLocations),
    ...gauge('outbox_rows', 'Changes that are recorded and do not hold yet.', progress?.rows),
    ...gauge('outbox_oldest_seconds', 'The age of the oldest of them.', progress?.oldestSeconds),
    ...gauge('events_waiting', 'Events that EVENTS_URL has not taken yet.', events?.waiting),
    ...gauge('events_oldest_seconds', 'The age of the oldest of them.', events?.oldestSeconds),
    ...gauge('events_failed', 'Events that were given up after three days.', events?.failed),
    ...gauge('cron_last_run_timestamp_seconds', 'When the cron ran last.', lastRun),
    ...expiryLines(expiries),
    ...gauge('build_info', 'The version of the worker that answers.', 1, {
      version: version ?? 'unknown',
    }),
  ]
}

function expiryLines(expiries: Gauges['expiries']): string[] {
  const name = 'credential_expires_timestamp_seconds'
  if (expiries.length === 0) return []
  return [
    ...header(name, 'gauge', 'When a secret of the worker expires.'),
    ...expiries.flatMap((each) =>
      sample(name, { credential: each.name }, each.expiresAtMs / 1_000),
    ),
  ]
}

/** Values of labels are from closed lists, and have nothing that would have to be escaped. */
function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => {
    return `${label}="${text.replaceAll(/[^\w.:+-]/g, '_')}"`
  })
  return `${PREFIX}${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}
