// `npm run bench -- consistency`: what a request waits more under `strict` than under `bounded`, with
// authorities 5, 40 and 150 ms away and an upstream that takes 60 ms. One request at a time, the
// variants in turn. Goals: a GET waits at most max(0, authority − upstream) + 2 ms more, a POST at most
// one round trip + 2 ms, at the median.

import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { makeBenchKey } from '../harness/key.ts'
import { median } from './statistics.ts'
import { startUpstreamProcess } from './upstream.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

const AUTHORITY_MS = [5, 40, 150]
const UPSTREAM_MS = 60
const METHODS = ['GET', 'POST'] as const

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '60' } },
  allowPositionals: true,
})
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const [upstream, secrets] = await Promise.all([
  startUpstreamProcess(UPSTREAM_MS),
  makeSecrets(),
  buildProduct(dir),
])
const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
const agent = new Agent({ keepAlive: true })
const workers: Workerd[] = []

try {
  const bounded = await start('bounded')
  const rows = []
  for (const authorityMs of AUTHORITY_MS) {
    const strict = await start('strict', authorityMs)
    for (const method of METHODS) rows.push(await compare(bounded, strict, method, authorityMs))
  }
  console.table(rows)
} finally {
  agent.destroy()
  for (const worker of workers) await worker.stop()
  await key.stop()
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function start(consistency: string, authorityMs?: number): Promise<Workerd> {
  const variables = {
    ...secrets,
    CONSISTENCY: consistency,
    UPSTREAM_URL: upstream.url,
    LIBSQL_URL: key.libsqlUrl,
  }
  const worker = await startWorkerd({ dir, variables, kvValue: key.kvValue, authorityMs })
  workers.push(worker)
  return worker
}

async function compare(
  bounded: Workerd,
  strict: Workerd,
  method: (typeof METHODS)[number],
  authorityMs: number,
) {
  const times: Record<'bounded' | 'strict', number[]> = { bounded: [], strict: [] }
  for (let i = 0; i < 5; i++) await Promise.all([timed(bounded, method), timed(strict, method)])
  for (let i = 0; i < Number(values.requests); i++) {
    times.bounded.push(await timed(bounded, method))
    times.strict.push(await timed(strict, method))
  }
  const more = median(times.strict.map((ms, i) => ms - (times.bounded[i] ?? 0)))
  const goal = (method === 'GET' ? Math.max(0, authorityMs - UPSTREAM_MS) : authorityMs) + 2
  return {
    method,
    'authority, ms': authorityMs,
    'upstream, ms': UPSTREAM_MS,
    'bounded, ms': round(median(times.bounded)),
    'strict, ms': round(median(times.strict)),
    'more, ms': round(more),
    'goal, ms': goal,
    met: more <= goal ? 'yes' : 'no',
  }
}

/** Milliseconds to the end of the answer. */
async function timed(worker: Workerd, method: string): Promise<number> {
  const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': key.address }
  const began = performance.now()
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(`${worker.url}/customer`, { method, headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${method} answered ${answer.statusCode}`))
      answer.resume().on('end', resolve)
    })
    outgoing.on('error', reject).end()
  })
  return performance.now() - began
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
