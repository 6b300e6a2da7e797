// `npm run bench -- soak`: ten minutes at the highest rate that the machine holds, in mode `strict`, while
// keys are made, changed and deleted. Each minute: what was answered, what lives in the worker's heap, and
// the memory of its process, of the one of KV and the authorities, and of libSQL. Every request that may
// pass must pass, and each change must hold for the very next request. Needs Linux, wrk and nginx.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { migrateDatabase } from '../harness/migrate.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { startSqld } from '../harness/sqld.ts'
import { operatorCall } from '../harness/customer.ts'
import { type Changes, changeUntil } from './changes.ts'
import { startElsewhere } from './elsewhere.ts'
import { liveHeapMegabytes } from './heap.ts'
import { latencyIn, numberIn } from './load.ts'
import { startNginxUpstream } from './nginx.ts'
import { residentMegabytes } from './accounting.ts'
import { startWorkerd } from '../harness/workerd/workerd.ts'

const OWNER = { email: 'soak@example.com', password: 'correct horse battery' }
/** As Cloudflare limits an isolate: without, V8 puts off what it need not do yet. */
const HEAP_MB = 128
const OPERATOR_TOKEN = 'operator of the benchmark'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    connections: { type: 'string', default: '16' },
    keys: { type: 'string', default: '20' },
  },
  allowPositionals: true,
})
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startNginxUpstream(join(dir, 'upstream'))
const sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
await migrateDatabase(sqld.url, undefined)
await buildProduct(join(dir, 'gateway'))
const elsewhere = await startElsewhere(join(dir, 'elsewhere'), HEAP_MB)
const { host } = new URL(elsewhere.url)
const worker = await startWorkerd({
  dir: join(dir, 'gateway'),
  variables: {
    ...(await makeSecrets()),
    OPERATOR_TOKEN,
    UPSTREAM_URL: upstream.url,
    LIBSQL_URL: sqld.url,
  },
  kvAddress: host,
  authorityAddress: host,
  heapMegabytes: HEAP_MB,
  hasInspector: true,
})
try {
  const account = { ...OWNER, name: 'Soak', status: 'active' }
  await operatorCall(worker.url, OPERATOR_TOKEN, 'POST', '/accounts', account)
  const done = { yet: false }
  const owner = { ...OWNER, url: worker.url }
  const changes = await changeUntil(() => done.yet, owner, Number(values.keys))
  const tokens = join(dir, 'tokens')
  writeFileSync(tokens, changes.steadyTokens.join('\n'))
  const rows = []
  for (let minute = 1; minute <= Number(values.minutes); minute++) {
    rows.push({ minute, ...(await load(tokens)), ...soFar(changes), ...(await memory()) })
    console.error(rows.at(-1))
  }
  done.yet = true
  await changes.ended
  console.table(rows)
  console.log(`Not as asked for: ${changes.wrong.length}`, changes.wrong.slice(0, 10))
} finally {
  await worker.stop()
  await elsewhere.stop()
  await sqld.stop()
  await upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

/** A minute of requests that all may pass. */
async function load(tokens: string) {
  const options = ['--latency', '-t', '1', '-c', values.connections, '-d', '60s']
  const script = ['-s', join(import.meta.dirname, 'soak.lua')]
  const { stdout } = await promisify(execFile)('wrk', [
    ...options,
    ...script,
    `${worker.url}/customer`,
    '--',
    tokens,
  ])
  return {
    requests: numberIn(stdout, /(\d+) requests in/),
    refused: numberIn(stdout, /Non-2xx or 3xx responses: (\d+)/),
    'socket errors': /Socket errors: (.*)/.exec(stdout)?.[1] ?? 0,
    'p99, ms': latencyIn(stdout, '99%'),
  }
}

function soFar({ made, wrong }: Changes) {
  return { changes: made.count, wrong: wrong.length }
}

async function memory() {
  const { pid = 0 } = sqld.process
  const heap = await liveHeapMegabytes(worker.inspector ?? '')
  return {
    'live heap, MB': Math.round(heap * 100) / 100,
    'workerd, MB': Math.round(residentMegabytes(worker.pid)),
    'KV and authorities, MB': Math.round(residentMegabytes(elsewhere.pid)),
    'sqld, MB': Math.round(residentMegabytes(pid)),
  }
}
