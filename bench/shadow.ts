// `npm run bench -- shadow`: what a forwarded GET costs while the gateway only watches (ENFORCEMENT=shadow), against
// the same gateway when it decides, in one interleaved run. CPU time of workerd. Needs Linux, `wrk` and nginx.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge, ratio } from './comparison.ts'
import { keepToOthers, measureOnOneCore } from './cores.ts'
import { startNginxUpstream } from './nginx.ts'
import { cpuTakes, keepInUse, measureRounds, pidsOf, typical } from './rounds.ts'
import { openWorkbench } from './workbench.ts'

const MOST_TIMES = 1.02

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    instances: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
  allowPositionals: true,
})

keepToOthers()
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const upstream = await startNginxUpstream(join(dir, 'upstream'))
const bench = await openWorkbench({
  dir,
  upstreamUrl: upstream.url,
  instances: Number(values.instances),
})
try {
  const { startProduct, variant } = bench
  const enforce = variant('it decides', await startProduct())
  const shadow = variant('it watches', await startProduct({ ENFORCEMENT: 'shadow' }))
  const both = [enforce, shadow]
  measureOnOneCore(pidsOf(both))
  const stopUse = keepInUse(both)
  const { rounds, connections } = values
  await measureRounds(both, { rounds: Number(rounds), warmUp: 2, connections: Number(connections) })
  stopUse()
  const times = ratio(cpuTakes(shadow), cpuTakes(enforce))
  console.table([
    { gateway: enforce.name, 'CPU µs/request': Math.round(typical(enforce, 'cpuMicroseconds')) },
    {
      gateway: shadow.name,
      'CPU µs/request': Math.round(typical(shadow, 'cpuMicroseconds')),
      'times as much': times.value.toFixed(3),
      spread: times.spread.toFixed(3),
      [`at most ${MOST_TIMES}`]: judge(times, { most: MOST_TIMES }),
    },
  ])
} finally {
  await bench.stop()
  await upstream.stop()
  rmSync(dir, { recursive: true, force: true })
}
