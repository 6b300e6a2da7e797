import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import {
  addDenials,
  type Denial,
  dropDenials,
  forgetDenials,
  listDenials,
} from '../../../src/stores/key-authority/denial-table.ts'

const HOUR = 3_600_000
const NOW = 500_000 * HOUR

describe('the table of denials', () => {
  it('counts by address', () => {
    const sql = open()
    addDenials(sql, [denial('203.0.113.7', NOW, { count: 2 })], NOW)
    addDenials(sql, [denial('203.0.113.8', NOW + 1), denial(null, NOW + 2)], NOW + 2)
    addDenials(sql, [denial('203.0.113.7', NOW + 3, { count: 5, enforced: false })], NOW + 3)
    expect(listDenials(sql, NOW + 3)).toEqual([
      { address: '203.0.113.7', count: 7, firstAtMs: NOW, lastAtMs: NOW + 3, enforced: false },
      { address: null, count: 1, firstAtMs: NOW + 2, lastAtMs: NOW + 2, enforced: true },
      { address: '203.0.113.8', count: 1, firstAtMs: NOW + 1, lastAtMs: NOW + 1, enforced: true },
    ])
  })

  it('takes the newest for whether it was enforced, in whatever order it comes, over the hours', () => {
    const sql = open()
    addDenials(sql, [denial('203.0.113.7', NOW + HOUR, { enforced: false })], NOW + HOUR)
    addDenials(sql, [denial('203.0.113.7', NOW, { enforced: true })], NOW + HOUR)
    addDenials(sql, [denial('203.0.113.7', NOW + HOUR - 1, { enforced: true })], NOW + HOUR)
    expect(listDenials(sql, NOW + HOUR)).toEqual([
      { address: '203.0.113.7', count: 3, firstAtMs: NOW, lastAtMs: NOW + HOUR, enforced: false },
    ])
  })

  it('forgets after 24 hours, hour by hour', () => {
    const sql = open()
    for (let hour = 0; hour <= 30; hour++) {
      addDenials(sql, [denial('203.0.113.7', NOW + hour * HOUR)], NOW + hour * HOUR)
    }
    const now = NOW + 30 * HOUR
    expect(listDenials(sql, now)).toMatchObject([{ count: 24, firstAtMs: NOW + 7 * HOUR }])
    expect(rows(sql)).toBe(24)
    expect(listDenials(sql, now + 23 * HOUR)).toMatchObject([{ count: 1 }])
    expect(listDenials(sql, now + 24 * HOUR)).toEqual([])
  })

  it('says when it will have something to forget', () => {
    const sql = open()
    expect(forgetDenials(sql, NOW)).toBeNull()
    addDenials(sql, [denial('203.0.113.7', NOW), denial('203.0.113.8', NOW + 5)], NOW + 5)
    expect(forgetDenials(sql, NOW + 5)).toBe(NOW + 24 * HOUR)
    expect(forgetDenials(sql, NOW + 24 * HOUR)).toBe(NOW + 5 + 24 * HOUR)
    expect(forgetDenials(sql, NOW + 25 * HOUR)).toBeNull()
    expect(rows(sql)).toBe(0)
  })

  it('keeps the 100 addresses that were denied last', () => {
    const sql = open()
    for (let i = 0; i < 250; i++) addDenials(sql, [denial(`10.0.0.${i}`, NOW + i)], NOW + i)
    addDenials(sql, [denial('10.0.0.150', NOW + 300)], NOW + 300)
    const addresses = listDenials(sql, NOW + 300).map(({ address }) => address)
    expect(addresses).toHaveLength(100)
    expect(addresses.slice(0, 3)).toEqual(['10.0.0.150', '10.0.0.249', '10.0.0.248'])
    expect(addresses.at(-1)).toBe('10.0.0.151')
    expect(rows(sql)).toBe(100)
  })

  it('is empty before the first and after it was dropped', () => {
    const sql = open()
    expect(listDenials(sql, NOW)).toEqual([])
    addDenials(sql, [denial('203.0.113.7', NOW)], NOW)
    dropDenials(sql)
    expect(listDenials(sql, NOW)).toEqual([])
    dropDenials(sql)
    addDenials(sql, [denial('203.0.113.7', NOW)], NOW)
    expect(listDenials(sql, NOW)).toHaveLength(1)
  })
})

function denial(address: string | null, atMs: number, more: Partial<Denial> = {}): Denial {
  return { address, count: 1, firstAtMs: atMs, lastAtMs: atMs, enforced: true, ...more }
}

function rows(sql: SqlStorage): number {
  return Number(sql.exec('SELECT count(*) AS count FROM denials').one()['count'])
}

/** SQLite as a Durable Object has it, as far as it is used here. */
function open(): SqlStorage {
  const database = new DatabaseSync(':memory:')
  const exec = (statement: string, ...values: SQLInputValue[]) => {
    const found = database.prepare(statement).all(...values)
    return Object.assign(found, { one: () => found[0] })
  }
  return { exec } as unknown as SqlStorage
}
