import { expect, it } from 'vitest'
import { createUntaggedSessions } from '../../src/admin/untagged-sessions.ts'

let now = 1_000_000

it('reads once in five seconds, however many ask while the read is under way', async () => {
  const reads: PromiseWithResolvers<boolean>[] = []
  const untagged = createUntaggedSessions(read(reads), () => now)
  const first = untagged.mayExist()
  reads[0]?.resolve(true)
  expect(await first).toBe(true)
  expect(await untagged.mayExist()).toBe(true)
  expect(reads).toHaveLength(1)

  now += 5_001
  const second = untagged.mayExist()
  expect(await Promise.all(Array.from({ length: 100 }, () => untagged.mayExist()))).toEqual(
    Array.from({ length: 100 }, () => true),
  )
  reads[1]?.resolve(false)
  expect(await second).toBe(false)
  expect(await untagged.mayExist()).toBe(false)
  expect(reads).toHaveLength(2)
})

it('goes on with what it read before for five seconds, where a read fails', async () => {
  const reads: PromiseWithResolvers<boolean>[] = []
  const untagged = createUntaggedSessions(read(reads), () => now)
  const first = untagged.mayExist()
  reads[0]?.resolve(true)
  await first
  now += 5_001
  const second = untagged.mayExist()
  reads[1]?.reject(new Error('The database is down'))
  await expect(second).rejects.toThrow('The database is down')
  expect(await untagged.mayExist()).toBe(true)
  expect(reads).toHaveLength(2)
})

it('knows nothing after a first read that failed, and reads again', async () => {
  const reads: PromiseWithResolvers<boolean>[] = []
  const untagged = createUntaggedSessions(read(reads), () => now)
  const first = untagged.mayExist()
  reads[0]?.reject(new Error('The database is down'))
  await expect(first).rejects.toThrow('The database is down')
  const second = untagged.mayExist()
  reads[1]?.resolve(false)
  expect(await second).toBe(false)
})

function read(reads: PromiseWithResolvers<boolean>[]): () => Promise<boolean> {
  return async function exist() {
    const answer = Promise.withResolvers<boolean>()
    reads.push(answer)
    return await answer.promise
  }
}
