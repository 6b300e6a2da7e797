// `npm run bench -- profile`: where the CPU time goes, line by line. Of a forwarded GET: from a worker that
// passes the request on, by what the runtime takes for each thing that forwarding has to do, to the gateway.
// Of a refusal: from a worker that answers at once. One interleaved run. Needs what `npm run bench` needs,
// but for Lua.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { measureRounds, ratio, typical } from './load.ts'
import { startNginxUpstream } from './nginx.ts'
import { forged } from './peers/peer.ts'
import { headersOf, openWorkbench, type Variant, type Workbench } from './workbench.ts'

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
keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startNginxUpstream(join(dir, 'upstream'))
const bench = await openWorkbench(dir, upstream.url)
try {
  const forwarded = await startForwarding(bench)
  const refused = await startRefusals(bench)
  const all = [...forwarded, ...refused]
  measureOnOneCore(all.flatMap(({ target }) => target.pids))
  await measureRounds(all, Number(values.rounds), load)
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
    variant('gateway, bounded', await startProduct('bounded')),
    await step(WITH_OBJECT, STEPS.length + 1),
    variant('gateway, strict', await startProduct('strict')),
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
    variant('gateway, a forged token', await startProduct('bounded'), headers, 401),
  ]
}

function toRow({ name, samples }: Variant, before?: Variant, first?: Variant) {
  const cpu = typical(samples, 'cpuMicroseconds')
  return {
    worker: name,
    'CPU µs/request': Math.round(cpu),
    more: before === undefined ? 0 : Math.round(cpu - typical(before.samples, 'cpuMicroseconds')),
    'first / this': ratio(first?.samples ?? [], samples).toFixed(2),
  }
}
