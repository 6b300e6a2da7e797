// Calls a password hasher. As with key authorities, each call has a time limit and its own stub.

import { withTimeout } from '../shared/time-limit.ts'
import { type ObjectReason, objectReason } from './object-call.ts'
import type { PasswordHasher } from './password-hasher-object.ts'

export type HasherNamespace = DurableObjectNamespace<PasswordHasher>

/** The hasher could not be reached, or did not answer in time. Nothing is known about the password. */
export class HasherUnavailableError extends Error {
  override readonly name = 'HasherUnavailableError'
  readonly reason: ObjectReason

  constructor(reason: ObjectReason, cause?: unknown) {
    super(`The password hasher cannot be asked: ${reason}`, { cause })
    this.reason = reason
  }
}

/** A place in a hasher's queue, for one check or one hash. Both resolve to null if the place was lost. */
export interface HashingPlace {
  /** `stored`: null for no account. `renew`: make a new hash if the stored one has older parameters. */
  readonly check: (
    stored: string | null,
    password: string,
    renew: boolean,
  ) => Promise<{ readonly matches: boolean; readonly renewed: string | null } | null>
  readonly hash: (password: string) => Promise<string | null>
  /** Gives up the place, unless it was used. */
  readonly leave: () => Promise<void>
}

export interface PasswordHashers {
  /** Asks the hasher of this name for a place. Resolves to how long to wait if there is none. */
  readonly admit: (
    name: string,
    client: string,
    perMinute: number | null,
    group: string,
  ) => Promise<HashingPlace | { readonly waitMs: number }>
}

const ADMIT_TIMEOUT_MS = 3_000
/** Enough for a hash in every place of the queue. */
const HASH_TIMEOUT_MS = 15_000
const BUSY_WAIT_MS = 2_000

/** Calls reject with HasherUnavailableError if the object fails or takes too long. */
export function createPasswordHashers(namespace: HasherNamespace): PasswordHashers {
  async function ask<T>(
    name: string,
    timeoutMs: number,
    call: (stub: DurableObjectStub<PasswordHasher>) => Promise<T>,
  ): Promise<T> {
    const timeout = () => new HasherUnavailableError('timeout')
    try {
      return await withTimeout(call(namespace.getByName(name)), timeoutMs, timeout)
    } catch (error) {
      if (error instanceof HasherUnavailableError) throw error
      throw new HasherUnavailableError(objectReason(error), error)
    }
  }

  return {
    async admit(name, client, perMinute, group) {
      const admission = await ask(
        name,
        ADMIT_TIMEOUT_MS,
        async (stub) => await stub.admit(client, perMinute, group),
      )
      if (admission.state === 'busy') return { waitMs: BUSY_WAIT_MS }
      if (admission.state === 'over_rate') return { waitMs: admission.waitMs }
      const { place } = admission
      let isUsed = false
      return {
        async check(stored, password, renew) {
          isUsed = true
          const checked = await ask(
            name,
            HASH_TIMEOUT_MS,
            async (stub) => await stub.check(place, stored, password, renew),
          )
          return checked.state === 'checked' ? checked : null
        },
        async hash(password) {
          isUsed = true
          const hashed = await ask(
            name,
            HASH_TIMEOUT_MS,
            async (stub) => await stub.hash(place, password),
          )
          return hashed.state === 'hashed' ? hashed.hash : null
        },
        async leave() {
          if (isUsed) return
          isUsed = true
          await ask(name, ADMIT_TIMEOUT_MS, async (stub) => await stub.leave(place))
        },
      }
    },
  }
}
