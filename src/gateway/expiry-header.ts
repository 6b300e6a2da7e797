// Portal-Key-Expires: tells a client from 30 days before that its key will expire.

import type { CompiledLiveKey } from '../keys/access.ts'

const NAME = 'Portal-Key-Expires'
const AHEAD_MS = 30 * 24 * 60 * 60_000

/** Adds the end of the key as an HTTP date (RFC 9110 §5.6.7), if it is at most 30 days ahead. */
export function addExpiry(
  headers: Headers,
  { expiresAtMs }: Pick<CompiledLiveKey, 'expiresAtMs'>,
  nowMs: number,
): void {
  if (expiresAtMs === null || expiresAtMs - nowMs > AHEAD_MS) return
  headers.set(NAME, new Date(expiresAtMs).toUTCString())
  // A browser shows the header to a page that the upstream allows (https://fetch.spec.whatwg.org/#http-cors-protocol).
  if (headers.has('Access-Control-Allow-Origin')) {
    headers.append('Access-Control-Expose-Headers', NAME)
  }
}
