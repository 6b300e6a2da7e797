import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { type CountedDifference, DifferenceTable } from '../../src/stores/difference-table.ts'

const NOW = 1_800_000_000_000
const ALL = { limit: 100_000 }
const DENIED: CountedDifference = {
  keyId: 'key_1',
  kind: 'would_refuse',
  code: 'ip_denied',
  upstreamStatus: 200,
  address: '203.0.113.7',
  count: 1,
  lastAtMs: NOW,
}
const MISSING: CountedDifference = { ...DENIED, keyId: null, code: 'credential_missing' }

describe('DifferenceTable', () => {
  it('has one row for requests that differ in the same way', () => {
    const { table } = start()
    table.add({ ...DENIED, count: 3 })
    table.add({ ...DENIED, count: 2, lastAtMs: NOW - 5 })
    table.add({ ...DENIED, upstreamStatus: 404 })
    table.add({ ...DENIED, kind: 'would_allow', code: null, upstreamStatus: 401, address: null })
    expect(table.read(ALL, 0)).toEqual([
      {
        ...DENIED,
        id: 3,
        kind: 'would_allow',
        code: null,
        upstreamStatus: 401,
        address: null,
      },
      { ...DENIED, id: 2, upstreamStatus: 404 },
      { ...DENIED, id: 1, count: 5 },
    ])
  })

  it('is read in pages, of all keys or of one', () => {
    const { table } = start()
    for (let i = 0; i < 5; i++) table.add({ ...DENIED, keyId: `key_${i % 2}`, address: `a${i}` })
    const ids = (filter: object) => table.read({ ...ALL, ...filter }, 0).map(({ id }) => id)
    expect(ids({ limit: 2 })).toEqual([5, 4])
    expect(ids({ limit: 2, before: 4 })).toEqual([3, 2])
    expect(ids({ keyId: 'key_1' })).toEqual([4, 2])
  })

  it('forgets what was seen last long ago, and has room again', () => {
    const { table } = start()
    for (let i = 0; i < 100; i++) table.add({ ...DENIED, address: `a${i}`, lastAtMs: NOW - 10 })
    table.add({ ...DENIED, keyId: 'key_2', lastAtMs: NOW - 3 })
    expect(table.read(ALL, NOW - 10)).toHaveLength(1)
    expect(table.forget(NOW - 10)).toBe(NOW - 3)
    table.add(DENIED)
    expect(table.read({ ...ALL, keyId: 'key_1' }, 0)).toMatchObject([{ address: DENIED.address }])
    expect(table.forget(NOW)).toBeNull()
  })

  it('is bounded by key, and without a key, and counts the rest without addresses', () => {
    const { sql, table } = start()
    for (let i = 0; i < 600; i++) table.add({ ...MISSING, address: `m${i}` })
    for (let i = 0; i < 60; i++) table.add({ ...DENIED, address: `a${i}` })
    // The next instance counts what is there.
    const next = new DifferenceTable(sql)
    for (let i = 60; i < 120; i++) next.add({ ...DENIED, address: `a${i}` })
    next.add({ ...DENIED, address: 'a0' })
    const rows = next.read(ALL, 0)
    expect(rows).toHaveLength(500 + 1 + 100 + 1)
    expect(rows.filter(({ address }) => address === null)).toMatchObject([
      { keyId: 'key_1', count: 20 },
      { keyId: null, count: 100 },
    ])
    expect(rows).toContainEqual(expect.objectContaining({ address: 'a0', count: 2 }))
  })

  it('is bounded in all, and shows what is counted of a key even if others have filled it', () => {
    const { table } = start()
    for (let i = 0; i < 10_000; i++)
      table.add({ ...DENIED, keyId: `key_${i % 100}`, address: `${i}` })
    table.add({ ...DENIED, keyId: 'key_last' })
    expect(table.read({ ...ALL, keyId: 'key_last' }, 0)).toMatchObject([
      { address: null, count: 1 },
    ])
    for (let i = 0; i < 10_100; i++) table.add({ ...DENIED, keyId: `more_${i}` })
    expect(table.read(ALL, 0)).toHaveLength(20_000)
  })
})

function start() {
  const database = new DatabaseSync(':memory:')
  const exec = (statement: string, ...values: SQLInputValue[]) => {
    const found = database.prepare(statement).all(...values)
    return Object.assign(found, { one: () => found[0] })
  }
  /** SQLite as a Durable Object has it, as far as it is used here. */
  const sql = { exec } as unknown as SqlStorage
  return { sql, table: new DifferenceTable(sql) }
}
