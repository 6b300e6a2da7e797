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
  })
  expect(failure?.report).toBeUndefined()
  expect(done).toBe(HISTORIES)
})
