// `npm run bench [-- <name>]`: each benchmark prints its table. The first is the default.

const BENCHMARKS = ['forward', 'acl', 'consistency', 'login'] as const

import { argv } from 'node:process'

const [name = 'forward'] = argv.slice(2).filter((argument) => !argument.startsWith('-'))
if (!BENCHMARKS.some((known) => known === name)) {
  console.error(`There is no benchmark "${name}": use one of ${BENCHMARKS.join(', ')}`)
  process.exit(1)
}
await import(`./${name}.ts`)
