// What a client sent and only it should know, as libSQL holds it: HMAC-SHA-256 under the ring SESSION_KEYS.

import { Buffer } from 'node:buffer'
import type { KeyRing } from '../keys/key-ring.ts'

/** One hash for each key of the ring, the newest first: what was stored before a rotation is found after it. */
export async function keyedHashes(text: string, ring: KeyRing): Promise<string[]> {
  const bytes = new TextEncoder().encode(text)
  const hashes = [...ring.keys].map(async ([id, key]) => {
    const mac = await crypto.subtle.sign('HMAC', key, bytes)
    return `${id}.${Buffer.from(mac).toString('base64url')}`
  })
  return await Promise.all(hashes)
}
