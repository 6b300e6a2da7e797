// `npm run edge`: draws histories for as long as one likes. Prints a progress line, and for a failure the
// smallest history that shows it and the command that replays it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../../scripts/local/build.ts'
import type { Log } from './checker.ts'
import { explore } from './explore.ts'

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    consistency: { type: 'string', default: 'strict' },
  },
})
const { consistency } = values
const histories = Number(values.histories)
const seed = Number(values.seed)
const bundleDir = mkdtempSync(join(tmpdir(), 'portal-gateway-bundle-'))
const tally = { requests: 0, unavailable: 0 }

try {
  await buildProduct(bundleDir)
  const failure = await explore({
    bundleDir,
    variables: { CONSISTENCY: consistency },
    histories,
    seed,
    ...(values.only === undefined
      ? { lanes: Number(values.lanes) }
      : { lanes: 1, only: Number(values.only) }),
    onProgress: showProgress,
  })
  process.stdout.write('\n')
  if (failure !== null) {
    console.log(failure.report)
    console.log(
      `\nReplay: npm run edge -- --seed ${seed} --only ${failure.number} --consistency ${consistency}`,
    )
    process.exitCode = 1
  }
} finally {
  rmSync(bundleDir, { recursive: true })
}

function showProgress(done: number, log: Log): void {
  tally.requests += log.uses.length
  tally.unavailable += log.uses.filter(({ verdict }) => verdict === 'unavailable').length
  const line = `seed ${seed}: ${done}/${histories} histories, ${tally.requests} requests, ${tally.unavailable} of them 503`
  process.stdout.write(process.stdout.isTTY ? `\r${line}` : done % 50 === 0 ? `${line}\n` : '')
}
