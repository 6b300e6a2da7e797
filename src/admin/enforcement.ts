// What an answer may promise about a change. Under `strict` the key's authority knows it, and every
// request asks the authority. Under `bounded` it holds as soon as KV has carried it everywhere, for
// which Cloudflare gives an estimate and no bound (https://developers.cloudflare.com/kv/concepts/how-kv-works/),
// and isolates have let go of what they hold.

import type { EnforcementAnswer } from './answers.ts'

export type Consistency = 'strict' | 'bounded'

const KV_PROPAGATION_MS = 60_000
/** How long an isolate may use a record under `bounded`. */
export const BOUNDED_CACHE_TTL_MS = 5_000

/** What holds for a change that is enforced, at the time of its answer. */
export function toEnforcement(consistency: Consistency, nowMs: number): EnforcementAnswer {
  if (consistency === 'strict') {
    return { mode: 'strict', effective_at: new Date(nowMs).toISOString() }
  }
  const expected = new Date(nowMs + KV_PROPAGATION_MS + BOUNDED_CACHE_TTL_MS)
  return { mode: 'bounded', effective_at: null, expected_by: expected.toISOString() }
}
