// `npm run bench`: CPU time of workerd per forwarded GET, ours against workers that authenticate
// nobody, in one interleaved run on keep-alive connections. Needs `wrk` (Debian: apt-get install wrk)
// and Linux. What counts are ratios within a run: machines differ, and this one may be busy.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../scripts/local/build.ts'
import { makeSecrets } from '../scripts/local/secrets.ts'
import { makeBenchKey } from './key.ts'
import { measure, ratio, type Sample } from './load.ts'
import { median } from './statistics.ts'
import { startUpstreamProcess } from './upstream.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

interface Variant {
  readonly name: string
  readonly workerd: Workerd
  readonly samples: Sample[]
}

const FORWARD = 'return await fetch(env.UPSTREAM_URL + new URL(request.url).pathname, request)'
/** The workers that the gateway is compared with. */
const COMPARED = {
  'answers at once': 'return new Response("ok")',
  'bare pass-through': FORWARD,
  'bare pass-through, one KV read': `await env.KEYS.get('key', { cacheTtl: 30 }); ${FORWARD}`,
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '16' },
  },
  allowPositionals: true,
})
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const [upstream, secrets] = await Promise.all([
  startUpstreamProcess(),
  makeSecrets(),
  buildProduct(join(dir, 'gateway')),
])
const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
const variants: Variant[] = []

try {
  for (const [name, body] of Object.entries(COMPARED)) {
    const folder = join(dir, name)
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'index.js'),
      `export default { async fetch(request, env) { ${body} } }\n`,
    )
    variants.push(await startVariant(name, folder))
  }
  for (const mode of ['bounded', 'strict']) {
    variants.push(await startVariant(`gateway, ${mode}`, join(dir, 'gateway'), mode))
  }

  for (const variant of variants) await measure(variant.workerd, key, 2, values.connections) // warm-up
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const variant of variants) {
      variant.samples.push(
        await measure(variant.workerd, key, Number(values.seconds), values.connections),
      )
    }
  }
  report()
} finally {
  for (const { workerd } of variants) await workerd.stop()
  await key.stop()
  upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function startVariant(
  name: string,
  folder: string,
  CONSISTENCY = 'bounded',
): Promise<Variant> {
  const workerd = await startWorkerd({
    dir: folder,
    variables: { ...secrets, CONSISTENCY, UPSTREAM_URL: upstream.url, LIBSQL_URL: key.libsqlUrl },
    kvValue: key.kvValue,
  })
  return { name, workerd, samples: [] }
}

function report(): void {
  const [, bare, bareWithKv] = variants
  const rows = variants.map(({ name, samples }) => ({
    worker: name,
    'CPU µs/request': Math.round(median(samples.map((sample) => sample.cpuMicroseconds))),
    'requests/s': Math.round(median(samples.map((sample) => sample.requestsPerSecond))),
    'bare / this': ratio(bare?.samples, samples),
    'bare with KV / this': ratio(bareWithKv?.samples, samples),
  }))
  console.table(rows)
}
