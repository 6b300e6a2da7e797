// What an answer promises about a change. Under `strict` the key's authority knows the change, and every
// request asks the authority. Under `bounded` the change holds once KV has carried it everywhere and
// isolates have dropped older records. Cloudflare gives an estimate for KV and no bound
// (https://developers.cloudflare.com/kv/concepts/how-kv-works/).

import type { EnforcementAnswer } from './answers.ts'

export type Consistency = 'strict' | 'bounded'

const KV_PROPAGATION_MS = 60_000
/** How long an isolate may use a cached record under `bounded`. */
export const BOUNDED_CACHE_TTL_MS = 5_000

/** The promise about a change that is enforced; `nowMs` is the time of the answer. */
export function toEnforcement(consistency: Consistency, nowMs: number): EnforcementAnswer {
  if (consistency === 'strict') {
    return { mode: 'strict', effective_at: new Date(nowMs).toISOString() }
  }
  const expected = new Date(nowMs + KV_PROPAGATION_MS + BOUNDED_CACHE_TTL_MS)
  return { mode: 'bounded', effective_at: null, expected_by: expected.toISOString() }
}
