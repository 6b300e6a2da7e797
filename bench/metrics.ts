// `npm run bench -- metrics`: what counting costs a forwarded GET: the product as it is, against the same product
// with counters that do nothing.

import { cpuRow, judgedRow, measureSideBySide } from './side-by-side.ts'

const MOST_TIMES = 1.02
const CREATED = /= createIsolateMetrics\(\{/
const COUNTS_NOTHING = `
function countNothing() {
  const nothing = () => {}
  return { noteRequest: nothing, noteFault: nothing, noteQuestion: nothing, noteLease: nothing, async flush() {} }
}`

const { without, gateway } = await measureSideBySide(10, async (bench) => ({
  without: bench.variant('counts nothing', await bench.startPatched(withoutCounters)),
  gateway: bench.variant('the product', await bench.startProduct()),
}))
console.table([cpuRow(without), judgedRow(gateway, without, MOST_TIMES)])

function withoutCounters(script: string): string {
  if (!CREATED.test(script)) throw new Error('The product makes its counters elsewhere')
  return script.replace(CREATED, '= countNothing({') + COUNTS_NOTHING
}
