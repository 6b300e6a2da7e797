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
import { kvValueOf, makeBenchKey } from '../harness/key.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'
import { judge, ratio } from './comparison.ts'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { firstCompilationMs } from './first-compilation.ts'
import type { Target } from './load.ts'
import {
  cpuTakes,
  keepInUse,
  measureRounds,
  pidsOf,
  toVariant,
  typical,
  type Variant,
} from './rounds.ts'
import { startUpstreamProcess } from './upstream.ts'

const ENTRIES = 1_000
const COMPILATIONS = 200
const MATCHES = 1_000_000
const MOST_TIMES = 1.1

interface Acl {
  readonly family: 'IPv4' | 'IPv6'
  readonly entries: readonly string[]
  /** On the list. */
  readonly address: string
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    instances: { type: 'string', default: '3' },
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
    const variants: Variant[] = []
    for (const [i, { family, entries, address }] of ACLS.entries()) {
      const folder = join(dir, String(i))
      cpSync(product, folder, { recursive: true })
      const targets: Target[] = []
      while (targets.length < Number(values.instances)) {
        const worker = await startWorkerd({ dir: folder, variables, kvValue: kvValueOf(entries) })
        workers.push(worker)
        targets.push(targetOf(worker, key.token, address))
      }
      variants.push(toVariant(`${entries.length} × ${family}`, targets))
    }
    measureOnOneCore(pidsOf(variants))
    const stopUse = keepInUse(variants)
    await measureRounds(variants, {
      rounds: Number(values.rounds),
      warmUp: 2,
      connections: Number(values.connections),
    })
    stopUse()
    console.table(variants.map((variant, i) => toRow(variant, variants[i - (i % 2)])))
  } finally {
    for (const { stop } of workers) await stop()
    await key.stop()
    upstream.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function toRow(variant: Variant, one = variant) {
  const row = {
    ACL: variant.name,
    'CPU µs/request': Math.round(typical(variant, 'cpuMicroseconds')),
  }
  if (variant === one) return row
  const times = ratio(cpuTakes(variant), cpuTakes(one))
  return {
    ...row,
    'this / one entry': times.value.toFixed(2),
    spread: times.spread.toFixed(2),
    [`at most ${MOST_TIMES}`]: judge(times, { most: MOST_TIMES }),
  }
}

function targetOf({ url, pid }: Workerd, token: string, address: string): Target {
  const headers = { Authorization: `Token ${token}`, 'CF-Connecting-IP': address }
  return { url: `${url}/customer`, headers, status: 200, pids: [pid] }
}
