// `npm run bench -- metrics`: what counting costs a forwarded GET. CPU time of workerd with the product as it is,
// against the same product with counters that do nothing, in one interleaved run. Needs `wrk` and Linux.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { makeBenchKey } from '../harness/key.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'
import { judge, ratio } from './comparison.ts'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import type { Target } from './load.ts'
import { cpuTakes, keepInUse, measureRounds, pidsOf, toVariant, typical } from './rounds.ts'
import { startUpstreamProcess } from './upstream.ts'
import { headersOf } from './workbench.ts'

const MOST_TIMES = 1.02
const CREATED = /= createIsolateMetrics\(\{/
const COUNTS_NOTHING = `
function countNothing() {
  const nothing = () => {}
  return { noteRequest: nothing, noteFault: nothing, noteQuestion: nothing, noteLease: nothing, async flush() {} }
}`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    instances: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
  allowPositionals: true,
})

keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const product = join(dir, 'product')
const [upstream, secrets] = await Promise.all([
  startUpstreamProcess(),
  makeSecrets(),
  buildProduct(product),
])
const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
const variables = { ...secrets, UPSTREAM_URL: upstream.url, LIBSQL_URL: key.libsqlUrl }
const workers: Workerd[] = []
try {
  const without = await start('counts nothing', withoutCounters())
  const gateway = await start('the product', product)
  measureOnOneCore(pidsOf([without, gateway]))
  const stopUse = keepInUse([without, gateway])
  await measureRounds([without, gateway], {
    rounds: Number(values.rounds),
    warmUp: 2,
    connections: Number(values.connections),
  })
  stopUse()
  const times = ratio(cpuTakes(gateway), cpuTakes(without))
  console.table([
    { worker: without.name, 'CPU µs/request': Math.round(typical(without, 'cpuMicroseconds')) },
    {
      worker: gateway.name,
      'CPU µs/request': Math.round(typical(gateway, 'cpuMicroseconds')),
      'times as much': times.value.toFixed(3),
      spread: times.spread.toFixed(3),
      [`at most ${MOST_TIMES}`]: judge(times, { most: MOST_TIMES }),
    },
  ])
} finally {
  for (const { stop } of workers) await stop()
  await key.stop()
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function start(name: string, folder: string) {
  const targets: Target[] = []
  while (targets.length < Number(values.instances)) {
    const worker = await startWorkerd({ dir: folder, variables, kvValue: key.kvValue })
    workers.push(worker)
    const headers = headersOf(key.token, key.address)
    targets.push({ url: `${worker.url}/customer`, headers, status: 200, pids: [worker.pid] })
  }
  return toVariant(name, targets)
}

/** A copy of the product whose counters do nothing. */
function withoutCounters(): string {
  const folder = join(dir, 'counts-nothing')
  cpSync(product, folder, { recursive: true })
  const file = join(folder, 'index.js')
  const source = readFileSync(file, 'utf8')
  if (!CREATED.test(source)) throw new Error('The product makes its counters elsewhere')
  writeFileSync(file, source.replace(CREATED, '= countNothing({') + COUNTS_NOTHING)
  return folder
}
