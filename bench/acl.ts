// `npm run bench -- acl`: what an IP ACL of 1 000 entries costs. First its compilation, which an isolate
// does once a key, and its size; then CPU time of workerd per forwarded GET, with an ACL of 1 000 entries
// against one of one, in one interleaved run. Goals: under 5 ms and 64 KB, and at most 1.1 times.
// Needs `wrk` and Linux.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { parseAddress } from '../src/keys/address.ts'
import { byteSizeOfIpAcl, compileIpAcl, matchesIpAcl } from '../src/keys/ip-acl.ts'
import { firstCompilationMs } from './first-compilation.ts'
import { kvValueOf, makeBenchKey } from '../harness/key.ts'
import { measure, ratio, type Sample, type Target, typical } from './load.ts'
import { startUpstreamProcess } from './upstream.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

const ENTRIES = 1_000
const COMPILATIONS = 200
const MATCHES = 1_000_000

interface Acl {
  readonly family: 'IPv4' | 'IPv6'
  readonly entries: readonly string[]
  /** On the list. */
  readonly address: string
}

interface Variant {
  readonly acl: Acl
  readonly workerd: Workerd
  readonly samples: Sample[]
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
  allowPositionals: true,
})
// Every second network of a block, so that none can be merged with its neighbour.
const IPV4 = Array.from({ length: ENTRIES }, (_, i) => `198.${18 + (i >> 7)}.${(i & 127) * 2}.0/24`)
const IPV6 = Array.from({ length: ENTRIES }, (_, i) => `2001:db8:${(2 * i).toString(16)}:8000::/49`)
const ACLS: readonly Acl[] = [
  { family: 'IPv4', entries: IPV4.slice(0, 1), address: '198.18.0.9' },
  { family: 'IPv4', entries: IPV4, address: '198.18.0.9' },
  { family: 'IPv6', entries: IPV6.slice(0, 1), address: '2001:db8:0:8000::9' },
  { family: 'IPv6', entries: IPV6, address: '2001:db8:0:8000::9' },
]

const compilations = []
for (const acl of ACLS) compilations.push(await compilation(acl))
console.table(compilations)
await compareForwarding()

/** In Node, which is V8 as workerd is; workerd's own clock stands still while code runs. */
async function compilation({ family, entries, address }: Acl) {
  const firstMs = await firstCompilationMs(entries)
  compileIpAcl(entries)
  const before = process.cpuUsage()
  for (let i = 0; i < COMPILATIONS; i++) compileIpAcl(entries)
  const { user, system } = process.cpuUsage(before)
  const acl = compileIpAcl(entries)
  const client = parseAddress(address)
  if (client === null) throw new Error(`${address} is no address`)
  let matched = 0
  const started = performance.now()
  for (let i = 0; i < MATCHES; i++) matched += Number(matchesIpAcl(acl, client))
  const matchNs = ((performance.now() - started) * 1e6) / MATCHES
  if (matched !== MATCHES) throw new Error(`${address} is not on its list`)
  return {
    ACL: `${entries.length} × ${family}`,
    'CPU of the first in an isolate, ms': firstMs.toFixed(2),
    'CPU of the next, ms': ((user + system) / COMPILATIONS / 1_000).toFixed(2),
    'size, bytes': byteSizeOfIpAcl(acl),
    'match, ns': matchNs.toFixed(0),
  }
}

async function compareForwarding(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
  const [upstream, secrets] = await Promise.all([
    startUpstreamProcess(),
    makeSecrets(),
    buildProduct(join(dir, 'product')),
  ])
  const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
  const variants: Variant[] = []
  try {
    for (const [i, acl] of ACLS.entries()) {
      const folder = join(dir, String(i))
      cpSync(join(dir, 'product'), folder, { recursive: true })
      const workerd = await startWorkerd({
        dir: folder,
        variables: {
          ...secrets,
          CONSISTENCY: 'bounded',
          UPSTREAM_URL: upstream.url,
          LIBSQL_URL: key.libsqlUrl,
        },
        kvValue: kvValueOf(acl.entries),
      })
      variants.push({ acl, workerd, samples: [] })
    }
    const load = { seconds: Number(values.seconds), connections: Number(values.connections) }
    for (let round = 0; round <= Number(values.rounds); round++) {
      for (const { acl, workerd, samples } of variants) {
        const sample = await measure(targetOf(workerd, key.token, acl.address), load)
        if (round > 0) samples.push(sample) // the first warms up
      }
    }
    console.table(variants.map((variant, i) => toRow(variant, variants[i - (i % 2)])))
  } finally {
    for (const { workerd } of variants) await workerd.stop()
    await key.stop()
    upstream.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function toRow({ acl, samples }: Variant, one: Variant | undefined) {
  return {
    ACL: `${acl.entries.length} × ${acl.family}`,
    'CPU µs/request': Math.round(typical(samples, 'cpuMicroseconds')),
    'requests/s': Math.round(typical(samples, 'requestsPerSecond')),
    'this / one entry': ratio(samples, one?.samples ?? []).toFixed(2),
  }
}

function targetOf({ url, pid }: Workerd, token: string, address: string): Target {
  const headers = { Authorization: `Token ${token}`, 'CF-Connecting-IP': address }
  return { url: `${url}/customer`, headers, status: 200, pids: [pid] }
}
