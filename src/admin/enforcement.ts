// What an answer may promise about a change. Until every request asks a key authority, a change holds
// as soon as KV has carried it everywhere, for which Cloudflare gives an estimate and no bound:
// https://developers.cloudflare.com/kv/concepts/how-kv-works/

const KV_PROPAGATION_MS = 60_000

export interface Enforcement {
  readonly mode: 'bounded'
  readonly effective_at: null
  /** An estimate, in RFC 3339. */
  readonly expected_by: string
}

export function boundedEnforcement(nowMs: number): Enforcement {
  return {
    mode: 'bounded',
    effective_at: null,
    expected_by: new Date(nowMs + KV_PROPAGATION_MS).toISOString(),
  }
}
