// Shadow mode: what the gateway would have decided, held against what the upstream answered. Pure.

import type { ProblemCode } from '../problems/table.ts'

/** `would_refuse`: the upstream took what the gateway would refuse. `would_allow`: the reverse. */
export type DifferenceKind = 'would_refuse' | 'would_allow'

/** What differed. Requests that differ in the same way are counted together. */
export interface Difference {
  /** Null if the request named no key that is known. */
  readonly keyId: string | null
  readonly kind: DifferenceKind
  /** Why the gateway would refuse. Null if it would not. */
  readonly code: ProblemCode | null
  readonly upstreamStatus: number
  /** Null if unreadable, and for addresses beyond those that are kept. */
  readonly address: string | null
}

/** `none`: the answer does not tell whether the upstream would let the request in. */
export type Comparison = 'agreed' | 'none' | DifferenceKind

/**
 * Compares a verdict with the status of the upstream's answer. 401 and 403 are refusals. A 5xx tells nothing,
 * because the upstream failed. `code`: of the refusal; undefined if the gateway would let the request through.
 */
export function compare(code: ProblemCode | undefined, upstreamStatus: number): Comparison {
  if (upstreamStatus >= 500) return 'none'
  const isRefused =
    upstreamStatus === 401 ||
    upstreamStatus === 403 ||
    (upstreamStatus === 429 && code === 'rate_limited')
  if (isRefused === (code !== undefined)) return 'agreed'
  return isRefused ? 'would_allow' : 'would_refuse'
}
