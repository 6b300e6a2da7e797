// What `npm run bench` compares: the gateway when it lets in and when it refuses, and workers that do a part
// of what it does.

import { MAX_REQUESTS, type RateLimit } from '../src/keys/rate-limit.ts'
import { forged } from './peers/peer.ts'
import type { Variant } from './rounds.ts'
import { headersOf, type Workbench } from './workbench.ts'

const NEVER_MET: RateLimit = { requests: MAX_REQUESTS, perSeconds: 86_400 }
/** Not on the key's IP ACL. */
const DENIED_ADDRESS = '198.51.100.1'

export interface Variants {
  readonly floor: Variant
  readonly bare: Variant
  readonly forwarding: Variant
  readonly gateway: Variant
  /** With a key that has a rate limit. */
  readonly limited: Variant
  readonly usual: Variant
  readonly forged: Variant
  readonly missing: Variant
  readonly denied: Variant
}

export async function startVariants(bench: Workbench): Promise<Variants> {
  const { key, makeKey, startPart, startProduct, variant } = bench
  const limitedKey = await makeKey({ rateLimit: NEVER_MET })
  const { Authorization: _, ...anonymous } = headersOf(key.token, key.address)
  const refusing = await startProduct()
  const refused = (headers: Record<string, string>, name: string, status: number) =>
    variant(`refusal: ${name}`, refusing, headers, status)
  return {
    floor: variant('answer at once', await startPart('floor')),
    bare: variant('bare pass-through', await startPart('pass-through')),
    forwarding: variant('forwarding alone', await startPart('forward-only')),
    gateway: variant('gateway', await startProduct()),
    limited: variant(
      'gateway, a key with a limit',
      await startProduct({}, limitedKey),
      headersOf(limitedKey.token, limitedKey.address),
    ),
    usual: variant('the usual pattern', await startPart('usual')),
    forged: refused(headersOf(forged(key.token), key.address), 'forged token', 401),
    missing: refused(anonymous, 'no token', 401),
    denied: refused(headersOf(key.token, DENIED_ADDRESS), 'denied address', 403),
  }
}
