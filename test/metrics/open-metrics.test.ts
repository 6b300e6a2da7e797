import { describe, expect, it } from 'vitest'
import { formatMetrics } from '../../src/metrics/open-metrics.ts'
import { addTotals, emptyHistogram, NOTHING, observe } from '../../src/metrics/totals.ts'
import { parseOpenMetrics } from '../support/open-metrics.ts'

const GAUGES = {
  missingLocations: 0,
  progress: { rows: 2, oldestSeconds: 1.5, cronLastRunSeconds: 1_800_000_000 },
  events: { waiting: 3, oldestSeconds: 4.5, failed: 1 },
  expiries: [{ name: 'LIBSQL_AUTH_TOKEN', expiresAtMs: 1_800_000_000_500 }],
  version: 'v1',
}

function histogram(...ms: number[]): number[] {
  const counts = emptyHistogram()
  for (const each of ms) observe(counts, each)
  return counts
}

const AMS = {
  counters: { 'requests allowed': 3, 'requests key_invalid': 1, 'faults kv http_503': 2 },
  histograms: { decision_seconds: histogram(0, 1, 2, 40_000) },
}
const FRA = { counters: { 'requests allowed': 4, 'faults kv http_503': 5 }, histograms: {} }

function read(
  locations = new Map([
    ['AMS', AMS],
    ['FRA', FRA],
  ]),
  gauges = GAUGES,
) {
  const families = parseOpenMetrics(formatMetrics(locations, gauges))
  return (name: string) => families.get(`portal_gateway_${name}`)?.samples ?? []
}

describe('the text of a scrape', () => {
  it('has each outcome of each location, and the sums of the rest', () => {
    const samples = read()
    expect(samples('requests').map(({ labels, value }) => [labels, value])).toEqual([
      [{ outcome: 'allowed', colo: 'AMS' }, 3],
      [{ outcome: 'key_invalid', colo: 'AMS' }, 1],
      [{ outcome: 'allowed', colo: 'FRA' }, 4],
    ])
    expect(samples('faults')).toEqual([
      {
        name: 'portal_gateway_faults_total',
        labels: { part: 'kv', reason: 'http_503' },
        value: 7,
      },
    ])
  })

  it('has histograms, whose bounds belong to their buckets', () => {
    const samples = read()('decision_seconds')
    const at = (le: string) => samples.find(({ labels }) => labels['le'] === le)?.value
    expect([at('0.001'), at('0.005'), at('30.0'), at('+Inf')]).toEqual([2, 3, 3, 4])
    expect(samples.find(({ name }) => name.endsWith('_sum'))?.value).toBeCloseTo(40.003)
  })

  it('has gauges, but for what is not known', () => {
    const samples = read()
    expect(samples('outbox_rows')).toMatchObject([{ value: 2 }])
    expect(samples('outbox_oldest_seconds')).toMatchObject([{ value: 1.5 }])
    expect(samples('cron_last_run_timestamp_seconds')).toMatchObject([{ value: 1_800_000_000 }])
    expect(samples('credential_expires_timestamp_seconds')).toMatchObject([
      { labels: { credential: 'LIBSQL_AUTH_TOKEN' }, value: 1_800_000_000.5 },
    ])
    expect(samples('build_info')).toMatchObject([{ labels: { version: 'v1' }, value: 1 }])
    const without = parseOpenMetrics(
      formatMetrics(new Map(), {
        missingLocations: 0,
        progress: null,
        events: null,
        expiries: [],
        version: null,
      }),
    )
    expect(without.has('portal_gateway_outbox_rows')).toBe(false)
    expect(without.get('portal_gateway_build_info')?.samples).toMatchObject([
      { labels: { version: 'unknown' } },
    ])
  })

  it('leaves out the sums over all locations if one is missing', () => {
    const samples = read(undefined, { ...GAUGES, missingLocations: 1 })
    expect(samples('faults')).toEqual([])
    expect(samples('requests')).toHaveLength(3)
    expect(samples('decision_seconds').length).toBeGreaterThan(0)
    expect(samples('locations_missing')).toMatchObject([{ value: 1 }])
  })

  it('is whole where nothing was counted, and where a version counts something else', () => {
    expect(read(new Map([['AMS', NOTHING]] as never))('requests')).toEqual([])
    const other = {
      counters: { 'requests a b': 1, 'others x': 1 },
      histograms: { decision_seconds: [1, 2] },
    }
    expect(read(new Map([['AMS', other]] as never))('requests')).toEqual([])
  })

  it('cannot be broken by a label', () => {
    const odd = { counters: { 'requests a"}\n#': 1 }, histograms: {} }
    expect(read(new Map([['AMS', odd]] as never))('requests')).toHaveLength(1)
  })
})

describe('addTotals()', () => {
  it('adds, and leaves what it adds as it was', () => {
    const sum = addTotals([AMS, FRA, AMS])
    expect(sum.counters['requests allowed']).toBe(10)
    expect(sum.histograms['decision_seconds']?.at(-2)).toBe(2)
    expect(AMS.histograms.decision_seconds.at(-2)).toBe(1)
    expect(addTotals([])).toEqual(NOTHING)
  })
})

describe('parseOpenMetrics()', () => {
  const GOOD = '# TYPE a counter\na_total{b="c"} 1\n# EOF\n'

  it.each([
    ['no end', GOOD.replace('# EOF\n', '')],
    ['a series twice', GOOD.replace('1\n', '1\na_total{b="c"} 1\n')],
    ['a counter without its suffix', GOOD.replace('a_total', 'a')],
    ['a sample of another family', GOOD.replace('a_total', 'b_total')],
    ['a label twice', GOOD.replace('b="c"', 'b="c",b="d"')],
    ['a negative count', GOOD.replace('} 1', '} -1')],
    ['a family twice', GOOD.replace('# EOF', '# TYPE a counter\n# EOF')],
    ['no type', GOOD.replace('# TYPE a counter\n', '')],
    ['an empty line', GOOD.replace('# EOF', '\n# EOF')],
  ])('refuses %s', (_, text) => {
    expect(parseOpenMetrics(GOOD).size).toBe(1)
    expect(() => parseOpenMetrics(text)).toThrow()
  })
})
