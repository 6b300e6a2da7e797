// `npm run bench [-- <name>]`: each benchmark prints its table. The first is the default.

import { argv } from 'node:process'
import { complaintOf } from '../harness/options.ts'

const BENCHMARKS = [
  'forward',
  'acl',
  'consistency',
  'metrics',
  'login',
  'log-in-load',
  'profile',
  'rate-limits',
  'scale',
  'shadow',
  'mix',
  'soak',
  'suspension',
] as const

const name = argv[2]?.startsWith('-') === false ? argv[2] : 'forward'
if (!BENCHMARKS.some((known) => known === name)) {
  console.error(`There is no benchmark "${name}": use one of ${BENCHMARKS.join(', ')}`)
  process.exit(1)
}
try {
  await import(`./${name}.ts`)
} catch (error) {
  const complaint = complaintOf(error)
  if (complaint === undefined) throw error
  console.error(`${complaint}: bench/${name}.ts has the options`)
  process.exit(2)
}
