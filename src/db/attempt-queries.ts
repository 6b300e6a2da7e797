// Counters of password attempts. Counting and judging are one statement, so that attempts made at the
// same moment, at any location, cannot pass on one count.

import { eq, lt, sql } from 'drizzle-orm'
import type { Database } from './client.ts'
import { attempts } from './schema.ts'

export interface AttemptRules {
  /** Attempts that need not wait. */
  readonly free: number
  readonly maxWaitMs: number
  /** A counter that was not touched for so long starts anew. */
  readonly forgetMs: number
}

/** Counts an attempt where one may be made; else answers how many milliseconds are left to wait. */
export async function countAttempt(
  db: Database,
  bucket: string,
  nowMs: number,
  { free, maxWaitMs, forgetMs }: AttemptRules,
): Promise<{ readonly counted: boolean; readonly waitMs: number }> {
  const count = sql`CASE WHEN last_at < ${nowMs - forgetMs} THEN 1 ELSE count + 1 END`
  // 0 where there is no wait, not the time: requests made at once do not arrive in the order of their
  // clocks. The exponent is bounded, since a shift by 64 or more is 0 in SQLite.
  const nextAt = sql`CASE WHEN ${count} < ${free} THEN 0
    ELSE ${nowMs} + min(${maxWaitMs}, 2000 << min(20, ${count} - ${free})) END`
  const [counted, rows] = await db.batch([
    db
      .insert(attempts)
      .values({ bucket, count: 1, nextAt: 0, lastAt: nowMs })
      .onConflictDoUpdate({
        target: attempts.bucket,
        set: { count, nextAt, lastAt: nowMs },
        setWhere: sql`next_at <= ${nowMs}`,
      }),
    db.select({ nextAt: attempts.nextAt }).from(attempts).where(eq(attempts.bucket, bucket)),
  ])
  return { counted: counted.rowsAffected > 0, waitMs: (rows[0]?.nextAt ?? nowMs) - nowMs }
}

/** Forgets the attempts of a bucket. */
export async function clearAttempts(db: Database, bucket: string): Promise<void> {
  await db.delete(attempts).where(eq(attempts.bucket, bucket))
}

/** Removes counters that start anew anyway. */
export async function deleteForgottenAttempts(db: Database, beforeMs: number): Promise<void> {
  await db.delete(attempts).where(lt(attempts.lastAt, beforeMs))
}
