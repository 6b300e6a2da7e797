// `npm run bench -- soak`: ten minutes at the highest rate that the machine holds, while keys are made, changed
// and deleted. Each minute: what was answered, what lives in the worker's heap, and the memory of its process,
// of the one of KV and the authorities, and of libSQL. Every request that may pass must pass, and each change
// must hold for the very next request. Needs Linux, wrk and nginx.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { operatorCall } from '../harness/customer.ts'
import { residentMegabytes } from './accounting.ts'
import { type Changes, changeUntil } from './changes.ts'
import { liveHeapMegabytes } from './heap.ts'
import { latencyIn, numberIn } from './load.ts'
import { openLocations } from './locations.ts'
import { startNginxUpstream } from './nginx.ts'

const OWNER = { email: 'soak@example.com', password: 'correct horse battery' }

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
const locations = await openLocations(dir, upstream.url)
const { secrets, sqld, elsewhere } = locations
const worker = await locations.start({ hasInspector: true })
try {
  const account = { ...OWNER, name: 'Soak', status: 'active' }
  await operatorCall(worker.url, secrets.OPERATOR_TOKEN, 'POST', '/accounts', account)
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
  await locations.stop()
  await upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

/** A minute of requests that all may pass. */
async function load(tokens: string) {
  const options = ['--latency', '-t', '1', '-c', values.connections, '-d', '60s']
  const script = ['-s', join(import.meta.dirname, 'keys.lua')]
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
