// Workers measured side by side: in one interleaved run on one core, in front of one upstream, by the CPU
// time of workerd. Needs Linux, `wrk` and nginx.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge, ratio } from './comparison.ts'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { startNginxUpstream } from './nginx.ts'
import { cpuTakes, keepInUse, measureRounds, pidsOf, typical, type Variant } from './rounds.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const WARM_UP = 2

/**
 * Measures the variants that `start` makes, and answers them. `rounds`: how often each instance has its turn,
 * where the command line has no `--rounds`.
 */
export async function measureSideBySide<
  Made extends Readonly<Record<string, Variant | readonly Variant[]>>,
>(rounds: number, start: (bench: Workbench) => Promise<Made>): Promise<Made> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(rounds) },
      instances: { type: 'string', default: '3' },
      connections: { type: 'string', default: '16' },
    },
    allowPositionals: true,
  })
  keepToOthers()
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
  const stops: (() => void | Promise<void>)[] = []
  try {
    const upstream = await startNginxUpstream(join(dir, 'upstream'))
    stops.push(upstream.stop)
    const instances = Number(values.instances)
    const bench = await openWorkbench({ dir, upstreamUrl: upstream.url, instances })
    stops.push(bench.stop)
    const made = await start(bench)
    const variants = Object.values(made).flat()
    measureOnOneCore(pidsOf(variants))
    stops.push(keepInUse(variants))
    await measureRounds(variants, {
      rounds: Number(values.rounds),
      warmUp: WARM_UP,
      connections: Number(values.connections),
    })
    return made
  } finally {
    for (const stop of stops.toReversed()) await stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A row of a table: what a request takes. */
export function cpuRow(variant: Variant) {
  return { worker: variant.name, 'CPU µs/request': Math.round(typical(variant, 'cpuMicroseconds')) }
}

/** The same, and how many times as much that is as `base` takes, which should be `most` times at most. */
export function judgedRow(variant: Variant, base: Variant, most: number) {
  const times = ratio(cpuTakes(variant), cpuTakes(base))
  return {
    ...cpuRow(variant),
    'times as much': times.value.toFixed(3),
    spread: times.spread.toFixed(3),
    error: times.error.toFixed(3),
    [`at most ${most}`]: judge(times, { most }),
  }
}
