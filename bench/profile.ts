// `npm run bench -- profile`: where the CPU time of a forwarded GET goes, line by line: from a worker that
// passes the request on, by what the runtime takes for each thing that forwarding has to do, to the gateway.
// One interleaved run. Needs what `npm run bench` needs, but for Lua.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measure, ratio, typical } from './load.ts'
import { startNginxUpstream } from './nginx.ts'
import { openWorkbench, type Variant, type Workbench } from './workbench.ts'

const STEPS = [
  'headers read and put together anew',
  '8 headers added, one of 400 bytes',
  'redirects passed on, nothing cached',
  'a limit of time',
  'an answer of our own, for its one header',
  'a line in the log',
]
const WITH_OBJECT = 'the same, and a Durable Object that does nothing'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '16' },
  },
  allowPositionals: true,
})
const load = { seconds: Number(values.seconds), connections: Number(values.connections) }
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startNginxUpstream(join(dir, 'upstream'))
const bench = await openWorkbench(dir, upstream.url)
try {
  const variants = await start(bench)
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const { target, samples } of variants) {
      const sample = await measure(target, load)
      if (round > 0) samples.push(sample) // the first warms up
    }
  }
  console.table(variants.map((variant, i) => toRow(variant, variants[i - 1], variants[0])))
} finally {
  await bench.stop()
  await upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function start({ startPart, startProduct, variant }: Workbench): Promise<Variant[]> {
  const step = async (name: string, number: number) =>
    variant(name, await startPart('step', { STEP: String(number) }))
  const steps: Variant[] = []
  for (const [i, name] of STEPS.entries()) steps.push(await step(name, i + 1))
  return [
    variant('bare pass-through', await startPart('pass-through')),
    ...steps,
    variant('forwarding alone, by the gateway', await startPart('forward-only')),
    variant('gateway, bounded', await startProduct('bounded')),
    await step(WITH_OBJECT, STEPS.length + 1),
    variant('gateway, strict', await startProduct('strict')),
  ]
}

function toRow({ name, samples }: Variant, before?: Variant, bare?: Variant) {
  const cpu = typical(samples, 'cpuMicroseconds')
  return {
    worker: name,
    'CPU µs/request': Math.round(cpu),
    more: before === undefined ? 0 : Math.round(cpu - typical(before.samples, 'cpuMicroseconds')),
    'bare / this': ratio(bare?.samples ?? [], samples).toFixed(2),
  }
}
