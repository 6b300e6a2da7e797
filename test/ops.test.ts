// The rules and the dashboard of ops/ against what a scrape has, and against Prometheus's own tool where it is
// installed (Debian's package `prometheus`).

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { PROJECT_DIR } from '../harness/project-dir.ts'
import { formatMetrics } from '../src/metrics/open-metrics.ts'
import { emptyHistogram } from '../src/metrics/totals.ts'
import { anchorsOf, page } from './support/documents.ts'
import { parseOpenMetrics } from './support/open-metrics.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly runbook: string }
}
interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const read = (file: string) => readFileSync(join(PROJECT_DIR, file), 'utf8')
const { groups } = parse(read('ops/alerts.yml')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)
const { panels } = JSON.parse(read('ops/dashboard.json')) as Dashboard
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

const [promql = ''] = /(?<=```promql\n)[^`]+/.exec(read('docs/operate/monitoring.md')) ?? []
const objectives = promql.trim().split('\n\n')

const COUNTERS = {
  'requests allowed': 1,
  'shadowed allowed': 1,
  'leases granted': 1,
  'authority_questions current': 1,
  'faults kv timeout': 1,
  'log_ins_refused throttled': 1,
}
const histograms = { decision_seconds: emptyHistogram(), upstream_seconds: emptyHistogram() }
const progress = { rows: 0, oldestSeconds: 0, cronLastRunSeconds: 1 }
const scraped = parseOpenMetrics(
  formatMetrics(new Map([['AMS', { counters: COUNTERS, histograms }]]), {
    progress,
    missingLocations: 0,
    events: { waiting: 0, oldestSeconds: 0, failed: 0 },
    expiries: [{ name: 'LIBSQL_AUTH_TOKEN', expiresAtMs: 1 }],
    version: 'v',
  }),
)
const samples = new Set([...scraped.values()].flatMap((each) => each.samples.map((s) => s.name)))

function namesIn(expression: string): string[] {
  return [...expression.matchAll(/portal_gateway_\w+/g)].map(([name]) => name)
}

describe('ops/', () => {
  it('has an alert for each of the ten faults, by metrics that there are', () => {
    expect(rules).toHaveLength(10)
    expect(rules.flatMap(({ expr }) => namesIn(expr)).filter((name) => !samples.has(name))).toEqual(
      [],
    )
  })

  it.each(rules)('$alert leads to a section of a page', ({ annotations: { runbook } }) => {
    const [file = '', anchor] = runbook.split('#')
    const { prose } = page(file)
    expect(anchor === undefined ? prose : anchorsOf(page(file))).toContain(anchor ?? '# ')
  })

  it('has objectives by metrics that there are', () => {
    expect(objectives).toHaveLength(2)
    expect(objectives.flatMap(namesIn).filter((name) => !samples.has(name))).toEqual([])
  })

  it('has a dashboard of metrics that there are, and that shows each family', () => {
    const named = expressions.flatMap(namesIn)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !samples.has(name))).toEqual([])
    const shown = (family: string) => named.some((name) => name.startsWith(family))
    expect([...scraped.keys()].filter((family) => !shown(family))).toEqual([])
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})

describe.skipIf(!hasPromtool())('promtool (skipped where it is not installed)', () => {
  const promtool = (...args: string[]) =>
    execFileSync('promtool', args, { cwd: PROJECT_DIR, encoding: 'utf8' })

  it('reads the rules', () => {
    expect(promtool('check', 'rules', 'ops/alerts.yml')).toContain('10 rules found')
  })

  it('finds that each alert is raised when it should be, and not else', () => {
    expect(promtool('test', 'rules', 'test/ops-alerts.yml')).toContain('SUCCESS')
  })

  it('reads the expressions of the dashboard, and of the objectives', () => {
    const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
    try {
      const file = join(dir, 'expressions.yml')
      const written = [...expressions, ...objectives]
      const recorded = written.map((expr, i) => ({
        record: `expression_${i}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$colo', '.+'),
      }))
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }))
      expect(promtool('check', 'rules', file)).toContain(`${written.length} rules found`)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
