// `npm run bench -- profile`: where the CPU time goes, line by line. Of a forwarded GET: from a worker that
// passes the request on, by what the runtime takes for each thing that forwarding has to do, to the gateway.
// Of a refusal: from a worker that answers at once. One interleaved run. Needs what `npm run bench` needs,
// but for Lua.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ratio } from './comparison.ts'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { startNginxUpstream } from './nginx.ts'
import { forged } from './peers/peer.ts'
import { cpuTakes, keepInUse, measureRounds, pidsOf, typical, type Variant } from './rounds.ts'
import { headersOf, openWorkbench, type Workbench } from './workbench.ts'

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
    rounds: { type: 'string', default: '6' },
    instances: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
  allowPositionals: true,
})
keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startNginxUpstream(join(dir, 'upstream'))
const instances = Number(values.instances)
const bench = await openWorkbench({ dir, upstreamUrl: upstream.url, instances })
try {
  const forwarded = await startForwarding(bench)
  const refused = await startRefusals(bench)
  const all = [...forwarded, ...refused]
  measureOnOneCore(pidsOf(all))
  const stopUse = keepInUse(all)
  await measureRounds(all, {
    rounds: Number(values.rounds),
    warmUp: 2,
    connections: Number(values.connections),
  })
  stopUse()
  for (const variants of [forwarded, refused]) {
    console.table(variants.map((variant, i) => toRow(variant, variants[i - 1], variants[0])))
  }
} finally {
  await bench.stop()
  await upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function startForwarding(on: Workbench): Promise<Variant[]> {
  const { startPart, startProduct, variant } = on
  const step = async (name: string, number: number) =>
    variant(name, await startPart('step', { STEP: String(number) }))
  const steps: Variant[] = []
  for (const [i, name] of STEPS.entries()) steps.push(await step(name, i + 1))
  return [
    variant('bare pass-through', await startPart('pass-through')),
    ...steps,
    variant('forwarding alone, by the gateway', await startPart('forward-only')),
    variant('gateway', await startProduct()),
    await step(WITH_OBJECT, STEPS.length + 1),
    variant('gateway, LEASE_MS=0', await startProduct({ LEASE_MS: '0' })),
  ]
}

async function startRefusals(on: Workbench): Promise<Variant[]> {
  const { key, startPart, startProduct, variant } = on
  const headers = headersOf(forged(key.token), key.address)
  const step = async (name: string, number: number) =>
    variant(name, await startPart('refuse', { STEP: String(number) }), headers, 401)
  return [
    variant('answer at once', await startPart('floor')),
    await step('the body and the 7 headers of a refusal', 1),
    await step('a line in the log', 2),
    variant('gateway, a forged token', await startProduct(), headers, 401),
  ]
}

function toRow(variant: Variant, before = variant, first = variant) {
  const cpu = typical(variant, 'cpuMicroseconds')
  const kept = ratio(cpuTakes(first), cpuTakes(variant))
  return {
    worker: variant.name,
    'CPU µs/request': Math.round(cpu),
    more: Math.round(cpu - typical(before, 'cpuMicroseconds')),
    'first / this': kept.value.toFixed(2),
    spread: kept.spread.toFixed(2),
  }
}
