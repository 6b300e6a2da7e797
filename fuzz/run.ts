// `npm run fuzz -- cidr [--runs 1000000] [--seed 1]`: random cases until one fails or all are done.
// A failure is shrunk and printed with its seed, by which it comes again.

import { parseArgs } from 'node:util'
import fc, { type IRawProperty } from 'fast-check'
import { cidrAgreement } from './cidr.ts'

const TARGETS: Readonly<Record<string, IRawProperty<unknown>>> = {
  cidr: cidrAgreement,
}
const CHUNK = 50_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 0x7fffffff) },
  },
})
const [name = ''] = positionals
const property = TARGETS[name]
const [runs, seed] = [Number(values.runs), Number(values.seed)]
if (property === undefined || !(runs > 0) || !Number.isInteger(seed)) {
  console.error(`Name what to fuzz: ${Object.keys(TARGETS).join(' or ')} [--runs n] [--seed n]`)
  process.exit(2)
}

console.log(`${name}: ${runs} cases, --seed ${seed}`)
const startMs = Date.now()
for (let done = 0; done < runs;) {
  const numRuns = Math.min(CHUNK, runs - done)
  const details = await fc.check(property, { numRuns, seed: (seed + done) | 0 })
  if (details.failed) {
    console.error(fc.defaultReportMessage(details))
    process.exit(1)
  }
  done += numRuns
  const rate = Math.round((done / (Date.now() - startMs)) * 1_000)
  console.log(`${name}: ${done} of ${runs}, ${rate} a second, none failed`)
}
