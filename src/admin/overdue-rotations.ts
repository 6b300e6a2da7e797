// Records the end of old tokens whose overlap is over. Requests do not wait for it: the edge refuses an old token
// by its own clock. With the record, the token's secrets go, and its authority keeps its end for ever.

import type { Database } from '../db/client.ts'
import type { LiveKey } from '../db/key-rows.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { changeTokens, listOverdueRotations } from '../db/rotation-queries.ts'
import { endOld, isOverdue } from '../keys/rotation.ts'
import { auditEvent } from './audit.ts'
import { toRotationJson } from './json.ts'

/** What one run of the cron does. The next run goes on. */
const ROTATIONS_PER_RUN = 200
/** Clocks differ. No token may end for ever before its end has come everywhere. */
const SLACK_MS = 30_000

export interface OverdueRotationsDeps {
  readonly db: Database
  readonly nowMs: () => number
}

export async function endOverdueRotations(deps: OverdueRotationsDeps): Promise<void> {
  const { db, nowMs } = deps
  const endedBy = nowMs() - SLACK_MS
  for (const id of await listOverdueRotations(db, endedBy, ROTATIONS_PER_RUN)) {
    const [row] = await findKeys(db, [id])
    if (row?.kind !== 'live' || !isOverdue(row.tokens, endedBy)) continue // it changed meanwhile
    await endOverdueRotation(row, deps)
  }
}

/** Records the end of a key's old token. Undefined if the row changed since it was read. */
export async function endOverdueRotation(
  row: LiveKey,
  { db, nowMs }: OverdueRotationsDeps,
): Promise<LiveKey | undefined> {
  const now = nowMs()
  const actor = { kind: 'gateway', accountId: row.accountId, address: null } as const
  const before = toRotationJson(row.tokens, 0) // as it was before it was over
  const about = { keyId: row.id, changes: { rotation: [before, null] as const } }
  const event = auditEvent('key.rotation_end', actor, now, about)
  return await changeTokens(db, row, endOld(row.tokens, now), null, event)
}
