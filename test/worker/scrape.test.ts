// A real Prometheus (Debian's package `prometheus`) that scrapes the product under load, with the rules of ops/.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { freePort } from '../../harness/free-port.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { type Rig, startRig } from '../support/rig.ts'

const METRICS_TOKEN = 'prometheus:token-of-prometheus'
const PATIENCE = { timeout: 30_000, interval: 200 }

interface Scrape {
  scheme: string
  scrape_interval: string
  scrape_timeout: string
  readonly authorization: { credentials_file: string }
  static_configs: { targets: string[] }[]
}

interface Vector {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
}
interface Rules {
  readonly data: { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
}
interface Rule {
  readonly health: string
  readonly state: string
}

describe.skipIf(!hasPrometheus())('Prometheus (skipped where it is not installed)', () => {
  let rig: Rig
  let prometheus: ChildProcess
  let url: string
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))

  beforeAll(async () => {
    rig = await startRig({ variables: { METRICS_TOKEN } })
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${writeConfiguration(dir, new URL(rig.url).host)}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    )
  })
  afterAll(async () => {
    const ended = once(prometheus, 'exit')
    prometheus.kill()
    await ended
    await rig.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  /** The values of a query, now. */
  async function query(expression: string): Promise<number[]> {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { data } = await answer.json<Vector>()
    return data.result.map(({ value: [, value] }) => Number(value))
  }

  it('scrapes ops/prometheus.yml, and comes to the counts that clients saw', async () => {
    const customer = await rig.customer()
    const { token } = await customer.createKey()
    const use = (key: string) => rig.send('/x', { headers: { 'X-API-Key': key } })
    await expect.poll(() => query('up'), PATIENCE).toEqual([1])
    await rig.worker.runCron()
    const statuses: number[] = []
    for (let i = 0; i < 50; i++) {
      const answers = await Promise.all([use(token), use(token), use(`${token.slice(0, -1)}-`)])
      statuses.push(...answers.map(({ status }) => status))
    }
    const allowed = statuses.filter((status) => status === 200).length
    expect([allowed, statuses.length]).toEqual([100, 150])
    const outcome = (name: string) => query(`sum(portal_gateway_requests_total{outcome="${name}"})`)
    await expect.poll(() => outcome('allowed'), PATIENCE).toEqual([allowed])
    await expect.poll(() => outcome('key_invalid'), PATIENCE).toEqual([50])
    expect(await query('portal_gateway_upstream_seconds_count')).toEqual([allowed])
    expect(await query('up')).toEqual([1])
    expect(await query('portal_gateway_locations_missing')).toEqual([0])
    const [quantile] = await query(
      'histogram_quantile(0.95, sum by (le) (portal_gateway_decision_seconds_bucket))',
    )
    expect(quantile).toBeLessThan(10)
  })

  it('has the rules of ops/, none of which is raised', async () => {
    const answer = await fetch(`${url}/api/v1/rules`)
    const { data } = await answer.json<Rules>()
    const rules = data.groups.flatMap((group) => group.rules)
    const written = readFileSync(join(PROJECT_DIR, 'ops/alerts.yml'), 'utf8')
    expect(rules).toHaveLength(written.match(/^ +- alert: /gm)?.length ?? 0)
    expect(rules.length).toBeGreaterThan(6)
    expect(rules.filter(({ health, state }) => health === 'err' || state === 'firing')).toEqual([])
  })
})

/** ops/prometheus.yml for this gateway: by plain HTTP, and each second. */
function writeConfiguration(dir: string, host: string): string {
  const read = (file: string) => readFileSync(join(PROJECT_DIR, 'ops', file), 'utf8')
  const configuration = parse(read('prometheus.yml')) as { scrape_configs: Scrape[] }
  for (const scrape of configuration.scrape_configs) {
    Object.assign(scrape, { scheme: 'http', scrape_interval: '1s', scrape_timeout: '1s' })
    scrape.static_configs = [{ targets: [host] }]
    writeFileSync(join(dir, scrape.authorization.credentials_file), 'token-of-prometheus')
  }
  writeFileSync(join(dir, 'alerts.yml'), read('alerts.yml'))
  const file = join(dir, 'prometheus.yml')
  writeFileSync(file, stringify({ ...configuration, global: { evaluation_interval: '1s' } }))
  return file
}

function hasPrometheus(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
