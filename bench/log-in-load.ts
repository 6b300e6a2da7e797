// `npm run bench -- log-in-load`: what a Portal API request takes while strangers log in, from one address
// and from many. Here the hashes share the one thread with everything else. With `--elsewhere` they have a
// process of their own, as they have isolates of their own on Cloudflare.

import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { startLocalWorker } from '../harness/worker.ts'
import { send } from '../harness/http.ts'
import { DOOR_NAME, WITH_DOOR, withFarHashers } from './hashers-elsewhere.ts'
import { makeBenchKey } from '../harness/key.ts'
import { startUpstreamProcess } from './upstream.ts'

const UNDER_WAY = [0, 1, 4, 16, 64]
/** Who was refused tries again after so long: else this would measure how many requests a thread can refuse. */
const PAUSE_AFTER_REFUSAL_MS = 250
/** From one Portal API request to the next. */
const PAUSE_MS = 10

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    elsewhere: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const secrets = await makeSecrets()
const [key, upstream] = await Promise.all([
  makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS),
  startUpstreamProcess(),
  buildProduct(dir),
])
const variables = { ...secrets, LIBSQL_URL: key.libsqlUrl, UPSTREAM_URL: upstream.url }
const hashing = values.elsewhere
  ? await startLocalWorker({ bundleDir: dir, variables, ...WITH_DOOR })
  : undefined
const doorUrl = await hashing?.miniflare.unsafeGetDirectURL(DOOR_NAME)
const worker = await startLocalWorker({
  bundleDir: dir,
  variables,
  ...(doorUrl !== undefined && withFarHashers(doorUrl.href)),
})
const agent = new Agent({ keepAlive: true })
let attempts: number = 0

try {
  await measure(0, 1_000, () => '') // warming up
  for (const [from, addressOf] of Object.entries({
    'one address': (): string => '203.0.113.9',
    'many addresses': (): string =>
      `10.${attempts >> 16}.${(attempts >> 8) & 255}.${attempts & 255}`,
  })) {
    const rows = []
    let idleP50 = 1
    for (const underWay of UNDER_WAY) {
      const row = await measure(underWay, Number(values.seconds) * 1_000, addressOf)
      if (underWay === 0) idleP50 = row['p50, ms']
      rows.push({ ...row, 'p50 / idle': Math.round((row['p50, ms'] / idleP50) * 10) / 10 })
    }
    console.log(`Log-ins from ${from}`)
    console.table(rows)
  }
} finally {
  await worker.stop()
  await hashing?.stop()
  agent.destroy()
  upstream.stop()
  await key.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function measure(underWay: number, ms: number, addressOf: () => string) {
  const until = performance.now() + ms
  const counts = new Map<number, number>()
  const strangers = Array.from({ length: underWay }, async () => {
    while (performance.now() < until) {
      const status = await logIn(addressOf())
      counts.set(status, (counts.get(status) ?? 0) + 1)
      if (status !== 401) await pause(PAUSE_AFTER_REFUSAL_MS)
    }
  })
  const times: number[] = []
  let failed = 0
  while (performance.now() < until) {
    const began = performance.now()
    const { status } = await send(`${worker.url}/customer`, {
      agent,
      headers: { Authorization: `Token ${key.token}`, 'CF-Connecting-IP': key.address },
    })
    times.push(performance.now() - began)
    if (status !== 200) failed++
    await pause(PAUSE_MS)
  }
  await Promise.all(strangers)
  times.sort((a, b) => a - b)
  const at = (share: number) => {
    const time = times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
    return Math.round(time * 10) / 10
  }
  return {
    'log-ins under way': underWay,
    'p50, ms': at(0.5),
    'p99, ms': at(0.99),
    'longest, ms': at(1),
    requests: times.length,
    failed,
    'log-ins hashed': counts.get(401) ?? 0,
    'log-ins refused': counts.get(429) ?? 0,
    'log-ins failed': (counts.get(503) ?? 0) + (counts.get(500) ?? 0),
  }
}

async function logIn(address: string): Promise<number> {
  const body = JSON.stringify({ email: `n${attempts++}@nobody.test`, password: 'wrong' })
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'CF-Connecting-IP': address,
  }
  const { status } = await send(`${worker.url}/admin/api/v1/session`, {
    method: 'POST',
    headers,
    body,
    agent,
  })
  return status
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
