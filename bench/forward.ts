// `npm run bench`: CPU time of workerd per forwarded GET, ours against workers that authenticate
// nobody, in one interleaved run. Needs `wrk` (Debian: apt-get install wrk) and Linux.
//
// Every variant runs in a workerd of its own behind the same local stand-in for Cloudflare's edge,
// which costs more than the workers do; so a ratio here is nearer to 1 than the workers' own.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { buildWorker } from '../scripts/local/build.ts'
import { ensureDemoAccount, ensureDemoToken } from '../scripts/local/demo-account.ts'
import { migrateDatabase } from '../scripts/local/migrate.ts'
import { makeSecrets } from '../scripts/local/secrets.ts'
import { startSqld } from '../scripts/local/sqld.ts'
import { type LocalWorker, startLocalWorker } from '../scripts/local/worker.ts'
import { cpuMicroseconds, workerdPids } from './cpu.ts'
import { startUpstreamProcess } from './upstream.ts'
import { writePassThrough } from './pass-through.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '16' },
  },
})

interface Variant {
  readonly name: string
  readonly worker: LocalWorker
  readonly pid: number
  readonly samples: Sample[]
}

interface Sample {
  readonly cpuMicroseconds: number
  readonly requestsPerSecond: number
  readonly p50: string
  readonly p99: string
}

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const [upstream, sqld, secrets] = await Promise.all([
  startUpstreamProcess(),
  startSqld(join(dir, 'libsql'), join(dir, 'libsql.log')),
  makeSecrets(),
  buildWorker(join(dir, 'gateway')),
])
await migrateDatabase(sqld.url, undefined)
writePassThrough(join(dir, 'bare'), 'bare')
writePassThrough(join(dir, 'bare-kv'), 'bare with one KV read')

const variables = { ...secrets, UPSTREAM_URL: upstream.url, LIBSQL_URL: sqld.url }
const variants = [
  await startVariant('bare pass-through', 'bare'),
  await startVariant('bare pass-through and one KV read', 'bare-kv'),
  await startVariant('gateway (one KV read)', 'gateway'),
]
const [bare, bareKv, gateway] = variants
if (bare === undefined || bareKv === undefined || gateway === undefined)
  throw new Error('No variant')
const call = (path: string, init: object) =>
  gateway.worker.miniflare.dispatchFetch(gateway.worker.url + path, init)
const password = randomBytes(12).toString('hex')
const demo = await ensureDemoAccount(call, secrets.OPERATOR_TOKEN, password)
const token = await ensureDemoToken(call, demo)

try {
  for (const variant of variants) await measure(variant, 2) // warm-up
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const variant of variants) {
      variant.samples.push(await measure(variant, Number(values.seconds)))
    }
  }
  report()
} finally {
  for (const { worker } of variants) await worker.stop()
  await sqld.stop()
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function startVariant(name: string, bundle: string): Promise<Variant> {
  const before = new Set(workerdPids())
  const worker = await startLocalWorker({ bundleDir: join(dir, bundle), variables })
  const pid = workerdPids().find((candidate) => !before.has(candidate))
  if (pid === undefined) throw new Error('Cannot find the workerd process')
  return { name, worker, pid, samples: [] }
}

async function measure({ worker, pid }: Variant, seconds: number): Promise<Sample> {
  const before = cpuMicroseconds(pid)
  const { stdout } = await promisify(execFile)('wrk', [
    '--latency',
    ...['-t', '1', '-c', values.connections, '-d', `${seconds}s`],
    ...['-H', `Authorization: Token ${token}`, `${worker.url}/customer`],
  ])
  const cpu = cpuMicroseconds(pid) - before
  const number = (pattern: RegExp) => pattern.exec(stdout)?.[1] ?? ''
  if (/Non-2xx/.test(stdout)) throw new Error(`Some requests failed:\n${stdout}`)
  return {
    cpuMicroseconds: cpu / Number(number(/(\d+) requests in/)),
    requestsPerSecond: Number(number(/Requests\/sec: +([\d.]+)/)),
    p50: number(/50% +(\S+)/),
    p99: number(/99% +(\S+)/),
  }
}

function report(): void {
  const rows = variants.map(({ name, samples }) => ({
    variant: name,
    'CPU µs/request': Math.round(median(samples.map((sample) => sample.cpuMicroseconds))),
    'requests/s': Math.round(median(samples.map((sample) => sample.requestsPerSecond))),
    p50: samples.at(-1)?.p50,
    p99: samples.at(-1)?.p99,
    'bare / this': ratio(bare, samples),
    'bare with KV / this': ratio(bareKv, samples),
  }))
  console.table(rows)
}

/** The median of the ratios of CPU time, round by round. */
function ratio(reference: Variant | undefined, samples: readonly Sample[]): string {
  const ratios = samples.map(
    (sample, round) => (reference?.samples[round]?.cpuMicroseconds ?? 0) / sample.cpuMicroseconds,
  )
  return median(ratios).toFixed(2)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
