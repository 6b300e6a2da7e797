// `npm run bench -- mix`: 10 000 keys in one isolate, used as Zipf's law has it with exponent 1, with
// authorities 40 ms away. Which share of the requests found a lease, how often authorities were called, and
// what a request takes; then keys that are used now and then, so that none has a lease. Compared with the same
// gateway without leases, and by `--against <folder>` with another build. Needs Linux, wrk and nginx.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { send } from '../harness/http.ts'
import type { Workerd } from '../harness/workerd/workerd.ts'
import { ratio, type Takes } from './comparison.ts'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { type Gateway, openLocations } from './locations.ts'
import { drawByZipf, makeManyKeys } from './many-keys.ts'
import { startNginxUpstream } from './nginx.ts'
import { measurePaced, type PacedSample, shareWithin } from './paced-load.ts'

const AUTHORITY_MS = 40
const WARM_UP_SECONDS = 4
const MEETING_AT_ONCE = 8

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '10000' },
    rates: { type: 'string', default: '100,1000,5000' },
    seconds: { type: 'string', default: '20' },
    instances: { type: 'string', default: '3' },
    rate: { type: 'string', default: '150' },
    against: { type: 'string' },
  },
  allowPositionals: true,
})
const seconds = Number(values.seconds)
keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startNginxUpstream(join(dir, 'upstream'))
const agent = new Agent({ keepAlive: true })
const locations = await openLocations(dir, upstream.url)

try {
  const tokens = await makeManyKeys(locations, Number(values.keys))
  const inTurn = writeTokens('in-turn', tokens)
  const byZipf = writeTokens('by-zipf', drawByZipf(tokens, 20 * tokens.length))
  const compared = {
    gateway: await startMany({}),
    'LEASE_MS=0': await startMany({ variables: { LEASE_MS: '0' } }),
    ...(values.against !== undefined && { before: await startMany({ build: values.against }) }),
  }
  const all = Object.values(compared).flat()
  measureOnOneCore(all.map(({ pid }) => pid))
  for (const worker of all) await meetEveryKey(worker, tokens)

  const [one] = compared.gateway
  if (one !== undefined) {
    const rows = []
    for (const rate of values.rates.split(','))
      rows.push(await measureRate(one, byZipf, Number(rate)))
    console.table(rows)
  }
  for (const [name, file] of Object.entries({ 'by Zipf': byZipf, 'now and then': inTurn })) {
    console.log(`Keys used ${name}`)
    console.table(await compare(compared, file))
  }
} finally {
  agent.destroy()
  await locations.stop()
  await upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

function writeTokens(name: string, list: readonly string[]): string {
  const file = join(dir, name)
  writeFileSync(file, list.join('\n'))
  return file
}

async function startMany(gateway: Gateway): Promise<Workerd[]> {
  const started: Workerd[] = []
  while (started.length < Number(values.instances)) {
    started.push(await locations.start({ authorityMs: AUTHORITY_MS, ...gateway }))
  }
  return started
}

/** Gently: an authority that holds nothing is told by libSQL. */
async function meetEveryKey({ url }: Workerd, tokens: readonly string[]): Promise<void> {
  const left = tokens.values()
  const meet = async () => {
    for (const token of left) {
      const headers = { Authorization: `Token ${token}`, 'CF-Connecting-IP': '192.0.2.1' }
      const { status } = await send(`${url}/customer`, { headers, agent })
      if (status !== 200) throw new Error(`A key was answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: MEETING_AT_ONCE }, meet))
}

async function measureRate(worker: Workerd, tokensFile: string, rate: number) {
  await load(worker, tokensFile, rate, WARM_UP_SECONDS)
  const before = await locations.authorityCalls()
  const sample = await load(worker, tokensFile, rate, seconds)
  const calls = (await locations.authorityCalls()) - before
  return {
    'requests/s': Math.round(sample.requestsPerSecond),
    'with a lease': percent(shareWithin(sample, AUTHORITY_MS)),
    'calls/s of authorities': Math.round(calls / seconds),
    'calls a request': (calls / sample.requests).toFixed(2),
    'CPU µs/request': Math.round(sample.cpuMicroseconds),
  }
}

/** All at once and at the same rate: whatever else the machine does meets all of them. */
async function compare(compared: Readonly<Record<string, readonly Workerd[]>>, file: string) {
  const samples = new Map<string, PacedSample[]>()
  const measure = async (name: string, workers: readonly Workerd[]) => {
    const rate = Number(values.rate)
    await Promise.all(workers.map((worker) => load(worker, file, rate, WARM_UP_SECONDS)))
    samples.set(name, await Promise.all(workers.map((each) => load(each, file, rate, seconds))))
  }
  await Promise.all(Object.entries(compared).map(([name, workers]) => measure(name, workers)))
  const takesOf = (name: string): Takes => {
    return (samples.get(name) ?? []).map(({ cpuMicroseconds }) => [cpuMicroseconds])
  }
  return [...samples].map(([name, each]) => {
    const kept = ratio(takesOf(name), takesOf('gateway'))
    const within = each.map((sample) => shareWithin(sample, AUTHORITY_MS))
    return {
      worker: name,
      'CPU µs/request': each.map((sample) => Math.round(sample.cpuMicroseconds)).join(', '),
      'this / gateway': kept.value.toFixed(2),
      spread: kept.spread.toFixed(2),
      error: kept.error.toFixed(2),
      'answered without a trip': percent(
        within.reduce((sum, share) => sum + share, 0) / within.length,
      ),
    }
  })
}

async function load(worker: Workerd, tokensFile: string, requestsPerSecond: number, time: number) {
  const target = { url: `${worker.url}/customer`, pids: [worker.pid] }
  return await measurePaced(target, { tokensFile, requestsPerSecond, seconds: time })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
