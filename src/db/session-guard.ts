// Who may make a change. The batch of a change asks again, because a body may take long to arrive: a log-out, a
// new password, and a user who was removed or whose role fell hold for a request that is under way.

import { type SQL, sql } from 'drizzle-orm'

/** The session that asks for a change. */
export interface SessionGuard {
  readonly sessionId: string
}

/** The session lives, and its user is active and may change keys. */
export function mayChangeKeys({ sessionId }: SessionGuard): SQL {
  return sql`EXISTS (SELECT 1 FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE sessions.id = ${sessionId} AND users.status = 'active' AND users.role IN ('owner', 'manager'))`
}
