// Idempotency-Key on POST /keys: a client that got no answer repeats its request and gets the key that
// the first one made (draft-ietf-httpapi-idempotency-key-header). Only keyed hashes are kept.

import { Buffer } from 'node:buffer'
import type { Idempotency } from '../db/key-queries.ts'
import { type KeyRing, newestKey } from '../keys/key-ring.ts'

const REMEMBERED_MS = 24 * 60 * 60_000

/** `body`: what the request asks for, without the password; undefined without the header. */
export async function toIdempotency(
  header: string | undefined,
  body: unknown,
  ring: KeyRing,
  nowMs: number,
): Promise<Idempotency | undefined> {
  if (header === undefined) return undefined
  return {
    key: await keyedHash(header, ring),
    body: await keyedHash(JSON.stringify(body), ring),
    since: nowMs - REMEMBERED_MS,
  }
}

async function keyedHash(text: string, ring: KeyRing): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', newestKey(ring), new TextEncoder().encode(text))
  return Buffer.from(mac).toString('base64url')
}
