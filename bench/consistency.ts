// `npm run bench -- consistency`: what the promise takes, with authorities 5, 40 and 150 ms away. What a key in
// use waits more than by forwarding alone (goal: 0.5 ms at most), how long a change takes (goal: one trip, or
// 1.5 s if the key is in use), and how often the authority of one busy key is called. Needs Linux and wrk.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAccount, newCustomer, toCustomer } from '../harness/customer.ts'
import type { Workerd } from '../harness/workerd/workerd.ts'
import { measureAddedLatency } from './added-latency.ts'
import { measureChanges } from './change-latency.ts'
import { measureHotKey } from './hot-key.ts'
import { openLocations } from './locations.ts'
import { startUpstreamProcess } from './upstream.ts'

const AUTHORITY_MS = [5, 40, 150]

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200' },
    changes: { type: 'string', default: '8' },
    instances: { type: 'string', default: '3' },
    rates: { type: 'string', default: '100,1000,5000' },
    seconds: { type: 'string', default: '10' },
  },
  allowPositionals: true,
})
const instances = Number(values.instances)
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startUpstreamProcess()
const locations = await openLocations(dir, upstream.url)

try {
  const forwarding = await startMany(() => locations.startPart('forward-only'))
  const near = await startMany(() => locations.start())
  const far = new Map<number, readonly Workerd[]>()
  for (const authorityMs of AUTHORITY_MS) {
    far.set(authorityMs, await startMany(() => locations.start({ authorityMs })))
  }
  const [{ url } = { url: '' }] = near
  const { OPERATOR_TOKEN } = locations.secrets
  const customer = toCustomer(url, await createAccount(url, OPERATOR_TOKEN, newCustomer()))

  console.log('What a request waits, with a key in use')
  console.table(
    await measureAddedLatency({ customer, forwarding, far, requests: Number(values.requests) }),
  )
  console.log('What a change waits')
  console.table(await measureChanges({ customer, near, far, changes: Number(values.changes) }))
  console.log('How often the authority of one busy key is called')
  const rates = values.rates.split(',').map(Number)
  const [gateway] = far.get(AUTHORITY_MS[0] ?? 0) ?? []
  if (gateway !== undefined) {
    const options = { dir, customer, locations, gateway, rates, seconds: Number(values.seconds) }
    console.table(await measureHotKey(options))
  }
} finally {
  await locations.stop()
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function startMany(start: () => Promise<Workerd>): Promise<readonly Workerd[]> {
  const started: Workerd[] = []
  while (started.length < instances) started.push(await start())
  return started
}
