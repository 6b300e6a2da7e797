// The password hasher: a few Durable Objects that hash, so that no isolate that serves requests does. A
// hash takes a tenth of a second of a thread, and nothing else runs on it meanwhile. The object also
// counts, since all that a client asks goes to one object.
//
// Methods and answers are additive, since old and new versions of the worker run side by side during a deploy.

import { DurableObject } from 'cloudflare:workers'
import { checkPassword, hashPassword } from '../admin/password.ts'
import { addAdmission, admissionWaitMs, createAdmissionTable } from './admission-table.ts'
import { createHashQueue } from './hash-queue.ts'

export type Admission =
  | { readonly state: 'admitted'; readonly place: string }
  /** The client was admitted as often as it may be. */
  | { readonly state: 'over_rate'; readonly waitMs: number }
  /** There is no place for this client. */
  | { readonly state: 'busy' }

/** The place is not there any more: the object began anew, or it was not used in time. */
export interface NoPlace {
  readonly state: 'no_place'
}

export interface Checked {
  readonly state: 'checked'
  readonly matches: boolean
  /** A hash under today's parameters, where it matches, was asked for, and the stored one is older. */
  readonly renewed: string | null
}

export interface Hashed {
  readonly state: 'hashed'
  readonly hash: string
}

const NO_PLACE: NoPlace = { state: 'no_place' }

/** The thread is free for so long between two hashes, which is plenty for what else waits for it. */
const GAP_MS = 20
const LONGEST_HASH_MS = 2_000

/**
 * Until when no hash may begin. Of the isolate and not of an object: objects of one isolate share its thread,
 * and hashes of several of them, one after the other, would shut others out.
 */
let closedUntilMs = 0

export class PasswordHasher extends DurableObject {
  readonly #queue = createHashQueue({
    turn: nextGap,
    newPlace: () => crypto.randomUUID(),
  })

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env)
    createAdmissionTable(ctx.storage.sql)
  }

  /**
   * Lets a client ask for one check or hash; `perMinute` is how often it may, null for any number. `group` is
   * what it may have in common with others that one sender has.
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

  /** Checks a password against a stored hash; null where there is no account, which takes as long. */
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

  /** Gives a place up that is not needed. */
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

async function nextGap(): Promise<void> {
  while (Date.now() < closedUntilMs) await scheduler.wait(GAP_MS)
}

/** By a timer: `Date.now()` does not advance while a hash is made. */
async function openAfterGap(): Promise<void> {
  await scheduler.wait(GAP_MS)
  closedUntilMs = 0
}
