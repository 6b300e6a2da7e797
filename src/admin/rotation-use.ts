// Who still uses the old token of a rotation, and whether the new one is used. The authority of each token has
// counted it.

import { currentToken, type LiveKey, type Token } from '../db/key-rows.ts'
import type { Rotation } from '../keys/rotation.ts'
import type { UseDetails, UseQuery, UseSummary } from '../stores/key-authority/counted-use.ts'
import type { RotationUseAnswer } from './answers/rotation.ts'
import { toTime } from './json.ts'
import { toAddressesJson, toUseTime } from './usage-json.ts'

export interface RotationUseDeps {
  /** Both reject if the token's authority cannot be asked. */
  readonly summarizeUse: (lookupId: string) => Promise<UseSummary>
  readonly detailUse: (lookupId: string, query: UseQuery) => Promise<UseDetails>
}

/** Rejects if an authority cannot be asked. */
export async function readRotationUse(
  key: LiveKey,
  { startedAt, endsAt, old }: Rotation<Token>,
  deps: RotationUseDeps,
): Promise<RotationUseAnswer> {
  const current = currentToken(key)
  const noBuckets: UseQuery = { by: 'hour', fromMs: 0, toMs: 0 }
  const [before, after] = await Promise.all([
    deps.detailUse(old.lookupId, noBuckets),
    current === undefined ? null : deps.summarizeUse(current.lookupId),
  ])
  return {
    started_at: toTime(startedAt),
    ends_at: toTime(endsAt),
    old: {
      last_used_at: toUseTime(before.lastUsedMs),
      requests_last_hour: before.allowedLastHour,
      addresses: toAddressesJson(before.addresses),
    },
    new: {
      first_used_at: toUseTime(after?.firstUsedMs ?? 0),
      last_used_at: toUseTime(after?.lastUsedMs ?? 0),
    },
  }
}
