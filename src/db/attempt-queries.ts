// Counters of password attempts. One statement checks all counters of an attempt and counts it in them. So
// attempts made at the same moment, at any location, cannot pass on the same count.

import { eq, lt, sql, type SQL } from 'drizzle-orm'
import type { Database } from './client.ts'
import { attempts, logInNetworks } from './schema/attempts.ts'

export interface Counter {
  /** A keyed hash of what the attempts in this counter have in common. */
  readonly bucket: string
  /** How many attempts need not wait. */
  readonly free: number
}

export interface AttemptRules {
  readonly maxWaitMs: number
  /** A counter that was not used for this long starts anew. */
  readonly forgetMs: number
}

export interface Attempt {
  readonly own: Counter
  /** Counters that do not hold for known networks. */
  readonly wider: readonly Counter[]
  /** The keyed hashes of the network, one per key of the ring; empty if the network cannot be known. */
  readonly networks: readonly string[]
  /** A network is known if it logged in after this time, in milliseconds since 1970. */
  readonly knownSinceMs: number
}

/** The counters that an attempt was counted in, or how long to wait. */
export type CountedAttempt =
  | { readonly counted: true; readonly buckets: readonly string[] }
  | { readonly counted: false; readonly waitMs: number }

/** A network that a user logged in from. */
export interface KnownNetwork {
  readonly userId: string
  /** A keyed hash. */
  readonly network: string
  readonly lastAt: number
}

/** Counts an attempt, if no counter that holds for it asks to wait. */
export async function countAttempt(
  db: Database,
  { own, wider, networks, knownSinceMs }: Attempt,
  nowMs: number,
  { maxWaitMs, forgetMs }: AttemptRules,
): Promise<CountedAttempt> {
  const isKnown =
    networks.length === 0
      ? sql`FALSE`
      : sql`EXISTS (SELECT 1 FROM log_in_networks
          WHERE network IN ${[...networks]} AND last_at > ${knownSinceMs})`
  const rows = [own, ...wider].map(({ bucket }) => sql`(${bucket}, ${bucket !== own.bucket})`)
  const holds =
    wider.length === 0
      ? sql`bucket = ${own.bucket}`
      : sql`(bucket = ${own.bucket}
          OR bucket IN ${wider.map(({ bucket }) => bucket)} AND NOT ${isKnown})`
  const count = sql`CASE WHEN last_at < ${nowMs - forgetMs} THEN 1 ELSE count + 1 END`
  // 0 means no wait. The current time would not do, because concurrent requests do not arrive in the order of
  // their clocks. The exponent is bounded, because a shift by 64 or more is 0 in SQLite.
  const free = freeOf([own, ...wider], sql`excluded.bucket`)
  const nextAt = sql`CASE WHEN ${count} < ${free} THEN 0
    ELSE ${nowMs} + min(${maxWaitMs}, 2000 << min(20, ${count} - ${free})) END`
  const [counted, waiting] = await db.batch([
    db.all<{ bucket: string }>(sql`
      INSERT INTO attempts (bucket, count, next_at, last_at)
      SELECT column1, 1, 0, ${nowMs} FROM (VALUES ${sql.join(rows, sql`, `)})
      WHERE (NOT column2 OR NOT ${isKnown})
        AND NOT EXISTS (SELECT 1 FROM attempts WHERE ${holds} AND next_at > ${nowMs})
      ON CONFLICT (bucket) DO UPDATE
      SET count = ${count}, next_at = ${nextAt}, last_at = ${nowMs}
      RETURNING bucket`),
    db.all<{ until: number | null }>(
      sql`SELECT max(next_at) AS until FROM attempts WHERE ${holds}`,
    ),
  ])
  return counted.length > 0
    ? { counted: true, buckets: counted.map(({ bucket }) => bucket) }
    : { counted: false, waitMs: (waiting[0]?.until ?? nowMs) - nowMs }
}

/** Forgets the attempts of a bucket. */
export async function clearAttempts(db: Database, bucket: string): Promise<void> {
  await db.delete(attempts).where(eq(attempts.bucket, bucket))
}

/**
 * Records a successful log-in: clears its own counter, takes back its count in the wider counters, and
 * stores its network. A user keeps the latest `maxNetworks` networks.
 */
export async function recordLogIn(
  db: Database,
  own: Counter,
  countedWider: readonly Counter[],
  network: KnownNetwork | null,
  maxNetworks: number,
): Promise<void> {
  const buckets = countedWider.map(({ bucket }) => bucket)
  const forget = db.delete(attempts).where(eq(attempts.bucket, own.bucket))
  const takeBack = db.run(sql`
    UPDATE attempts SET count = count - 1,
      next_at = CASE WHEN count - 1 < ${freeOf(countedWider, sql`bucket`)} THEN 0 ELSE next_at END
    WHERE bucket IN ${buckets}`)
  const statements = buckets.length === 0 ? [] : [takeBack]
  if (network === null) return void (await db.batch([forget, ...statements]))
  const { userId, network: hash, lastAt } = network
  await db.batch([
    forget,
    ...statements,
    // Of a user who is gone by now, nothing is stored.
    db.run(sql`
      INSERT INTO log_in_networks (network, account_id, user_id, last_at)
      SELECT ${hash}, account_id, id, ${lastAt} FROM users WHERE id = ${userId}
      ON CONFLICT (network) DO UPDATE SET user_id = excluded.user_id, last_at = excluded.last_at`),
    db.run(sql`
      DELETE FROM log_in_networks WHERE user_id = ${userId} AND network NOT IN (
        SELECT network FROM log_in_networks WHERE user_id = ${userId}
        ORDER BY last_at DESC LIMIT ${maxNetworks})`),
  ])
}

/** Removes counters that would start anew. */
export async function deleteForgottenAttempts(db: Database, beforeMs: number): Promise<void> {
  await db.delete(attempts).where(lt(attempts.lastAt, beforeMs))
}

/** Removes networks that last logged in before this time. */
export async function deleteForgottenNetworks(db: Database, beforeMs: number): Promise<void> {
  await db.delete(logInNetworks).where(lt(logInNetworks.lastAt, beforeMs))
}

/** The `free` of the bucket that an SQL expression names. */
function freeOf(counters: readonly Counter[], bucket: SQL): SQL {
  const cases = counters.map(({ bucket: name, free }) => sql`WHEN ${name} THEN ${free}`)
  return cases.length === 0 ? sql`0` : sql`CASE ${bucket} ${sql.join(cases, sql` `)} END`
}
