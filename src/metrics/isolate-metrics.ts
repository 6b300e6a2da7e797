// Counts what this isolate sees. A request pays for a few increments. What was counted is reported in the
// background, every 10 s at most: always the totals since the isolate started, under a name that is this
// isolate's alone. So a report may be lost or come twice, and nothing is lost or counted twice.

import type { FaultReason } from '../log/fault-reason.ts'
import type { FaultKind } from '../log/fault.ts'
import type { RequestLine } from '../log/request-line.ts'
import {
  type CounterName,
  emptyHistogram,
  NOTHING,
  observe,
  subtractTotals,
  type Totals,
} from './totals.ts'

export interface IsolateMetrics {
  readonly noteRequest: (line: RequestLine) => void
  readonly noteFault: (kind: FaultKind, reason: FaultReason | 'configuration') => void
  readonly noteQuestion: (result: QuestionResult) => void
  readonly noteLease: (event: LeaseEvent) => void
  /** Reports what is new, unless a report was made in the last 10 s. For the cron. */
  readonly flush: () => Promise<void>
}

/** What an authority answered about a cached record. */
export type QuestionResult = 'current' | 'newer' | 'unknown' | 'failed'
export type LeaseEvent = 'granted' | 'renewed' | 'declined'

export interface IsolateMetricsDeps {
  /** Rejects if the report is not known to have come. */
  readonly report: (isolate: string, totals: Totals) => Promise<void>
  readonly newId: () => string
  readonly onFault: (error: unknown) => void
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

const INTERVAL_MS = 10_000
/** A report that was to be made and was not, such as after the runtime had ended its request. */
const GIVEN_UP_MS = 20_000
/**
 * After such a silence an isolate takes another name and counts from what it told last. Its row may have been
 * added to those of isolates that are gone (stores/location-metrics-object.ts), which is done after 24 hours.
 */
const RENAMED_MS = 12 * 3_600_000

const SHADOWED_ERROR = 'shadowed authentication_unavailable'

type Part = 'authority' | 'kv' | 'libsql' | 'upstream' | 'identity_provider' | 'gateway'
const PARTS: Partial<Readonly<Record<FaultKind, Part>>> = {
  authority: 'authority',
  kv_read: 'kv',
  kv_put: 'kv',
  libsql: 'libsql',
  mark_enforced: 'libsql',
  mark_published: 'libsql',
  database_behind: 'libsql',
  identity_provider: 'identity_provider',
}

export function createIsolateMetrics(deps: IsolateMetricsDeps): IsolateMetrics {
  const { nowMs } = deps
  let isolate = deps.newId()
  /** What was told under earlier names. */
  let toldBefore: Totals = NOTHING
  let told: Totals = NOTHING
  let toldMs = Infinity
  /** By code, apart from the other counters, so that a request needs to put no name together. */
  const outcomes = new Map<string, number>()
  const counters = new Map<CounterName, number>()
  const decision = emptyHistogram()
  const upstream = emptyHistogram()
  let isNew = false
  let scheduledMs = -Infinity
  let reportedMs = -Infinity

  function increment(name: CounterName): void {
    counters.set(name, (counters.get(name) ?? 0) + 1)
    isNew = true
  }

  /** The outcome decided nothing if the upstream answered. */
  function noteShadowed(line: RequestLine, outcome: string): void {
    // From 0 on, since ops/alerts.yml subtracts it: what rises there has to rise here at the same time.
    if (!counters.has(SHADOWED_ERROR)) counters.set(SHADOWED_ERROR, 0)
    if (line.upstream_status !== undefined) increment(`shadowed ${outcome}`)
  }

  function snapshot(): Totals {
    const requests = [...outcomes].map(([outcome, count]) => [`requests ${outcome}`, count])
    return {
      counters: Object.fromEntries([...requests, ...counters]) as Record<string, number>,
      histograms: { decision_seconds: [...decision], upstream_seconds: [...upstream] },
    }
  }

  async function report(): Promise<void> {
    if (!isNew) return
    isNew = false
    reportedMs = nowMs()
    if (reportedMs - toldMs > RENAMED_MS) {
      isolate = deps.newId()
      toldBefore = told
      toldMs = Infinity
    }
    const totals = snapshot()
    try {
      await deps.report(isolate, subtractTotals(totals, toldBefore))
      told = totals
      toldMs = reportedMs
    } catch (error) {
      isNew = true
      deps.onFault(error)
    }
  }

  async function reportInTime(): Promise<void> {
    await deps.wait(INTERVAL_MS)
    const leftMs = reportedMs + INTERVAL_MS - nowMs() // the cron may have reported meanwhile
    if (leftMs > 0) await deps.wait(Math.min(leftMs, INTERVAL_MS))
    scheduledMs = -Infinity
    await report()
  }

  function scheduleReport(): void {
    const now = nowMs()
    if (Math.abs(now - scheduledMs) < GIVEN_UP_MS) return
    scheduledMs = now
    deps.later(reportInTime())
  }

  return {
    noteRequest(line) {
      if (line.plane === 'portal') {
        const outcome = line.code ?? 'allowed'
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        isNew = true
        if (line.enforcement === 'shadow') noteShadowed(line, outcome)
        if (line.authorized_ms !== undefined) observe(decision, line.authorized_ms)
        if (line.upstream_ms !== undefined) observe(upstream, line.upstream_ms)
        if (line.upstream_fault !== undefined) increment(`faults upstream ${line.upstream_fault}`)
      } else if (line.code !== undefined && isLogIn(line)) {
        increment(`log_ins_refused ${line.code}`)
      }
      if (isNew) scheduleReport()
    },
    noteFault(kind, reason) {
      // Counted with its request; and by gauges of its own.
      if (kind === 'upstream' || kind === 'events') return
      increment(`faults ${PARTS[kind] ?? 'gateway'} ${reason}`)
    },
    noteQuestion: (result) => increment(`authority_questions ${result}`),
    noteLease: (event) => increment(`leases ${event}`),
    async flush() {
      if (Math.abs(nowMs() - reportedMs) >= INTERVAL_MS) await report()
    },
  }
}

/** By password or by an identity provider, where a confirmation ends at the same place. */
function isLogIn({ method, route, code }: RequestLine): boolean {
  if (route === '/admin/log-in/callback') return code !== 'confirmation_required'
  return method === 'POST' && route === '/admin/api/v1/session'
}
