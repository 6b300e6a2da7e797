// What the user may do with the keys, and why not.

import { messages } from './messages.ts'
import type { Session } from './types.ts'

export interface Rights {
  /** Create and edit keys, and see their tokens. */
  readonly mayChange: boolean
  readonly mayDelete: boolean
  /** Why something of these is turned off; null if nothing is. */
  readonly whyNot: string | null
}

/** Why no key can be added although keys may be changed: there are as many as there may be. Null if one can. */
export function fullText({ keyLimit = Infinity }: Session, count: number): string | null {
  return count < keyLimit ? null : messages.page.full(keyLimit)
}

export function rightsOf({ account, user }: Session): Rights {
  const { page } = messages
  if (user.role === 'viewer') {
    return { mayChange: false, mayDelete: false, whyNot: page.viewer }
  }
  if (account.status === 'active') return { mayChange: true, mayDelete: true, whyNot: null }
  const whyNot = account.status === 'pending' ? page.pending : page.suspended
  return { mayChange: false, mayDelete: true, whyNot }
}
