// `npm run fuzz -- <target> [--runs n] [--seed n]`: random cases until one fails or all are done.
// A failure is shrunk and printed with its seed, by which it comes again.

import '../harness/scheduler.ts'
import fc, { type IRawProperty } from 'fast-check'
import { readOptionsOrEnd } from '../harness/options.ts'
import { cidrAgreement } from './cidr.ts'
import { startRequestFuzz } from './request.ts'
import { startWorkerFuzz } from './worker.ts'

interface Target {
  readonly property: IRawProperty<unknown>
  readonly stop: () => void | Promise<void>
}

/** How each starts, and how many cases are a run. */
const TARGETS: Readonly<Record<string, readonly [() => Target | Promise<Target>, number]>> = {
  cidr: [() => ({ property: cidrAgreement, stop: () => undefined }), 1_000_000],
  request: [startRequestFuzz, 1_000_000],
  worker: [startWorkerFuzz, 20_000],
}
const CHUNK = 10_000

const [name = '', ...args] = process.argv.slice(2)
const values = readOptionsOrEnd(
  'npm run fuzz -- <target>',
  {
    runs: { type: 'string', value: 'n', help: 'how many cases' },
    seed: { type: 'string', value: 'n', help: 'by which a failure comes again' },
  },
  args,
)
const [start, byDefault] = TARGETS[name] ?? []
const runs = Number(values.runs ?? byDefault)
const seed = Number(values.seed ?? Date.now() % 0x7fffffff)
if (start === undefined || !(runs > 0) || !Number.isInteger(seed)) {
  console.error(`Name what to fuzz: ${Object.keys(TARGETS).join(' or ')} [--runs n] [--seed n]`)
  process.exit(2)
}

console.log(`${name}: ${runs} cases, --seed ${seed}`)
const { property, stop } = await start()
const startMs = Date.now()
for (let done = 0; done < runs;) {
  const numRuns = Math.min(CHUNK, runs - done)
  const details = await fc.check(property, { numRuns, seed: (seed + done) | 0 })
  if (details.failed) {
    console.error(fc.defaultReportMessage(details), details.errorInstance)
    process.exitCode = 1
    break
  }
  done += numRuns
  const rate = Math.round((done / (Date.now() - startMs)) * 1_000)
  console.log(`${name}: ${done} of ${runs}, ${rate} a second, none failed`)
}
await stop()
