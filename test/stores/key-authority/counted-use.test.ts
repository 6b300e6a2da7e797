import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { noCounts, noUse, type Use } from '../../../src/keys/use.ts'
import { CountedUse } from '../../../src/stores/key-authority/counted-use.ts'
import { forgetOldDenials } from '../../../src/stores/key-authority/denial-table.ts'
import { forgetOldUse, toOwnTime } from '../../../src/stores/key-authority/use-table.ts'

const SECOND = 1_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const WEEK = 7 * DAY
/** The start of a day. */
const NOW = 20_000 * DAY
const A = '203.0.113.7'
const B = '203.0.113.8'

describe('CountedUse, what is written', () => {
  it('is the first report at once, and then one row every ten seconds', () => {
    const { use, sql, writes } = start()
    for (let ms = 0; ms < 30 * SECOND; ms += 500) use.add(allowed(A, NOW + ms), NOW + ms)
    expect(writes()).toBe(3)
    expect(use.summarize(NOW + 30 * SECOND)).toMatchObject({ allowed: 60 })
    expect(rows(sql)).toBe(1)
  })

  it('is what came last, ten seconds after the write before', () => {
    const { use, sql } = start()
    expect(use.add(allowed(A, NOW), NOW)).toBe(true)
    expect(use.writesInMs(NOW)).toBe(0)
    expect(use.add(allowed(A, NOW + 400), NOW + 400)).toBe(false)
    expect(use.writesInMs(NOW + 400)).toBe(9_600)
    expect(use.add(noUse(), NOW + 9_999)).toBe(false)
    expect(restart(sql).summarize(NOW)).toMatchObject({ allowed: 1 })
    expect(use.add(noUse(), NOW + 10 * SECOND)).toBe(true)
    expect(restart(sql).summarize(NOW)).toMatchObject({ allowed: 2, lastUsedMs: NOW + 400 })
    expect(use.add(noUse(), NOW + 20 * SECOND)).toBe(false)
  })

  it('does not wait for a clock that was set back', () => {
    const { use, writes } = start()
    use.add(allowed(A, NOW), NOW)
    use.add(allowed(A, NOW - HOUR), NOW - HOUR)
    expect(writes()).toBe(2)
  })

  it('is of the hour in which it came', () => {
    const { use } = start()
    use.add(allowed(A, NOW - SECOND), NOW - SECOND)
    use.add(allowed(A, NOW - 1), NOW - 1)
    use.add(allowed(A, NOW), NOW)
    const { buckets } = use.detail(range('hour', NOW - HOUR, NOW + HOUR), NOW)
    expect(buckets).toEqual([
      { atMs: NOW - HOUR, allowed: 2, refused: {} },
      { atMs: NOW, allowed: 1, refused: {} },
    ])
  })
})

describe('CountedUse, last used', () => {
  it('is the last allowed request, and never a refused one', () => {
    const { use } = start()
    use.add(allowed(A, NOW), NOW)
    use.add(refused(B, NOW + 5, 'ip_denied'), NOW + 5)
    const summary = use.summarize(NOW + 5)
    expect(summary).toMatchObject({ firstUsedMs: NOW, lastUsedMs: NOW, lastAddress: A })
    expect(summary).toMatchObject({ allowed: 1, refused: { ip_denied: 1 } })
  })

  it('never goes back, whatever order reports come in', () => {
    const { use } = start()
    use.add(allowed(A, NOW + 900), NOW + 1_000)
    use.add(allowed(B, NOW + 100), NOW + 1_001)
    expect(use.summarize(NOW + HOUR)).toMatchObject({ lastUsedMs: NOW + 900, lastAddress: A })
    expect(use.summarize(NOW + HOUR)).toMatchObject({ firstUsedMs: NOW + 100 })
  })

  it('outlives all that is counted, but not its address', () => {
    const { use, sql } = start()
    use.add(allowed(A, NOW), NOW)
    expect(use.summarize(NOW + DAY - 1).lastAddress).toBe(A)
    for (const ms of [DAY, 9 * DAY, 402 * DAY]) {
      forgetOldUse(sql, NOW + ms)
      const summary = use.summarize(NOW + ms)
      expect(summary).toMatchObject({ firstUsedMs: NOW, lastUsedMs: NOW, lastAddress: null })
      expect(use.detail(range('hour', 0, Infinity), NOW + ms).addresses).toEqual([])
    }
    expect(rows(sql)).toBe(1)
  })

  it('counts the last hour, with a part of the hour before', () => {
    const { use } = start()
    for (let minute = 0; minute < 60; minute++) {
      const atMs = NOW + minute * 60_000
      use.add(allowed(A, atMs), atMs)
    }
    const later = NOW + HOUR
    use.add(allowed(A, later), later)
    expect(use.summarize(later).allowedLastHour).toBe(61)
    expect(use.summarize(later + HOUR / 2).allowedLastHour).toBe(31)
    expect(use.summarize(later + HOUR).allowedLastHour).toBe(0)
  })
})

