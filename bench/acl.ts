// `npm run bench -- acl`: what an IP ACL of 1 000 entries costs. First its compilation, which an isolate
// does once a key, and its size; then CPU time of workerd per forwarded GET, with an ACL of 1 000 entries
// against one of one, in one interleaved run. Goals: under 5 ms and 64 KB, and at most 1.1 times.
// Needs Linux, `wrk` and nginx.

import { parseAddress } from '../src/keys/address.ts'
import { byteSizeOfIpAcl, compileIpAcl, matchesIpAcl } from '../src/keys/ip-acl.ts'
import { firstCompilationMs } from './first-compilation.ts'
import type { Variant } from './rounds.ts'
import { cpuRow, judgedRow, measureSideBySide } from './side-by-side.ts'
import { headersOf } from './workbench.ts'

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
const { variants } = await measureSideBySide(10, async (bench) => {
  const made: Variant[] = []
  for (const { family, entries, address } of ACLS) {
    const key = await bench.makeKey({ ipAcl: entries })
    const workers = await bench.startProduct({}, key)
    const headers = headersOf(key.token, address)
    made.push(bench.variant(`${entries.length} × ${family}`, workers, headers))
  }
  return { variants: made }
})
console.table(
  variants.map((variant, i) => {
    const one = variants[i - (i % 2)] ?? variant
    return variant === one ? cpuRow(one) : judgedRow(variant, one, MOST_TIMES)
  }),
)

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
