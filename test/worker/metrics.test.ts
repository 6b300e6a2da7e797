// A scrape of the whole product, read by a strict parser.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { operatorCall } from '../../harness/customer.ts'
import type { MetricsStore } from '../../src/stores/location-metrics.ts'
import { createMetricsStore } from '../../src/stores/location-metrics.ts'
import { addTotals } from '../../src/metrics/totals.ts'
import { parseOpenMetrics } from '../support/open-metrics.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let key: CreatedKey
let store: MetricsStore

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  key = await customer.createKey({ ip_acl: ['192.0.2.0/24'] })
  const namespace = await rig.worker.miniflare.getDurableObjectNamespace('LOCATION_METRICS')
  store = createMetricsStore(namespace as never, 5_000)
})
afterAll(() => rig.stop())

async function scrape() {
  const answer = await rig.operator('GET', '/metrics')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toContain('application/openmetrics-text; version=1.0.0')
  return { text: answer.text, families: parseOpenMetrics(answer.text) }
}

async function valueOf(family: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const { families } = await scrape()
  const samples = families.get(`portal_gateway_${family}`)?.samples ?? []
  const found = samples.filter((sample) =>
    Object.entries(labels).every(([name, text]) => sample.labels[name] === text),
  )
  return found.reduce((sum, { value }) => sum + value, 0)
}

const use = (address: string, token = key.token) =>
  rig.send('/x', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': address } })

describe('GET /operator/metrics', () => {
  it('counts what was let through and what was refused, within seconds', async () => {
    for (let i = 0; i < 5; i++) expect((await use('192.0.2.1')).status).toBe(200)
    for (let i = 0; i < 3; i++) expect((await use('203.0.113.1')).status).toBe(403)
    expect((await use('192.0.2.1', `cpk_A${'1'.repeat(43)}`)).status).toBe(401)
    const { email } = customer
    const body = JSON.stringify({ email, password: 'a wrong password' })
    const headers = { 'Content-Type': 'application/json' }
    await rig.send('/admin/api/v1/session', { method: 'POST', headers, body })

    await expect
      .poll(() => valueOf('requests', { outcome: 'allowed' }), { timeout: 20_000 })
      .toBe(5)
    expect(await valueOf('requests', { outcome: 'ip_denied' })).toBe(3)
    expect(await valueOf('requests', { outcome: 'key_invalid' })).toBe(1)
    expect(await valueOf('log_ins_refused', { code: 'login_failed' })).toBe(1)
    expect(await valueOf('authority_questions', {})).toBeGreaterThan(0)
    const { families, text } = await scrape()
    const { samples = [] } = families.get('portal_gateway_upstream_seconds') ?? {}
    expect(samples.find(({ name }) => name.endsWith('_count'))?.value).toBe(5)
    for (const secret of [key.token, key.id, customer.id, email, '192.0.2.1', '203.0.113.1']) {
      expect(text).not.toContain(secret)
    }
  })

  it('tells faults by part and reason, by the cron too, and scrapes on while libSQL is down', async () => {
    rig.libsql.set('closed')
    try {
      await customer.call('GET', '/keys')
      await rig.worker.runCron()
      await expect
        .poll(() => valueOf('faults', { part: 'libsql', reason: 'reset' }), { timeout: 20_000 })
        .toBeGreaterThan(0)
      expect(await valueOf('faults', { part: 'gateway', reason: 'reset' })).toBeGreaterThan(0)
      const { families } = await scrape()
      expect(families.has('portal_gateway_outbox_rows')).toBe(false)
      expect(families.has('portal_gateway_build_info')).toBe(true)
    } finally {
      rig.libsql.set('open')
    }
  })

  it('tells the cron and the outbox', async () => {
    await rig.worker.runCron()
    const lastRun = await valueOf('cron_last_run_timestamp_seconds', {})
    expect(Math.abs(Date.now() / 1_000 - lastRun)).toBeLessThan(60)
    expect(await valueOf('outbox_rows', {})).toBe(0)
  })

  it('needs the token of an operator, or METRICS_TOKEN, which opens nothing else', async () => {
    const answer = await operatorCall(rig.url, 'wrong', 'GET', '/metrics')
    expect(answer.status).toBe(401)
    const METRICS_TOKEN = 'prometheus:token-of-prometheus'
    for (const variables of [{ METRICS_TOKEN }, { METRICS_TOKEN, OPERATOR_TOKEN: 'other' }]) {
      const url = await rig.another(variables)
      const ask = (method: string, path: string) =>
        operatorCall(url, 'token-of-prometheus', method, path, method === 'POST' ? {} : undefined)
      expect((await ask('GET', '/metrics')).status).toBe(200)
      for (const [method, path] of [
        ['GET', '/accounts'],
        ['GET', '/keys'],
        ['GET', '/audit'],
        ['GET', '/events'],
        ['POST', '/reconcile'],
      ] as const) {
        expect((await ask(method, path)).status, path).toBe(401)
      }
    }
  })
})

describe('the objects of locations', () => {
  const totals = (allowed: number) => ({
    counters: { 'requests allowed': allowed },
    histograms: { decision_seconds: [allowed, 0] },
  })
  const at = async (location: string) => (await store.readAll()).locations.get(location)

  it('add up isolates, each by its newest report, however often it comes', async () => {
    await store.report('ZZA', 'one', totals(3))
    await store.report('ZZA', 'one', totals(5))
    await store.report('ZZA', 'one', totals(5))
    await store.report('ZZA', 'two', totals(2))
    await store.report('ZZB', 'one', totals(1))
    expect(await at('ZZA')).toEqual(totals(7))
    expect(await at('ZZB')).toEqual(totals(1))
    const sum = addTotals([...(await store.readAll()).locations.values()])
    expect(sum.counters['requests allowed']).toBeGreaterThanOrEqual(8)
  })

  it('are read without the one that cannot be asked', async () => {
    const real = await rig.worker.miniflare.getDurableObjectNamespace('LOCATION_METRICS')
    const namespace = {
      getByName: (name: string) =>
        name === 'ZZB' ? { read: () => Promise.reject(new Error('no')) } : real.getByName(name),
    }
    const { locations, failures } = await createMetricsStore(namespace as never, 5_000).readAll()
    expect(locations.get('ZZA')).toEqual(totals(7))
    expect(locations.has('ZZB')).toBe(false)
    expect(failures).toMatchObject([{ reason: 'unreachable' }])
  })

  it('are not read where the directory cannot be asked', async () => {
    const namespace = { getByName: () => ({ locations: () => Promise.reject(new Error('no')) }) }
    const broken = createMetricsStore(namespace as never, 5_000)
    await expect(broken.readAll()).rejects.toMatchObject({ reason: 'unreachable' })
  })
})
