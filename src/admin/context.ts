// What an admin request carries from its middleware to its handler, and how a handler refuses.

import type { Context } from 'hono'
import type { SessionWithAccount } from '../db/session-queries.ts'
import { formatAddress } from '../keys/address.ts'
import { clientAddress } from '../keys/client-address.ts'
import type { Actor } from './audit.ts'
import { type Refusal, refusalResponse } from './refusal.ts'

export interface AdminEnv {
  Variables: {
    requestId: string
    /** Set behind `requireSession`. */
    session: SessionWithAccount
  }
}

export type AdminContext = Context<AdminEnv>

export function refuse(c: AdminContext, refusal: Refusal): Response {
  return refusalResponse(refusal, c.get('requestId'))
}

/** Ends a group of routes: what is not there, which by another method may be a 405. */
export function refuseUnknown(c: AdminContext): Response {
  return refuse(c, { reason: 'not_found' })
}

/** The customer who asks, behind `requireSession`. */
export function actorOf(c: AdminContext): Actor {
  const { account } = c.get('session')
  return { kind: 'customer', accountId: account.id, address: addressOf(c) }
}

/** The client's address as text, or null where it is unreadable. */
export function addressOf(c: AdminContext): string | null {
  const address = clientAddress(c.req.raw.headers)
  return address === null ? null : formatAddress(address)
}
