import { expect, it } from 'vitest'
import { limitConcurrency, mapWidening } from '../../src/admin/map-pooled.ts'

const POOL = { atOnce: 2, atOnceIfFast: 5, fastMs: 100 }

/** Maps 12 items whose calls take so long. Answers the results, and how many calls ran at once, at most. */
async function mapTwelve(tookMs: number) {
  let nowMs = 0
  let running = 0
  let most = 0
  const items = Array.from({ length: 12 }, (_, i) => i)
  const results = await mapWidening(
    items,
    POOL,
    () => nowMs,
    async (item) => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      nowMs += tookMs
      running--
      return item
    },
  )
  expect(results).toEqual(items)
  return most
}

it('runs more calls at once if the first ones were fast', async () => {
  expect(await mapTwelve(10)).toBe(5)
})

it('goes on as it began if they were slow', async () => {
  expect(await mapTwelve(100)).toBe(2)
})

it('maps fewer items than run at once', async () => {
  const results = await mapWidening(
    [1],
    POOL,
    () => 0,
    async (item) => item + 1,
  )
  expect(results).toEqual([2])
})

it('runs no more calls at once than it may, each in its turn, also where one fails', async () => {
  const limit = limitConcurrency(2)
  const order: number[] = []
  let running = 0
  let most = 0
  const calls = [0, 1, 2, 3, 4].map((i) =>
    limit(async () => {
      most = Math.max(most, ++running)
      order.push(i)
      await Promise.resolve()
      running--
      if (i === 1) throw new Error('fails')
      return i
    }),
  )
  const settled = await Promise.allSettled(calls)
  expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    false,
    true,
    true,
    true,
  ])
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]])
})
