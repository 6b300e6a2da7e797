// `npm run bench`: CPU time a request of the gateway, of workers that do a part of what it does, and of
// peers, in one interleaved run on keep-alive connections. It prints its tables and writes results.md.
// Needs Linux, and of Debian wrk, nginx and libnginx-mod-http-lua. `--short` only shows that it works.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { measureRounds } from './load.ts'
import { startNginxUpstream } from './nginx.ts'
import { startBetterAuth } from './peers/better-auth.ts'
import { startNginxLua } from './peers/nginx-lua.ts'
import type { Peer } from './peers/peer.ts'
import { type Compared, report } from './report.ts'
import { startVariants } from './variants.ts'
import { openWorkbench, type Variant } from './workbench.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '16' },
    short: { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, 'results.md') },
  },
  allowPositionals: true,
})
const rounds = values.short ? 1 : Number(values.rounds)
const load = {
  seconds: values.short ? 1 : Number(values.seconds),
  connections: Number(values.connections),
}

keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const stops: (() => Promise<void>)[] = []
try {
  const upstream = await startNginxUpstream(join(dir, 'upstream'))
  stops.push(upstream.stop)
  const bench = await openWorkbench(dir, upstream.url)
  stops.push(bench.stop)
  const ours = await startVariants(bench)
  const nginx = await startNginxLua({
    dir: join(dir, 'nginx-lua'),
    key: bench.key,
    tokenKeys: bench.secrets.TOKEN_KEYS,
    assertionKeys: bench.secrets.ASSERTION_KEYS,
    upstreamUrl: upstream.url,
  })
  stops.push(nginx.stop)
  const betterAuth = await startBetterAuth({
    dir: join(dir, 'better-auth'),
    upstreamUrl: upstream.url,
  })
  stops.push(betterAuth.stop)

  const peers = [nginx, betterAuth].map(toCompared)
  const all = [...Object.values(ours), ...peers.flatMap(({ bare, checked }) => [bare, checked])]
  measureOnOneCore(all.flatMap(({ target }) => target.pids))
  await measureRounds(all, rounds, load)
  const results = await report(ours, peers, { rounds, ...load })
  console.log(results)
  if (!values.short) writeFileSync(values.out, results)
} finally {
  for (const stop of stops.toReversed()) await stop()
  rmSync(dir, { recursive: true, force: true })
}

function toCompared({ name, doesLess, bare, target }: Peer): Compared {
  const variant = (label: string, of: Peer['target']): Variant => {
    return { name: label, target: of, samples: [] }
  }
  return { doesLess, bare: variant(`${name}: without`, bare), checked: variant(name, target) }
}
