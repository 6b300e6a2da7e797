// A key that travels over plain HTTP can be read on its way, and should not work as if nothing had
// happened. Judged by the URL alone: a header such as X-Forwarded-Proto can be sent by the client.

import { originOf } from '../request-url.ts'
import type { Refusal } from './refusal.ts'

/** The refusal of a request over plain HTTP to another machine; null for any other. `url`: parsed. */
export function refuseExposed(url: string): Refusal | null {
  if (url.startsWith('https:')) return null // nearly every request: nothing is parsed
  const origin = originOf(url)
  if (origin === null) return { reason: 'request_malformed', part: 'url' }
  return origin.isExposed ? { reason: 'https_required' } : null
}
