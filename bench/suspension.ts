// `npm run bench -- suspension`: how long a suspension of an account with 1 000 keys takes, with authorities next door
// and 150 ms away: of keys that nobody has used, of keys whose authorities hold them, and of keys whose objects have a
// version without leases. It has to hold within 10 s. A disk takes much of it, so use one in memory: TMPDIR=/dev/shm.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildProduct } from '../harness/build.ts'
import { createAccount, newCustomer } from '../harness/customer.ts'
import { insertKeys } from '../harness/insert-keys.ts'
import type { Workerd } from '../harness/workerd/workerd.ts'
import { openLocations } from './locations.ts'
import { startUpstreamProcess } from './upstream.ts'

const AUTHORITY_MS = 150
const KEYS = 1_000
/** An object of a version without leases does not say how long a change has to wait. */
const WITHOUT_LEASES = /(settlesInMs = UNKNOWN_WAIT_MS \} = )\w+;/

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startUpstreamProcess()
const locations = await openLocations(dir, upstream.url)

try {
  const { OPERATOR_TOKEN } = locations.secrets
  const near = await locations.start()
  const far = await locations.start({ authorityMs: AUTHORITY_MS })
  const older = await locations.start({ authorityMs: AUTHORITY_MS, build: await buildOlder() })
  const set = async ({ url }: Workerd, id: string, status: string) => {
    const startedMs = performance.now()
    const answer = await fetch(`${url}/admin/api/v1/operator/accounts/${id}`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${OPERATOR_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ status }),
    })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    return Math.round(performance.now() - startedMs)
  }
  const newAccount = async () => {
    const { id } = await createAccount(near.url, OPERATOR_TOKEN, newCustomer())
    await insertKeys(locations.sqld.url, id, KEYS)
    return id
  }
  const rows = []
  for (const [at, worker] of [
    ['next door', near],
    [`${AUTHORITY_MS} ms away`, far],
  ] as const) {
    const id = await newAccount()
    rows.push({
      authorities: at,
      keys: 'never used',
      'took, ms': await set(worker, id, 'suspended'),
    })
    await set(near, id, 'active')
    rows.push({ authorities: at, keys: 'held', 'took, ms': await set(worker, id, 'suspended') })
    await set(near, id, 'active')
    if (worker !== far) continue
    const takes = await set(older, id, 'suspended')
    rows.push({ authorities: at, keys: 'of objects without leases', 'took, ms': takes })
  }
  console.table(rows)
} finally {
  await locations.stop()
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

/** A built worker whose authorities seem to have a version without leases. */
async function buildOlder(): Promise<string> {
  const product = join(dir, 'product')
  const older = join(dir, 'older')
  await buildProduct(product)
  cpSync(product, older, { recursive: true })
  const file = join(older, 'index.js')
  const built = readFileSync(file, 'utf8')
  if (!WITHOUT_LEASES.test(built)) throw new Error('The built worker has changed: adapt this patch')
  writeFileSync(file, built.replace(WITHOUT_LEASES, '$1{};'))
  return older
}
