// Refuses plain HTTP, since others can read a key on its way. Only the URL counts, because a client can send a
// header such as X-Forwarded-Proto.

import { originOf } from '../http/request-url.ts'
import type { Refusal } from './refusal.ts'

/** Refuses a request over plain HTTP unless it goes to this machine. Null if it may pass. `url`: parsed. */
export function refuseExposed(url: string): Refusal | null {
  if (url.startsWith('https:')) return null // nearly every request, without parsing
  const origin = originOf(url)
  if (origin === null) return { reason: 'request_malformed', part: 'url' }
  return origin.isExposed ? { reason: 'https_required' } : null
}