describe('CountedUse, over time', () => {
  it('has hours for a week, and days after that', () => {
    const { use, sql } = start()
    for (let hour = 0; hour < 24 * 30; hour++) {
      const atMs = NOW + hour * HOUR
      use.add(allowed(A, atMs), atMs)
      use.add(refused(A, atMs, 'key_expired'), atMs)
      forgetOldUse(sql, atMs)
    }
    const endMs = NOW + 30 * DAY
    use.write(endMs)
    forgetOldUse(sql, endMs)
    expect(use.detail(range('hour', endMs - WEEK, endMs), endMs).buckets).toHaveLength(24 * 7)
    const { buckets } = use.detail(range('day', NOW, endMs), endMs)
    expect(buckets).toHaveLength(30)
    for (const { allowed: count, refused: codes } of buckets) {
      expect([count, codes]).toEqual([24, { key_expired: 24 }])
    }
    expect(rows(sql)).toBe(23 + 7 * 24)
  })

  it('says when something will be old', () => {
    const { use, sql } = start()
    expect(forgetOldUse(sql, NOW)).toBeNull()
    use.add(allowed(A, NOW), NOW)
    expect(forgetOldUse(sql, NOW)).toBe(NOW + DAY)
    expect(forgetOldUse(sql, NOW + DAY)).toBe(NOW + 8 * DAY)
    expect(forgetOldUse(sql, NOW + 8 * DAY)).toBe(NOW + 401 * DAY)
    forgetOldUse(sql, NOW + 401 * DAY)
    expect(forgetOldUse(sql, NOW + 401 * DAY + 1)).toBeNull()
  })

  it('is empty after it was dropped, what is not written too', () => {
    const { use } = start()
    use.add(allowed(A, NOW), NOW)
    use.add(allowed(A, NOW + 1), NOW + 1)
    use.drop()
    expect(use.summarize(NOW + 2)).toMatchObject({ allowed: 0, lastUsedMs: 0, lastAddress: null })
    use.add(allowed(A, NOW + 3), NOW + 3)
    expect(use.summarize(NOW + 3)).toMatchObject({ allowed: 1, firstUsedMs: NOW + 3 })
  })
})

describe('CountedUse, addresses', () => {
  it('are those of 24 hours, newest first, each once', () => {
    const { use } = start()
    for (const [address, atMs] of [
      [B, NOW],
      [A, NOW + HOUR],
      [A, NOW + 20 * HOUR],
    ] as const) {
      use.add(allowed(address, atMs), atMs)
    }
    const addressesAt = (atMs: number) =>
      use.detail(range('hour', 0, Infinity), atMs).addresses.map(({ address }) => address)
    expect(addressesAt(NOW + DAY - 1)).toEqual([A, B])
    expect(addressesAt(NOW + DAY)).toEqual([A])
    expect(addressesAt(NOW + 2 * DAY)).toEqual([])
  })

  it('are bounded, and those that were let in are not pushed out by others', () => {
    const { use, sql } = start()
    use.add(allowed(A, NOW), NOW)
    for (let i = 0; i < 1_000; i++) {
      use.add(refused(`10.0.${i >> 8}.${i & 255}`, NOW + 1 + i, 'ip_denied'), NOW + 1 + i)
    }
    expect(use.detail(range('hour', 0, Infinity), NOW).addresses.length).toBeLessThan(600)
    use.write(NOW + 5_000)
    const { addresses, refused: codes } = use.detail(range('hour', 0, Infinity), NOW + 5_000)
    expect(codes).toEqual({ ip_denied: 1_000 })
    expect(addresses).toHaveLength(101)
    expect(addresses.at(-1)).toMatchObject({ address: A, allowed: 1 })
    expect(addresses[0]?.address).toBe('10.0.3.231')
    expect(rows(sql)).toBe(1)
  })
})

