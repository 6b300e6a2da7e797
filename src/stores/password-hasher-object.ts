// The password hasher: a few Durable Objects hash passwords, so that the isolates that serve requests do not. A
// hash occupies its thread for a tenth of a second. The object also limits the rate of a client, because all
// requests of a client go to the same object.
//
// Methods and answers are additive, since old and new versions of the worker run side by side during a deploy.

import { DurableObject } from 'cloudflare:workers'
import { checkPassword, hashPassword } from '../admin/password.ts'
import { addAdmission, admissionWaitMs, createAdmissionTable } from './admission-table.ts'
import { createHashQueue } from './hash-queue.ts'

export type Admission =
  | { readonly state: 'admitted'; readonly place: string }
  /** The client has reached its rate limit. */
  | { readonly state: 'over_rate'; readonly waitMs: number }
  /** There is no place for this client. */
  | { readonly state: 'busy' }

/** The place was lost, because the object restarted or the place was not used in time. */
export interface NoPlace {
  readonly state: 'no_place'
}

export interface Checked {
  readonly state: 'checked'
  readonly matches: boolean
  /** A hash with today's parameters if the password matches, `renew` was set and the stored one is older. */
  readonly renewed: string | null
}

export interface Hashed {
  readonly state: 'hashed'
  readonly hash: string
}

const NO_PLACE: NoPlace = { state: 'no_place' }

/** How long the thread is free between two hashes, for the other work that waits. */
const GAP_MS = 20
const LONGEST_HASH_MS = 2_000

/**
 * No hash may begin before this time. It belongs to the isolate, because its objects share one thread. The hashes
 * of several objects in a row would block all other work.
 */
let closedUntilMs = 0

export class PasswordHasher extends DurableObject {
  readonly #queue = createHashQueue({
    nextTurn: waitForGap,
    newPlace: () => crypto.randomUUID(),
  })

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env)
    createAdmissionTable(ctx.storage.sql)
  }

  /**
   * Admits a client for one check or hash. `perMinute` is its rate limit, or null for none. `group` is the same
   * for clients that may belong to one sender.
   */
  admit(client: string, perMinute: number | null, group = client): Admission {
    const { sql } = this.ctx.storage
    const now = Date.now()
    const waitMs = perMinute === null ? 0 : admissionWaitMs(sql, client, perMinute, now)
    if (waitMs > 0) return { state: 'over_rate', waitMs }
    const place = this.#queue.take(client, group, now)
    if (place === null) return { state: 'busy' }
    if (perMinute !== null) addAdmission(sql, client, now)
    return { state: 'admitted', place }
  }

  /** Checks a password against a stored hash. `stored`: null for no account, which takes as long. */
  async check(
    place: string,
    stored: string | null,
    password: string,
    renew: boolean,
  ): Promise<Checked | NoPlace> {
    const checked = this.#run(place, async () => {
      const { matches, outdated } = await checkPassword(stored, password)
      const renewed = renew && matches && outdated ? await hashPassword(password) : null
      return { state: 'checked', matches, renewed } as const
    })
    return (await checked) ?? NO_PLACE
  }

  async hash(place: string, password: string): Promise<Hashed | NoPlace> {
    const hashed = this.#run(place, async () => {
      return { state: 'hashed', hash: await hashPassword(password) } as const
    })
    return (await hashed) ?? NO_PLACE
  }

  /** Gives up a place that is not needed. */
  leave(place: string): void {
    this.#queue.giveUp(place)
  }

  #run<T>(place: string, work: () => Promise<T>): Promise<T> | null {
    return this.#queue.run(place, async () => {
      closedUntilMs = Date.now() + LONGEST_HASH_MS
      try {
        return await work()
      } finally {
        this.ctx.waitUntil(openAfterGap())
      }
    })
  }
}

async function waitForGap(): Promise<void> {
  while (Date.now() < closedUntilMs) await scheduler.wait(GAP_MS)
}

/** Uses a timer, because `Date.now()` does not advance during a hash. */
async function openAfterGap(): Promise<void> {
  await scheduler.wait(GAP_MS)
  closedUntilMs = 0
}
