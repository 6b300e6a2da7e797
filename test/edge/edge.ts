// `npm run edge`: draws histories for as long as one likes; prints a progress line, and for a failure the
// smallest history that shows it and the command that finds it again. With `--kill N`, kills the whole
// local system N times instead. With `--mutants`, plants one bug after the other, and counts the histories until
// it is found.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildProduct } from '../../harness/build.ts'
import { readOptionsOrEnd } from '../../harness/options.ts'
import type { Log } from './checker.ts'
import { explore } from './explore.ts'
import { hunt } from './hunt.ts'
import { killAgainAndAgain } from './kill.ts'

const values = readOptionsOrEnd('npm run edge --', {
  histories: { type: 'string', value: 'n', default: '1000', help: 'how many to draw' },
  seed: {
    type: 'string',
    value: 'n',
    default: String(Date.now() % 1_000_000),
    help: 'by which a failure comes again',
  },
  only: { type: 'string', value: 'n', help: 'the one history to draw' },
  lanes: { type: 'string', value: 'n', default: '2', help: 'how many at a time' },
  kill: { type: 'string', value: 'n', help: 'kill the local system so often instead' },
  mutants: { type: 'boolean', help: 'plant one bug after the other, until each is found' },
  mutant: { type: 'string', value: 'text,text', help: 'those with one of these in their name' },
})
process.exitCode = (await run()) ? 1 : 0

/** Answers whether something is broken, or a mutant was not found. */
async function run(): Promise<boolean> {
  if (values.kill !== undefined) return await kill(Number(values.kill))
  const bundleDir = mkdtempSync(join(tmpdir(), 'portal-gateway-bundle-'))
  try {
    await buildProduct(bundleDir)
    return await (values.mutants ? huntMutants(bundleDir) : exploreHistories(bundleDir))
  } finally {
    rmSync(bundleDir, { recursive: true })
  }
}

async function huntMutants(bundleDir: string): Promise<boolean> {
  const { seed, histories, lanes, mutant } = values
  let missed = 0
  await hunt({
    bundleDir,
    seed: Number(seed),
    histories: Number(histories),
    lanes: Number(lanes),
    only: (mutant ?? '').split(','),
    onEnd(name, found, violation) {
      if (found === null) missed++
      const text = found === null ? 'not found' : `history ${found}: ${violation}`
      console.log(`seed ${seed}, ${name}: ${text}`)
    },
    onFalseAlarm(name, history, why, violation) {
      const text = `history ${history} was a false alarm (${why}): ${violation}`
      console.log(`seed ${seed}, ${name}: ${text}`)
    },
  })
  return missed > 0
}

async function exploreHistories(bundleDir: string): Promise<boolean> {
  const { seed, only } = values
  const tally = { requests: 0, unavailable: 0, falseAlarms: 0 }
  const failure = await explore({
    bundleDir,
    histories: Number(values.histories),
    seed: Number(seed),
    ...(only === undefined ? { lanes: Number(values.lanes) } : { lanes: 1, only: Number(only) }),
    onFailure(number, report) {
      console.log(`\n${report}\nThis is history ${number}. Now it is repeated, and made smaller.`)
    },
    onFalseAlarm(number) {
      tally.falseAlarms++
      console.log(`History ${number} holds each time that it is repeated: a false alarm.`)
    },
    onProgress(done, { uses }: Log) {
      tally.requests += uses.length
      tally.unavailable += uses.filter(({ verdict }) => verdict === 'unavailable').length
      const share = `${done}/${only === undefined ? values.histories : 1} histories`
      const answers = `${tally.requests} requests, ${tally.unavailable} of them 503`
      show(`seed ${seed}: ${share}, ${answers}`, done % 50 === 0)
    },
  })
  if (failure === null) {
    const alarms = tally.falseAlarms === 0 ? '' : ` There were ${tally.falseAlarms} false alarms.`
    console.log(`\nNothing is broken.${alarms}`)
    return false
  }
  console.log(`\n${failure.report}\n`)
  const again = `--seed ${seed} --only ${failure.number}`
  console.log(`Find it again: npm run edge -- ${again}`)
  return true
}

async function kill(kills: number): Promise<boolean> {
  const broken = await killAgainAndAgain(kills, (done, answers) => {
    show(`${done}/${kills} kills, ${answers} writes were answered before them`, true)
  })
  console.log(['', ...broken, broken.length === 0 ? 'Nothing is lost.' : ''].join('\n').trimEnd())
  return broken.length > 0
}

/** One line that is written over; where nobody looks at it, now and then a new one. */
function show(line: string, isMilestone: boolean): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`)
  else if (isMilestone) console.log(line)
}