describe('CountedUse, denials', () => {
  it('are what the IP ACL refused, or would have refused', () => {
    const { use } = start()
    use.add(refused(A, NOW, 'ip_denied'), NOW)
    use.add(reported(A, NOW + 5), NOW + 5)
    use.add(allowed(B, NOW + 6), NOW + 6)
    use.add(refused(B, NOW + 7, 'key_expired'), NOW + 7)
    expect(use.denials(NOW + 7, 100)).toEqual([
      { address: A, count: 2, firstAtMs: NOW, lastAtMs: NOW + 5, enforced: false },
    ])
  })

  it('include those of the table of an older version, until they are 24 hours old', () => {
    const { use, sql } = start()
    sql.exec(`CREATE TABLE denials (
      address TEXT NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL, first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL, enforced INTEGER NOT NULL, PRIMARY KEY (address, hour)
    ) WITHOUT ROWID`)
    sql.exec('INSERT INTO denials VALUES (?, 1, 3, ?, ?, 0)', A, NOW - 10, NOW - 5)
    sql.exec('INSERT INTO denials VALUES (?, 1, 1, ?, ?, 1)', '', NOW - 8, NOW - 8)
    use.add(refused(A, NOW, 'ip_denied'), NOW)
    expect(use.denials(NOW, 100)).toEqual([
      { address: A, count: 4, firstAtMs: NOW - 10, lastAtMs: NOW, enforced: true },
      { address: null, count: 1, firstAtMs: NOW - 8, lastAtMs: NOW - 8, enforced: true },
    ])
    expect(forgetOldDenials(sql, NOW)).toBe(NOW - 8 + DAY)
    expect(forgetOldDenials(sql, NOW + DAY - 5)).toBeNull()
    expect(forgetOldDenials(sql, NOW + DAY)).toBeNull()
    expect(use.denials(NOW + 1, 100)).toMatchObject([{ address: A, count: 1 }])
  })
})

describe('toOwnTime()', () => {
  it('takes only durations of the clock of a location', () => {
    const sent = { ...allowed(A, 500), sentMs: 2_500 }
    const use = toOwnTime(sent, NOW)
    expect(use).toMatchObject({
      allowed: 1,
      firstAllowedMs: NOW - 2_000,
      lastAllowedMs: NOW - 2_000,
    })
    expect(use.addresses).toMatchObject([{ lastMs: NOW - 2_000, lastDeniedMs: 0 }])
  })

  it('takes no time for later than now, or for much earlier', () => {
    expect(toOwnTime({ ...allowed(A, 9_000), sentMs: 10 }, NOW).lastAllowedMs).toBe(NOW)
    expect(toOwnTime({ ...allowed(A, 1), sentMs: DAY }, NOW).lastAllowedMs).toBe(NOW - 60_000)
  })
})

function allowed(address: string, atMs: number): Use {
  const counts = { ...noCounts(), allowed: 1, firstMs: atMs, lastMs: atMs, lastAllowedMs: atMs }
  const times = { firstAllowedMs: atMs, lastAllowedMs: atMs }
  return { ...noUse(), allowed: 1, ...times, addresses: [{ address, ...counts }] }
}

function reported(address: string, atMs: number): Use {
  const use = allowed(address, atMs)
  const denial = { reported: 1, lastReportedMs: atMs, firstDenialMs: atMs }
  return { ...use, addresses: use.addresses.map((one) => ({ ...one, ...denial })) }
}

function refused(address: string, atMs: number, code: string): Use {
  const counts = { ...noCounts(), refused: 1, firstMs: atMs, lastMs: atMs }
  const denial = code === 'ip_denied' ? { denied: 1, lastDeniedMs: atMs, firstDenialMs: atMs } : {}
  return { ...noUse(), refused: { [code]: 1 }, addresses: [{ address, ...counts, ...denial }] }
}

function range(by: 'hour' | 'day', fromMs: number, toMs: number) {
  return { by, fromMs, toMs: Math.min(toMs, Number.MAX_SAFE_INTEGER / 2) }
}

function rows(sql: SqlStorage): number {
  return Number(sql.exec('SELECT count(*) AS count FROM use_counts').one()['count'])
}

function start() {
  let written = 0
  const database = new DatabaseSync(':memory:')
  const exec = (statement: string, ...values: SQLInputValue[]) => {
    if (statement.startsWith('INSERT OR REPLACE')) written++
    const found = database.prepare(statement).all(...values)
    return Object.assign(found, { one: () => found[0] })
  }
  /** SQLite as a Durable Object has it, as far as it is used here. */
  const sql = { exec } as unknown as SqlStorage
  return { use: new CountedUse(sql), sql, writes: () => written }
}

/** The next instance of the object. */
function restart(sql: SqlStorage): CountedUse {
  return new CountedUse(sql)
}
