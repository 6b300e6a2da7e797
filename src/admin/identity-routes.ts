// /admin/log-in, /admin/log-in/callback, /admin/confirm: a browser goes to the identity provider and comes back. The
// session cookie is SameSite=Strict, so the way back from another site does not have it. A confirmation finds
// its session by the sealed cookie.

import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { findLiveSession, useOnce } from '../db/identity-queries.ts'
import { IdentityProviderError } from '../identity/identity-fault.ts'
import { PENDING_MS, type Pending, type Purpose } from '../identity/pending.ts'
import type { Arrival, IdentityProvider } from '../identity/provider.ts'
import { CALLBACK_PATH } from '../identity/settings.ts'
import { problemResponse } from '../problems/problem.ts'
import { CONFIRM_PATH, confirmPath } from '../shared/confirmed-call.ts'
import { type ConfirmDeps, makeConfirmation } from './confirm.ts'
import { confirmQuery } from './requests/confirmation.ts'
import { addressOf, type AdminContext, type AdminEnv } from './context.ts'
import { readQuery } from './input.ts'
import { keyedHashes } from './keyed-hash.ts'
import {
  askProvider,
  finishAtProvider,
  PROVIDER_UNAVAILABLE,
  type ProviderCallDeps,
} from './provider-calls.ts'
import { keepPending, type PendingDeps, takePending } from './pending-cookies.ts'
import { toUser } from './person-service.ts'
import { logInFailedPage } from './pages/log-in-pages.ts'
import { logoutHashes } from './provider-logouts.ts'
import type { ConfirmationFault, Refusal } from './refusal.ts'
import { toProblem } from './refusal-problem.ts'
import {
  LOG_IN_PATH,
  noSession,
  readSession,
  type SessionDeps,
  sessionLimits,
  startSession,
} from './session.ts'

export interface IdentityRoutesDeps
  extends SessionDeps, ConfirmDeps, PendingDeps, ProviderCallDeps {}

/** A page that hands over what is behind the `#`, and says that the window can be closed. */
const CONFIRMED_PATH = '/admin/confirmed'
/** Pages of ours, so that nobody is sent elsewhere. */
const RETURN_PATH = /^\/admin\/[\w/-]*$/

/** All of it is 404 where users are local. */
export function identityRoutes(
  identity: IdentityProvider,
  deps: IdentityRoutesDeps,
): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.get(LOG_IN_PATH, async function beginLogIn(c) {
    const asked = c.req.query('return_to') ?? ''
    const returnTo = RETURN_PATH.test(asked) ? asked : '/admin/'
    return await begin(c, { kind: 'log_in', returnTo })
  })

  routes.get(CONFIRM_PATH, async function beginConfirmation(c) {
    const found = await readSession(c, deps)
    if (found === undefined) return await refusePage(c, noSession(deps))
    c.set('accountId', found.account.id)
    const call = readQuery(c.req.url, confirmQuery)
    if (!call.ok) return await refusePage(c, call.error)
    return await begin(c, { kind: 'confirm', sessionId: found.session.id, call: call.value })
  })

  routes.get(CALLBACK_PATH, async function comeBack(c) {
    const answer = new URL(c.req.url)
    const pending = await takePending(c, answer.searchParams.get('state') ?? '', deps)
    if (pending === null) {
      return await refusePage(c, { reason: 'login_failed', cause: { kind: 'not_begun' } })
    }
    const { purpose } = pending
    const arrived = await finishAtProvider(c, identity, pending, answer, deps)
    if (!arrived.ok) return await refusePage(c, arrived.error, purpose)
    return purpose.kind === 'confirm'
      ? await endConfirmation(c, pending, purpose, arrived.value)
      : await endLogIn(c, pending, purpose, arrived.value)
  })

  async function begin(c: AdminContext, purpose: Purpose): Promise<Response> {
    const redirectUri = new URL(CALLBACK_PATH, c.req.url).href
    const begun = await askProvider(c, deps, () => identity.begin(purpose, redirectUri))
    if (begun instanceof IdentityProviderError) {
      return await refusePage(c, PROVIDER_UNAVAILABLE, purpose)
    }
    await keepPending(c, begun.pending, deps)
    return goOn(c, begun.url)
  }

  async function endLogIn(
    c: AdminContext,
    pending: Pending,
    { returnTo }: Extract<Purpose, { kind: 'log_in' }>,
    { person }: Arrival,
  ): Promise<Response> {
    const purpose = pending.purpose
    const found = await toUser(person, identity.settings, addressOf(c), deps)
    if (!found.ok) return await refusePage(c, found.error, purpose)
    const { user, account } = found.value
    c.set('accountId', account.id)
    if (!(await isFirst(pending))) {
      return await refusePage(c, { reason: 'login_failed', cause: { kind: 'used' } }, purpose)
    }
    const logouts = await logoutHashes(person, deps.sessionKeys)
    const endedBy = { hashes: logouts, begunAt: pending.begunAt }
    if (!(await startSession(c, user, deps, { providerSid: person.sid, endedBy }))) {
      return await refusePage(c, { reason: 'login_failed', cause: { kind: 'ended' } }, purpose)
    }
    return goOn(c, returnTo)
  }

  async function endConfirmation(
    c: AdminContext,
    pending: Pending,
    { sessionId, call = null }: Extract<Purpose, { kind: 'confirm' }>,
    arrival: Arrival,
  ): Promise<Response> {
    const no = (cause: ConfirmationFault) =>
      refusePage(c, { reason: 'confirmation_required', cause }, pending.purpose)
    const session = await findLiveSession(deps.db, sessionId, sessionLimits(deps.nowMs()))
    if (session === undefined) return await no('session_ended')
    c.set('accountId', session.account.id)
    if (!(await isFirst(pending))) return await no('used')
    const asked = { askedAt: pending.begunAt, call }
    const made = await makeConfirmation(arrival, session, asked, addressOf(c), deps)
    return made.ok ? goOn(c, `${CONFIRMED_PATH}#confirmation=${made.value}`) : await no(made.error)
  }

  /** Only a log-in at the provider is noted, so that a stranger cannot fill the table. */
  async function isFirst({ state, begunAt }: Pending): Promise<boolean> {
    const [hash = ''] = await keyedHashes(JSON.stringify(['state', state]), deps.sessionKeys)
    return await useOnce(deps.db, { hash, expiresAt: begunAt + PENDING_MS })
  }

  return routes
}

function goOn(c: AdminContext, url: string): Response {
  c.header('Cache-Control', 'no-store')
  return c.redirect(url, 303)
}

/** A refusal, as a page for a browser. */
async function refusePage(c: AdminContext, refusal: Refusal, purpose?: Purpose): Promise<Response> {
  const problem = toProblem(refusal)
  c.set('code', problem.code)
  const supports = ['application/problem+json', 'text/html']
  const wanted = accepts(c, { header: 'Accept', supports, default: 'application/problem+json' })
  const refused = problemResponse(problem, c.get('requestId'), c.get('errorsUrl'))
  // By the context, which also has the cookies that this answer takes away.
  for (const [name, value] of refused.headers) c.header(name, value)
  c.status(refused.status as ContentfulStatusCode)
  if (wanted !== 'text/html') return c.body(await refused.text())
  c.header('Content-Length', undefined)
  const again =
    purpose?.kind === 'confirm'
      ? { path: confirmPath(purpose.call ?? null), text: 'Confirm again' }
      : { path: LOG_IN_PATH, text: 'Log in' }
  const faults = refusal.reason === 'validation_failed' ? refusal.faults : []
  return await c.html(logInFailedPage(problem, faults, c.get('requestId'), again))
}
