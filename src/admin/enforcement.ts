// What an answer may promise about a change. Under `strict` the key's authority knows it, and every
// request asks the authority. Under `bounded` it holds as soon as KV has carried it everywhere, for
// which Cloudflare gives an estimate and no bound (https://developers.cloudflare.com/kv/concepts/how-kv-works/),
// and isolates have let go of what they hold.

export type Consistency = 'strict' | 'bounded'

export type Enforcement =
  /** Times are in RFC 3339. */
  | { readonly mode: 'strict'; readonly effective_at: string }
  /** `expected_by` is an estimate. */
  | { readonly mode: 'bounded'; readonly effective_at: null; readonly expected_by: string }

const KV_PROPAGATION_MS = 60_000
/** How long an isolate may use a record under `bounded`. */
export const BOUNDED_CACHE_TTL_MS = 5_000

/** What holds for a change that is enforced, at the time of its answer. */
export function toEnforcement(consistency: Consistency, nowMs: number): Enforcement {
  if (consistency === 'strict') {
    return { mode: 'strict', effective_at: new Date(nowMs).toISOString() }
  }
  const expected = new Date(nowMs + KV_PROPAGATION_MS + BOUNDED_CACHE_TTL_MS)
  return { mode: 'bounded', effective_at: null, expected_by: expected.toISOString() }
}
