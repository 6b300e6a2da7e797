import { describe, expect, it } from 'vitest'
import { createHashQueue } from '../../src/stores/hash-queue.ts'

function startQueue() {
  let places = 0
  const done: string[] = []
  const queue = createHashQueue({
    nextTurn: () => Promise.resolve(),
    newPlace: () => `place-${places++}`,
  })
  const take = (client: string, nowMs: number, group = client) => queue.take(client, group, nowMs)
  return {
    ...queue,
    done,
    take,
    takeMany: (client: string, nowMs = 0) => {
      const taken: string[] = []
      for (let place = take(client, nowMs); place !== null; place = take(client, nowMs)) {
        taken.push(place)
      }
      return taken
    },
    work: (place: string, name: string) => queue.run(place, async () => void done.push(name)),
  }
}

describe('createHashQueue()', () => {
  it('has half of its places for a client alone, and one for each that comes then', () => {
    const { take, takeMany } = startQueue()
    expect(takeMany('a')).toHaveLength(20)
    expect(takeMany('b')).toHaveLength(10)
    for (let n = 0; n < 10; n++) expect(take(`c${n}`, 0)).not.toBeNull()
    expect(take('d', 0)).toBeNull()
  })

  it('has a quarter of its places for others than the clients of one group', () => {
    const { take } = startQueue()
    const ofGroup = Array.from({ length: 100 }, (_, n) => take(`a${n}`, 0, 'group'))
    expect(ofGroup.filter((place) => place !== null)).toHaveLength(30)
    for (let n = 0; n < 10; n++) expect(take(`b${n}`, 0, `other ${n}`)).not.toBeNull()
  })

  it('has a place for another client of a group, whatever one of them takes', () => {
    const { take } = startQueue()
    for (let n = 0; n < 100; n++) take('a', 0, 'group')
    expect(take('b', 0, 'group')).not.toBeNull()
  })

  it('lets clients take turns, whoever came first', async () => {
    const { takeMany, work, done } = startQueue()
    const many = takeMany('a').map((place, n) => work(place, `a${n}`))
    const few = takeMany('b')
      .slice(0, 2)
      .map((place, n) => work(place, `b${n}`))
    await Promise.all([...many, ...few])
    // a0 begins before b asks.
    expect(done.slice(0, 6)).toEqual(['a0', 'a1', 'b0', 'a2', 'b1', 'a3'])
    expect(done).toHaveLength(22)
  })

  it('lets groups take turns, however many clients one of them has', async () => {
    const { take, work, done } = startQueue()
    const places = ['a', 'b', 'c', 'd'].map((client) => [client, take(client, 0, 'group')] as const)
    const ofGroup = places.map(([client, place]) => work(place ?? '', client))
    await Promise.all([...ofGroup, work(take('e', 0, 'other') ?? '', 'e')])
    expect(done).toEqual(['a', 'b', 'e', 'c', 'd'])
  })

  it('has a place free again when its work is done, given up, or late', async () => {
    const { take, takeMany, giveUp, work } = startQueue()
    const [first = '', second = ''] = takeMany('a')
    expect(take('a', 0)).toBeNull()
    await work(first, 'x')
    expect(take('a', 0)).not.toBeNull()
    expect(take('a', 0)).toBeNull()
    giveUp(second)
    expect(take('a', 0)).not.toBeNull()
    expect(take('a', 4_999)).toBeNull()
    expect(takeMany('a', 5_000)).toHaveLength(20)
  })

  it('does work once for a place, and none for a place that it does not know', async () => {
    const { take, giveUp, work, done } = startQueue()
    const place = take('a', 0) ?? ''
    const first = work(place, 'once')
    expect(work(place, 'twice')).toBeNull()
    await first
    expect(work(place, 'again')).toBeNull()
    const other = take('a', 0) ?? ''
    giveUp(other)
    expect(work(other, 'given up')).toBeNull()
    expect(work('', 'unknown')).toBeNull()
    expect(done).toEqual(['once'])
  })

  it('goes on after work that fails', async () => {
    const { take, run, work, done } = startQueue()
    const failing = run(take('a', 0) ?? '', () => Promise.reject(new Error('no')))
    const other = work(take('b', 0) ?? '', 'other')
    await expect(failing).rejects.toThrow('no')
    await other
    await work(take('a', 0) ?? '', 'later')
    expect(done).toEqual(['other', 'later'])
  })
})
