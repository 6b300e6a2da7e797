import { describe, expect, it } from 'vitest'
import { createIsolateMetrics } from '../../src/metrics/isolate-metrics.ts'
import type { Totals } from '../../src/metrics/totals.ts'
import type { RequestLine } from '../../src/log/request-line.ts'
import { createManualClock } from '../support/manual-clock.ts'

const LINE = { plane: 'portal', method: 'GET', status: 200, total_ms: 3 } as RequestLine
const LOG_IN = { plane: 'admin', method: 'POST', route: '/admin/api/v1/session' }

function start() {
  const clock = createManualClock(1_800_000_000_000)
  const reports: { readonly atMs: number; readonly isolate: string; readonly totals: Totals }[] = []
  const faults: unknown[] = []
  const state = { fails: false }
  let names = 0
  const metrics = createIsolateMetrics({
    async report(isolate, totals) {
      reports.push({ atMs: clock.elapsedMs(), isolate, totals })
      if (state.fails) throw new Error('no answer')
    },
    newId: () => `isolate ${names++}`,
    onFault: (error) => void faults.push(error),
    later: (promise) => void promise,
    wait: clock.wait,
    nowMs: clock.nowMs,
  })
  return { metrics, clock, reports, faults, state }
}

describe('what an isolate counts', () => {
  it('is told 10 s after the first request, and not again while nothing is new', async () => {
    const { metrics, clock, reports } = start()
    for (let i = 0; i < 100; i++) metrics.noteRequest({ ...LINE, authorized_ms: 1, upstream_ms: 7 })
    metrics.noteRequest({ ...LINE, code: 'key_invalid' })
    await clock.pass(9_999)
    expect(reports).toEqual([])
    await clock.pass(1)
    expect(reports).toHaveLength(1)
    expect(reports[0]?.totals.counters).toEqual({
      'requests allowed': 100,
      'requests key_invalid': 1,
    })
    expect(reports[0]?.totals.histograms['upstream_seconds']?.[2]).toBe(100)
    await clock.pass(60_000)
    expect(reports).toHaveLength(1)
  })

  it('is told as totals, so that a report may be lost', async () => {
    const { metrics, clock, reports, faults, state } = start()
    state.fails = true
    metrics.noteRequest(LINE)
    await clock.pass(10_000)
    expect(faults).toHaveLength(1)
    state.fails = false
    metrics.noteRequest(LINE)
    await clock.pass(10_000)
    expect(reports.map(({ totals }) => totals.counters['requests allowed'])).toEqual([1, 2])
  })

  it('has the identity provider as a part, and what a log-in there was refused by', async () => {
    const { metrics, clock, reports } = start()
    metrics.noteFault('identity_provider', 'timeout')
    const back = { ...LOG_IN, method: 'GET', route: '/admin/log-in/callback' }
    for (const code of ['account_mismatch', 'confirmation_required']) {
      metrics.noteRequest({ ...LINE, ...back, code } as RequestLine)
    }
    metrics.noteRequest(LINE)
    await clock.pass(10_000)
    expect(reports[0]?.totals.counters).toEqual({
      'faults identity_provider timeout': 1,
      'log_ins_refused account_mismatch': 1,
      'requests allowed': 1,
    })
  })

  it('has what went on in shadow whatever the outcome, from 0 on', async () => {
    const { metrics, clock, reports } = start()
    const shadowed = { ...LINE, enforcement: 'shadow' as const }
    const counters = () => reports.at(-1)?.totals.counters
    metrics.noteRequest({ ...shadowed, code: 'upstream_timeout', status: 504 })
    await clock.pass(10_000)
    expect(counters()).toEqual({
      'requests upstream_timeout': 1,
      'shadowed authentication_unavailable': 0,
    })
    metrics.noteRequest({ ...shadowed, upstream_status: 200 })
    metrics.noteRequest({ ...shadowed, code: 'authentication_unavailable', upstream_status: 200 })
    // A fault of the gateway's own, which forwarded nothing.
    metrics.noteRequest({ ...shadowed, code: 'authentication_unavailable', status: 503 })
    metrics.noteRequest({ ...LINE, code: 'authentication_unavailable', status: 503 })
    await clock.pass(10_000)
    expect(counters()).toMatchObject({
      'requests allowed': 1,
      'requests authentication_unavailable': 3,
      'shadowed allowed': 1,
      'shadowed authentication_unavailable': 1,
    })
  })

  it('is told every 10 s at most, by the cron too', async () => {
    const { metrics, clock, reports } = start()
    for (let i = 0; i < 60; i++) {
      metrics.noteRequest(LINE)
      if (i % 7 === 0) await metrics.flush()
      await clock.pass(1_000)
    }
    const gaps = reports.slice(1).map(({ atMs }, i) => atMs - (reports[i]?.atMs ?? 0))
    expect(gaps.length).toBeGreaterThanOrEqual(3)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000)
  })

  it('is told under another name after a silence in which its row may have been added up', async () => {
    const { metrics, clock, reports } = start()
    for (const hours of [11, 13, 1]) {
      metrics.noteRequest({ ...LINE, upstream_ms: 7 })
      metrics.noteRequest({ ...LINE, code: 'key_invalid' })
      await clock.pass(hours * 3_600_000)
    }
    metrics.noteRequest({ ...LINE, upstream_ms: 7 })
    await clock.pass(10_000)
    const told = reports.map(({ isolate, totals }) => [
      isolate,
      totals.counters['requests allowed'],
    ])
    expect(told).toEqual([
      ['isolate 0', 1],
      ['isolate 0', 2],
      ['isolate 1', 1],
      ['isolate 1', 2],
    ])
    expect(reports[3]?.totals.counters['requests key_invalid']).toBe(1)
    expect(reports[3]?.totals.histograms['upstream_seconds']?.[2]).toBe(2)
  })

  it('is told by a later request if the runtime ended the one that was to tell it', async () => {
    const { metrics, clock, reports } = start()
    metrics.noteRequest(LINE)
    clock.loseTimers()
    await clock.pass(20_000)
    expect(reports).toEqual([])
    metrics.noteRequest(LINE)
    await clock.pass(10_000)
    expect(reports).toHaveLength(1)
  })

  it('has faults by part and reason, an upstream by its request', async () => {
    const { metrics, reports } = start()
    metrics.noteFault('kv_read', 'timeout')
    metrics.noteFault('mark_enforced', 'http_503')
    metrics.noteFault('unexpected', 'other')
    metrics.noteFault('upstream', 'other')
    metrics.noteRequest({ ...LINE, code: 'upstream_unreachable', upstream_fault: 'reset' })
    metrics.noteQuestion('newer')
    metrics.noteLease('renewed')
    metrics.noteRequest({ ...LINE, ...LOG_IN, code: 'login_failed' } as RequestLine)
    metrics.noteRequest({ ...LINE, ...LOG_IN } as RequestLine)
    await metrics.flush()
    expect(reports[0]?.totals.counters).toEqual({
      'requests upstream_unreachable': 1,
      'faults kv timeout': 1,
      'faults libsql http_503': 1,
      'faults gateway other': 1,
      'faults upstream reset': 1,
      'authority_questions newer': 1,
      'leases renewed': 1,
      'log_ins_refused login_failed': 1,
    })
  })
})
