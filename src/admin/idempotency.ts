// Idempotency-Key on POST /keys (draft-ietf-httpapi-idempotency-key-header). If a client got no answer, it
// repeats the request and gets the key that the first request made. Only keyed hashes are stored.

import type { Idempotency } from '../db/new-key-queries.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { keyedHashes } from './keyed-hash.ts'

const REMEMBERED_MS = 24 * 60 * 60_000

/** Undefined without the header. `body`: the request without its password. */
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
