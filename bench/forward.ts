// `npm run bench`: CPU time a request of the gateway, of workers that do a part of what it does, and of
// peers, in one interleaved run on keep-alive connections. It prints its tables and writes results.md.
// Needs Linux, and of Debian wrk, nginx and libnginx-mod-http-lua. `--short` only shows that it works.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { startMemoryProbe } from './memory-latency.ts'
import { startNginxUpstream } from './nginx.ts'
import { startBetterAuth } from './peers/better-auth.ts'
import { startNginxLua } from './peers/nginx-lua.ts'
import { type Compared, startPeer } from './peers/peer.ts'
import { report } from './report.ts'
import { keepInUse, measureRounds, pidsOf } from './rounds.ts'
import { startVariants } from './variants.ts'
import { openWorkbench } from './workbench.ts'

const SHORT = { rounds: 1, warmUp: 0, instances: 1 }

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    instances: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    short: { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, 'results.md') },
  },
  allowPositionals: true,
})
const long = { rounds: Number(values.rounds), warmUp: 2, instances: Number(values.instances) }
const run = { ...(values.short ? SHORT : long), connections: Number(values.connections) }

keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const stops: (() => void | Promise<void>)[] = []
try {
  const upstream = await startNginxUpstream(join(dir, 'upstream'))
  stops.push(upstream.stop)
  const upstreamUrl = upstream.url
  const bench = await openWorkbench({ dir, upstreamUrl, instances: run.instances })
  stops.push(bench.stop)
  const ours = await startVariants(bench)
  const peers: Compared[] = []
  for (const start of [
    (folder: string) => {
      const { key, secrets } = bench
      const { TOKEN_KEYS: tokenKeys, ASSERTION_KEYS: assertionKeys } = secrets
      return startNginxLua({ dir: folder, key, tokenKeys, assertionKeys, upstreamUrl })
    },
    (folder: string) => startBetterAuth({ dir: folder, upstreamUrl }),
  ]) {
    const peer = await startPeer(join(dir, `peer-${peers.length}`), run.instances, start)
    stops.push(peer.stop)
    peers.push(peer)
  }

  const all = [...Object.values(ours), ...peers.flatMap(({ bare, checked }) => [bare, checked])]
  measureOnOneCore(pidsOf(all))
  stops.push(keepInUse([ours.gateway, ours.limited, ours.denied]))
  const memory = startMemoryProbe()
  stops.push(memory.stop)
  await measureRounds(all, { ...run, afterRound: memory.measure })
  const results = await report(ours, peers, { ...run, memory: memory.describe() })
  console.log(results)
  if (!values.short) writeFileSync(values.out, results)
} finally {
  for (const stop of stops.toReversed()) await stop()
  rmSync(dir, { recursive: true, force: true })
}
