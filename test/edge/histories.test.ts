import { expect, inject, it } from 'vitest'
import { explore } from './explore.ts'

const HISTORIES = 150
const LANES = 2

it(`${HISTORIES} histories hold`, { timeout: 900_000 }, async () => {
  let done = 0
  const failure = await explore({
    bundleDir: inject('bundleDir'),
    histories: HISTORIES,
    seed: 1,
    lanes: LANES,
    onProgress: () => done++,
    // A moment in which the machine stands still is none of the product's.
    onFailure: (number, report) => console.log(`History ${number}, which is repeated:\n${report}`),
    onFalseAlarm: (number) => console.log(`History ${number} held ten times: a false alarm.`),
  })
  expect(failure?.report).toBeUndefined()
  expect(done).toBe(HISTORIES)
})
