// What the user may do with the keys, and why not.

import * as pageText from '../messages/page.ts'
import type { Session } from '../api/types.ts'

export interface Rights {
  /** Create and edit keys, and see their tokens. */
  readonly mayChange: boolean
  readonly mayDelete: boolean
  /** Why something of these is turned off; null if nothing is. */
  readonly whyNot: string | null
  /** Where to ask for more; undefined where support cannot help. */
  readonly support: string | undefined
}

/** Why no key can be added although keys may be changed: there are as many as there may be. Null if one can. */
export function fullText({ keyLimit = Infinity }: Session, count: number): string | null {
  return count < keyLimit ? null : pageText.full(keyLimit)
}

export function rightsOf({ account, user, support }: Session): Rights {
  if (user.role === 'viewer') {
    return { mayChange: false, mayDelete: false, whyNot: pageText.viewer, support: undefined }
  }
  const isActive = account.status === 'active'
  const whyNot = account.status === 'pending' ? pageText.pending : pageText.suspended
  return {
    mayChange: isActive,
    mayDelete: true,
    whyNot: isActive ? null : whyNot,
    support,
  }
}
