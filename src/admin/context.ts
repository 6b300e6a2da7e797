// The variables that an admin request carries from its middleware to its handler, and how a handler refuses.

import type { Context } from 'hono'
import type { SessionGuard } from '../db/session-guard.ts'
import type { OpenSession } from '../db/session-queries.ts'
import type { RequestId } from '../http/request-id.ts'
import { formatAddress } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import { problemResponse } from '../problems/problem.ts'
import type { ProblemCode } from '../problems/table.ts'
import type { Actor } from './audit.ts'
import type { Refusal } from './refusal.ts'
import { toProblem } from './refusal-problem.ts'

export interface AdminEnv {
  Variables: {
    requestId: RequestId
    /** What comes before the code in the `type` of a problem. */
    errorsUrl: string
    /** Set by `requireSession`. */
    session: OpenSession
    /** For the log: the error code of the answer, and the account and key of the request. */
    code?: ProblemCode
    accountId?: string
    keyId?: string
    /** Set by the operator's guard: the name of who calls. */
    operator: string
  }
}

export type AdminContext = Context<AdminEnv>

export function refuse(c: AdminContext, refusal: Refusal): Response {
  const problem = toProblem(refusal)
  c.set('code', problem.code)
  return problemResponse(problem, c.get('requestId'), c.get('errorsUrl'))
}

/**
 * The last route of a group answers 404. If the path has other methods, `methodNotAllowed` makes that a
 * 405.
 */
export function refuseUnknown(c: AdminContext): Response {
  return refuse(c, { reason: 'not_found' })
}

/** A user of a customer, and the session that the request came with. */
export type Caller = Actor & SessionGuard

/** The customer of a request. Needs `requireSession` before it. */
export function callerOf(c: AdminContext): Caller {
  const { account, user, session } = c.get('session')
  return {
    kind: 'customer',
    accountId: account.id,
    user: { id: user.id, email: user.email },
    address: addressOf(c),
    sessionId: session.id,
  }
}

/** Which operator acts, and from which address. */
export interface OperatorCaller {
  readonly operator: string
  /** Null if unreadable. */
  readonly address: string | null
}

export function operatorOf(c: AdminContext): OperatorCaller {
  return { operator: c.get('operator'), address: addressOf(c) }
}

/** The client's address as text; null if it is unreadable. */
export function addressOf(c: AdminContext): string | null {
  const address = clientAddress(c.req.raw.headers)
  return address === null ? null : formatAddress(address)
}
