// `npm run bench -- scale`: whether a call takes longer with 200 000 keys than with 1 000, and whether the
// worker's memory grows with the keys and the forgeries that it meets. One call at a time, the two databases
// in turn. Goals: at most 1.5 times at the median, and less than 100 MB. `--part calls` or `--part memory`
// is for one of the two. Memory needs Linux, nginx and wrk.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { migrateDatabase } from '../harness/migrate.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { startSqld } from '../harness/sqld.ts'
import { startLocalWorker } from '../harness/worker.ts'
import { hashPassword } from '../src/admin/password.ts'
import { measureMemory } from './memory.ts'
import { type Call, CALLS, KEYS_A_TURN, logIn, type Side, timed } from './scale-calls.ts'
import { importRings, seedDatabase } from './seed-database.ts'
import { median } from './statistics.ts'
import { startUpstreamProcess } from './upstream.ts'

const GOAL = 1.5
const PASSWORD = 'correct horse battery'
const SMALL = { accounts: 100, keys: 1_000 }
const CUSTOMERS = 10
/** More than a page, fewer than the 100 that an account may have. */
const KEYS_OF_CUSTOMER = 60
const WARM_UP = 5

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: 'all' },
    accounts: { type: 'string', default: '20000' },
    keys: { type: 'string', default: '200000' },
    requests: { type: 'string', default: '100' },
    'log-ins': { type: 'string', default: '30' },
    genuine: { type: 'string', default: '200000' },
    forged: { type: 'string', default: '2000000' },
  },
  allowPositionals: true,
})
const large = { accounts: Number(values.accounts), keys: Number(values.keys) }
const counts = { requests: Number(values.requests), logIns: Number(values['log-ins']) }
const most = (CUSTOMERS * KEYS_OF_CUSTOMER) / KEYS_A_TURN - WARM_UP
if (counts.requests > most) throw new Error(`At most ${most} requests: there are no more keys`)
if (large.accounts < SMALL.accounts || large.keys < SMALL.keys) {
  throw new Error(`At least ${SMALL.accounts} accounts and ${SMALL.keys} keys`)
}

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const stops: (() => Promise<void> | void)[] = []
const secrets = await makeSecrets()
try {
  await buildProduct(join(dir, 'product'))
  if (values.part !== 'memory') await compareCalls()
  await stopAll()
  if (values.part !== 'calls') {
    const [genuine, forged] = [Number(values.genuine), Number(values.forged)]
    console.table(await measureMemory({ dir: join(dir, 'product'), secrets, genuine, forged }))
  }
} finally {
  await stopAll()
  rmSync(dir, { recursive: true, force: true })
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) await stop()
}

async function compareCalls(): Promise<void> {
  const upstream = await startUpstreamProcess()
  stops.push(upstream.stop)
  const passwordHash = await hashPassword(PASSWORD)
  const small = await startSide('small', SMALL, passwordHash, upstream.url)
  const big = await startSide('large', large, passwordHash, upstream.url)
  const times = new Map<Call, { small: number[]; large: number[] }>()
  for (const call of CALLS) times.set(call, { small: [], large: [] })

  for (let i = 0; i < counts.requests + WARM_UP; i++) {
    for (const [call, lists] of times) {
      if (call === 'log in' && i >= counts.logIns + WARM_UP) continue
      // Who comes second must not always be the same.
      const order = i % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const)
      for (const name of order) {
        const ms = await timed(call, name === 'small' ? small : big, i, PASSWORD)
        if (i >= WARM_UP) lists[name].push(ms)
      }
    }
  }
  console.table([...times].map(([call, lists]) => toRow(call, lists.small, lists.large)))
}

async function startSide(
  name: string,
  size: typeof SMALL,
  passwordHash: string,
  upstreamUrl: string,
): Promise<Side> {
  const folder = join(dir, name)
  mkdirSync(folder)
  const sqld = await startSqld(join(folder, 'libsql'), join(folder, 'libsql.log'))
  stops.push(sqld.stop)
  await migrateDatabase(sqld.url, undefined)
  const seed = { ...size, customers: CUSTOMERS, keysOfCustomer: KEYS_OF_CUSTOMER, passwordHash }
  const seeded = await seedDatabase(name, sqld.url, seed, await importRings(secrets))
  const variables = { ...secrets, LIBSQL_URL: sqld.url, UPSTREAM_URL: upstreamUrl }
  const { url, stop } = await startLocalWorker({
    bundleDir: join(dir, 'product'),
    variables,
    onLog: (line) => line.includes('"fault"') && console.error(name, line),
  })
  stops.push(stop)
  const customers = []
  for (const customer of seeded) {
    customers.push({ ...customer, cookie: await logIn(url, customer.email, PASSWORD) })
  }
  return { url, customers, cursor: '' }
}

function toRow(call: Call, small: readonly number[], big: readonly number[]) {
  const [few, many] = [median(small), median(big)]
  return {
    call,
    requests: big.length,
    [`ms at ${SMALL.keys} keys`]: few.toFixed(1),
    [`ms at ${large.keys} keys`]: many.toFixed(1),
    ratio: (many / few).toFixed(2),
    goal: GOAL,
    met: many / few <= GOAL ? 'yes' : 'no',
  }
}
