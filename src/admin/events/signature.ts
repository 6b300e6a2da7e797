// The headers of Standard Webhooks: https://www.standardwebhooks.com. The signature covers the id, the time of
// the attempt and the body.

import { createHmac } from 'node:crypto'

export interface SignedHeaders {
  readonly 'webhook-id': string
  /** In seconds since 1970. */
  readonly 'webhook-timestamp': string
  /** A signature for each secret, with spaces between. */
  readonly 'webhook-signature': string
}

export function signEvent(
  keys: readonly Uint8Array[],
  id: string,
  body: string,
  nowMs: number,
): SignedHeaders {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const signatures = keys.map((key) => {
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
