// `npm run bench -- profile`: where the CPU time goes, line by line. Of a forwarded GET: from a worker that
// passes the request on, by what the runtime takes for each thing that forwarding has to do, to the gateway.
// Of a refusal: from a worker that answers at once. One interleaved run. Needs what `npm run bench` needs,
// but for Lua.

import { ratio } from './comparison.ts'
import { forged } from './peers/peer.ts'
import { cpuTakes, typical, type Variant } from './rounds.ts'
import { cpuRow, measureSideBySide } from './side-by-side.ts'
import { headersOf, type Workbench } from './workbench.ts'

const STEPS = [
  'headers read and put together anew',
  '8 headers added, one of 400 bytes',
  'redirects passed on, nothing cached',
  'a limit of time',
  'an answer of our own, for its one header',
  'a line in the log',
]
const WITH_OBJECT = 'the same, and a Durable Object that does nothing'

const measured = await measureSideBySide(6, async (bench) => ({
  forwarded: await startForwarding(bench),
  refused: await startRefusals(bench),
}))
for (const variants of Object.values(measured)) {
  console.table(variants.map((variant, i) => toRow(variant, variants[i - 1], variants[0])))
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
  const cpu = (of: Variant) => typical(of, 'cpuMicroseconds')
  const kept = ratio(cpuTakes(first), cpuTakes(variant))
  return {
    ...cpuRow(variant),
    more: Math.round(cpu(variant) - cpu(before)),
    'first / this': kept.value.toFixed(2),
    spread: kept.spread.toFixed(2),
    error: kept.error.toFixed(2),
  }
}
