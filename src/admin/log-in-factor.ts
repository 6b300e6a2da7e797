// The second step of a log-in: the code of a user who has a second factor.

import { insertEvent } from '../db/audit-queries.ts'
import type { UserRow } from '../db/user-queries.ts'
import { formatAddress } from '../keys/address.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { auditEvent } from './audit.ts'
import type { Refusal } from './refusal.ts'
import { findConfirmed, type SecondFactorDeps, useCode } from './second-factor.ts'
import { type LogInAttempt, throttleCode, type ThrottleDeps } from './throttle.ts'

/** What the request says. */
interface FactorAttempt extends LogInAttempt {
  readonly code: string | undefined
}

/**
 * Checks the code of a user whose password was right; nobody else learns whether there is a second factor. Codes are
 * counted before they are looked at. Without a factor, a code is not looked at.
 */
export async function checkFactor(
  user: UserRow,
  { code, ...attempted }: FactorAttempt,
  deps: SecondFactorDeps & ThrottleDeps,
): Promise<Result<{ readonly hasSecondFactor: boolean }, Refusal>> {
  const factor = await findConfirmed(deps.db, user.id)
  if (factor === undefined) return ok({ hasSecondFactor: false })
  if (code === undefined) return err({ reason: 'second_factor_required' })
  const attempt = await throttleCode({ userId: user.id, ...attempted }, deps)
  if (!attempt.ok) return attempt
  const { address } = attempted
  const actor = {
    kind: 'customer',
    accountId: user.accountId,
    user,
    address: address === null ? null : formatAddress(address),
  } as const
  if (await useCode(user, factor, code, actor, deps)) {
    await attempt.value()
    return ok({ hasSecondFactor: true })
  }
  await insertEvent(deps.db, auditEvent('second_factor.failed', actor, deps.nowMs()))
  return err({ reason: 'second_factor_failed' })
}
