// Keyed hashes of values that only the client should know, for libSQL: HMAC-SHA-256 under the ring
// SESSION_KEYS.

import { Buffer } from 'node:buffer'
import type { KeyRing } from '../keys/key-ring.ts'

/** One hash per key of the ring, newest first. So a value stored before a rotation is found after it. */
export async function keyedHashes(text: string, ring: KeyRing): Promise<string[]> {
  const bytes = new TextEncoder().encode(text)
  const hashes = [...ring.keys].map(async ([id, key]) => {
    const mac = await crypto.subtle.sign('HMAC', key, bytes)
    return `${id}.${Buffer.from(mac).toString('base64url')}`
  })
  return await Promise.all(hashes)
}
