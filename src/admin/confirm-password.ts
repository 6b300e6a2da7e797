// Checks the password again before a call that shows a token.

import { insertEvent } from '../db/audit-queries.ts'
import { err, ok } from '../shared/result.ts'
import { auditEvent } from './audit.ts'
import { type AdminContext, callerOf } from './context.ts'
import { type HashingDeps, PLACE_LOST, withPlace } from './hashing.ts'
import type { Refusal } from './refusal.ts'
import { throttleConfirmation, type ThrottleDeps } from './throttle.ts'

export interface ConfirmDeps extends ThrottleDeps, HashingDeps {}

/** Checks the user's password; answers a refusal if it is wrong, and writes an audit event. */
export async function confirmPassword(
  c: AdminContext,
  password: string,
  deps: ConfirmDeps,
): Promise<Refusal | null> {
  const { session, account, user } = c.get('session')
  const purpose = { kind: 'confirmation', accountId: account.id } as const
  const checked = await withPlace(purpose, deps, async function check(place) {
    const attempt = await throttleConfirmation(session.id, deps)
    if (!attempt.ok) return attempt
    const found = await place.check(user.passwordHash, password, false)
    if (found?.matches === true) await attempt.value()
    return found === null ? err(PLACE_LOST) : ok(found.matches)
  })
  if (!checked.ok) return checked.error
  if (checked.value) return null
  const keyId = c.req.param('id')
  const about = keyId === undefined ? {} : { keyId }
  const event = auditEvent('confirmation.failed', callerOf(c), deps.nowMs(), about)
  await insertEvent(deps.db, event)
  return { reason: 'password_incorrect' }
}
