import { expect, it } from 'vitest'
import { killAgainAndAgain } from './kill.ts'

it('what was answered survives kill -9, and what was not is whole or absent', async () => {
  expect(await killAgainAndAgain(2)).toEqual([])
}, 300_000)
