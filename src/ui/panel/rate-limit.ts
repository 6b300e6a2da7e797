// The rate limit of a key, as people read and type it.

import { MAX_REQUESTS } from '../../keys/rate-limit.ts'
import * as text from '../messages/limit.ts'
import type { RateLimit } from '../api/types.ts'

/** A limit as it is typed. */
export interface LimitDraft {
  readonly requests: string
  readonly per_seconds: number
}

export function limitText(limit: RateLimit | null): string {
  if (limit === null) return text.none
  const names: Partial<Record<number, string>> = text.windows
  return text.text(limit.requests, names[limit.per_seconds] ?? `${limit.per_seconds} s`)
}

export function toLimitDraft(limit: RateLimit | null): LimitDraft | null {
  return limit === null ? null : { ...limit, requests: String(limit.requests) }
}

/** The limit that was typed. Its requests are NaN where they are no number from 1 on. */
export function toLimit(draft: LimitDraft | null): RateLimit | null {
  if (draft === null) return null
  const digits = draft.requests.replaceAll(/[\s.,']/g, '')
  const requests = /^\d{1,7}$/.test(digits) ? Number(digits) : Number.NaN
  return { requests, per_seconds: draft.per_seconds }
}

export function isWrongLimit(draft: LimitDraft | null): boolean {
  const limit = toLimit(draft)
  return limit !== null && !(limit.requests >= 1 && limit.requests <= MAX_REQUESTS)
}

export function isRateLimit(value: unknown): value is RateLimit {
  return typeof value === 'object' && value !== null && 'per_seconds' in value
}
