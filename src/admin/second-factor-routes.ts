// /admin/api/v1/second-factor: a user's own second factor, to look at, set up and remove. Behind `requireSession`.
// Each change needs the password or a code of the app, so a stolen session cannot make it.

import { Hono } from 'hono'
import {
  findSecondFactor,
  removeSecondFactor,
  replaceRecoveryCodes,
  type StoredFactor,
} from '../db/second-factor-queries.ts'
import { insertEvent } from '../db/audit-queries.ts'
import { clientAddress } from '../keys/client-address.ts'
import { auditEvent } from './audit.ts'
import { type ConfirmDeps, confirmPassword } from './confirm-password.ts'
import { type AdminContext, type AdminEnv, callerOf, refuse } from './context.ts'
import { readBody } from './input.ts'
import { toTime } from './json.ts'
import { NOT_FOUND } from './own-key.ts'
import type { Refusal } from './refusal.ts'
import { confirmEnrolmentBody, factorBody, startEnrolmentBody } from './requests/log-in.ts'
import {
  CODE_INCORRECT,
  confirmEnrolment,
  findConfirmed,
  renewedCodes,
  type SecondFactorDeps,
  startEnrolment,
  useCode,
} from './second-factor.ts'
import { isSecondFactorDue, type SessionDeps } from './session.ts'
import { throttleCode } from './throttle.ts'

export type SecondFactorRoutesDeps = SecondFactorDeps & ConfirmDeps & SessionDeps

export function secondFactorRoutes(deps: SecondFactorRoutesDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.use('*', async function refuseProvided(c, next) {
    // The identity provider asks for its own factors.
    return deps.identity === null ? await next() : refuse(c, NOT_FOUND)
  })

  routes.get('/', async function showSecondFactor(c) {
    const factor = await findSecondFactor(deps.db, c.get('session').user.id)
    const since = factor?.confirmedAt ?? null
    return c.json({
      enabled_at: since === null ? null : toTime(since),
      recovery_codes_left: since === null ? 0 : (factor?.codesLeft ?? 0),
      required: deps.secondFactor === 'required',
      due: isSecondFactorDue(c.get('session'), deps),
    })
  })

  routes.post('/', async function startEnrolmentRoute(c) {
    const body = await readBody(c.req.raw, startEnrolmentBody)
    if (!body.ok) return refuse(c, body.error)
    const unconfirmed = await confirmPassword(c, body.value.password, deps)
    if (unconfirmed !== null) return refuse(c, unconfirmed)
    const started = await startEnrolment(c.get('session').user, callerOf(c), deps)
    return started.ok ? c.json(started.value, 201) : refuse(c, started.error)
  })

  routes.post('/confirmation', async function confirmEnrolmentRoute(c) {
    const body = await readBody(c.req.raw, confirmEnrolmentBody)
    if (!body.ok) return refuse(c, body.error)
    const attempt = await throttleCode(codeAttempt(c), deps)
    if (!attempt.ok) return refuse(c, attempt.error)
    const { user } = c.get('session')
    const confirmed = await confirmEnrolment(user, body.value.code, callerOf(c), deps)
    if (!confirmed.ok) return refuse(c, await noted(c, confirmed.error, deps))
    await attempt.value()
    return c.json({ recovery_codes: confirmed.value })
  })

  routes.post('/recovery-codes', async function renewCodesRoute(c) {
    const factor = await confirmBoth(c, deps)
    if ('reason' in factor) return refuse(c, factor)
    const { codes, hashes } = await renewedCodes(c.get('session').user, factor, deps)
    const caller = callerOf(c)
    const event = auditEvent('second_factor.renew_codes', caller, deps.nowMs())
    const replaced = await replaceRecoveryCodes(deps.db, factor, hashes, caller, event)
    return replaced ? c.json({ recovery_codes: codes }, 201) : refuse(c, NOT_FOUND)
  })

  routes.post('/removal', async function removeFactorRoute(c) {
    const factor = await confirmBoth(c, deps)
    if ('reason' in factor) return refuse(c, factor)
    const caller = callerOf(c)
    const event = auditEvent('second_factor.disable', caller, deps.nowMs())
    const removed = await removeSecondFactor(deps.db, factor.userId, caller, event)
    return removed ? c.body(null, 204) : refuse(c, NOT_FOUND)
  })

  return routes
}

/** Reads a body with password and code, and checks both. Answers the factor, or a refusal. */
async function confirmBoth(
  c: AdminContext,
  deps: SecondFactorRoutesDeps,
): Promise<StoredFactor | Refusal> {
  const body = await readBody(c.req.raw, factorBody)
  if (!body.ok) return body.error
  const { password, code } = body.value
  const unconfirmed = await confirmPassword(c, password, deps)
  if (unconfirmed !== null) return unconfirmed
  const { user } = c.get('session')
  const factor = await findConfirmed(deps.db, user.id)
  if (factor === undefined) return NOT_FOUND
  const attempt = await throttleCode(codeAttempt(c), deps)
  if (!attempt.ok) return attempt.error
  if (!(await useCode(user, factor, code, callerOf(c), deps))) return noted(c, CODE_INCORRECT, deps)
  await attempt.value()
  return factor
}

function codeAttempt(c: AdminContext) {
  const { user } = c.get('session')
  return { userId: user.id, email: user.email, address: clientAddress(c.req.raw.headers) }
}

/** Writes an audit event of a wrong code. */
async function noted(
  c: AdminContext,
  refusal: Refusal,
  deps: SecondFactorRoutesDeps,
): Promise<Refusal> {
  if (refusal.reason === 'second_factor_incorrect') {
    await insertEvent(deps.db, auditEvent('second_factor.failed', callerOf(c), deps.nowMs()))
  }
  return refusal
}
