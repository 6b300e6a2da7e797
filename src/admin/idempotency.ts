// Idempotency-Key on POST /keys: a client that got no answer repeats its request and gets the key that
// the first one made (draft-ietf-httpapi-idempotency-key-header). Only keyed hashes are kept.

import type { Idempotency } from '../db/key-queries.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { keyedHashes } from './keyed-hash.ts'

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
    keys: await keyedHashes(header, ring),
    bodies: await keyedHashes(JSON.stringify(body), ring),
    since: nowMs - REMEMBERED_MS,
  }
}
