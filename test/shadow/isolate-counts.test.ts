import { describe, expect, it } from 'vitest'
import type { Difference } from '../../src/shadow/comparison.ts'
import { createShadowCounts } from '../../src/shadow/isolate-counts.ts'
import type { ShadowReport } from '../../src/shadow/shadow-report.ts'
import { createManualClock } from '../support/manual-clock.ts'

const DENIED: Difference = {
  keyId: 'key_1',
  kind: 'would_refuse',
  code: 'ip_denied',
  upstreamStatus: 200,
  address: '203.0.113.7',
}
const MISSING: Difference = { ...DENIED, keyId: null, code: 'credential_missing' }

function start() {
  const clock = createManualClock(1_800_000_000_000)
  const reports: (ShadowReport & { readonly atMs: number })[] = []
  const faults: unknown[] = []
  const state = { fails: false }
  const counts = createShadowCounts({
    async report(report) {
      reports.push({ atMs: clock.elapsedMs(), ...report })
      if (state.fails) throw new Error('no answer')
    },
    onFault: (error) => void faults.push(error),
    later: (promise) => void promise,
    wait: clock.wait,
    nowMs: clock.nowMs,
  })
  const note = (difference: Difference) => counts.noteDifference(difference, clock.nowMs())
  const agree = () => counts.noteAgreed(clock.nowMs())
  return { counts, note, agree, clock, reports, faults, state }
}

describe('what an isolate judged', () => {
  it('is told after a second, and then every five at most', async () => {
    const { note, agree, clock, reports } = start()
    note(DENIED)
    await clock.pass(400)
    note(DENIED)
    agree()
    note({ ...DENIED, address: '203.0.113.8' })
    await clock.pass(600)
    expect(reports).toEqual([
      {
        atMs: 1_000,
        firstAgoMs: 1_000,
        judged: 4,
        agreed: 1,
        differences: [
          { ...DENIED, count: 2, agoMs: 600 },
          { ...DENIED, address: '203.0.113.8', count: 1, agoMs: 600 },
        ],
      },
    ])
    agree()
    await clock.pass(4_999)
    expect(reports).toHaveLength(1)
    await clock.pass(60_000)
    expect(reports.slice(1)).toMatchObject([{ atMs: 6_000, judged: 1, agreed: 1 }])
  })

  it('is told once: what a lost report held is not told again', async () => {
    const { note, agree, clock, reports, faults, state } = start()
    state.fails = true
    note(DENIED)
    await clock.pass(1_000)
    expect(faults).toHaveLength(1)
    state.fails = false
    agree()
    await clock.pass(5_000)
    expect(reports[1]).toMatchObject({ judged: 1, agreed: 1, differences: [] })
  })

  it('is told by a later request, or the cron, where the runtime ended the one that was to', async () => {
    const { counts, agree, clock, reports } = start()
    agree()
    clock.loseTimers()
    await clock.pass(10_000)
    expect(reports).toEqual([])
    await counts.flush()
    expect(reports).toMatchObject([{ judged: 1 }])
    await clock.pass(5_000)
    agree()
    await clock.pass(10_000)
    expect(reports[1]).toMatchObject({ judged: 1 })
  })

  it('is bounded: addresses without a key push out none of a key', async () => {
    const { note, clock, reports } = start()
    for (let i = 0; i < 5_000; i++) note({ ...MISSING, address: `2001:db8::${i.toString(16)}` })
    for (let i = 0; i < 60; i++) note({ ...DENIED, address: `192.0.2.${i}` })
    note({ ...DENIED, keyId: 'key_2' })
    await clock.pass(1_000)
    const { judged = 0, differences = [] } = reports[0] ?? {}
    expect([judged, differences.length]).toEqual([5_061, 50 + 50 + 1 + 2])
    expect(differences).toContainEqual({ ...DENIED, keyId: 'key_2', count: 1, agoMs: 1_000 })
    const rest = differences.filter(({ address }) => address === null)
    expect(rest.map(({ keyId, count }) => [keyId, count])).toEqual([
      [null, 4_950],
      ['key_1', 10],
    ])
  })

  it('is bounded in all: beyond, a request is counted as judged alone', async () => {
    const { note, clock, reports } = start()
    for (let i = 0; i < 3_000; i++) note({ ...DENIED, keyId: `key_${i}` })
    await clock.pass(1_000)
    expect([reports[0]?.judged, reports[0]?.differences.length]).toEqual([3_000, 2_000])
  })
})
