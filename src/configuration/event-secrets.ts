// EVENTS_SECRET: one or more secrets of Standard Webhooks with commas between, such as
// `whsec_…,whsec_…`. During a rotation, what is sent is signed with each of them.

import { Buffer } from 'node:buffer'

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const MIN_BYTES = 24
const MAX_BYTES = 64
const SECRET = /^whsec_((?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?)$/

/** The keys; null if one of the secrets cannot be read. */
export function parseEventSecrets(text: string): readonly Uint8Array[] | null {
  const keys = text.split(',').map((secret) => {
    const [, base64] = SECRET.exec(secret.trim()) ?? []
    return base64 === undefined ? new Uint8Array() : new Uint8Array(Buffer.from(base64, 'base64'))
  })
  return keys.every(({ length }) => length >= MIN_BYTES && length <= MAX_BYTES) ? keys : null
}
