// Judges a request that only asks about its key: by the code that judges Portal API requests, and without
// forwarding. It leaves no trace in what the owner of the key sees of its use.

import type { RequestId } from '../http/request-id.ts'
import { formatAddress } from '../keys/address.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { GatewayDeps } from './gateway.ts'
import { toIncoming } from './incoming.ts'
import { judgeRequest } from './judge-request.ts'
import type { Refusal } from './refusal.ts'
import type { RequestLimits } from './request-limits.ts'
import { startTrace } from './trace.ts'

/** A key whose token the Portal API would let through. */
interface HeldKey {
  readonly keyId: string
  readonly accountId: string
  readonly expiresAtMs: number | null
  /** The limit of the key itself; null for none. */
  readonly rateLimit: RateLimit | null
  /** Whether another token has replaced the one of the request. */
  readonly isOldToken: boolean
  /** Null if unreadable. */
  readonly clientIp: string | null
}

interface Refused {
  readonly response: Response
  readonly code: Refusal['reason']
}

export interface HolderDeps extends GatewayDeps {
  /** Finds whether a limit is met, and spends nothing. */
  readonly peekingLimits: RequestLimits
}

export interface Holder {
  readonly judge: (request: Request, requestId: RequestId) => Promise<Result<HeldKey, Refused>>
  /** The answer to a token whose key is gone. */
  readonly refuseRevoked: (request: Request, requestId: RequestId) => Refused
}

const UNCOUNTED = { noteAllowed: () => undefined, noteRefused: () => undefined } as const

export function createHolder(deps: HolderDeps): Holder {
  const toRefused = (refusal: Refusal, requestId: RequestId): Refused => ({
    response: deps.refusalResponse(refusal, requestId),
    code: refusal.reason,
  })
  return {
    async judge(received, requestId) {
      const request = toIncoming(received, received.url)
      const trace = { ...startTrace(request.headers, deps.nowMs()), requestId }
      const judged = await judgeRequest(request, trace, {
        ...deps,
        use: UNCOUNTED,
        limits: deps.peekingLimits,
      })
      if (!judged.ok) return err(toRefused(judged.error, requestId))
      const { key, address } = judged.value
      return ok({
        keyId: key.keyId,
        accountId: key.accountId,
        expiresAtMs: key.expiresAtMs,
        rateLimit: key.rateLimit,
        isOldToken: key.endsAtMs !== null,
        clientIp: address === null ? null : formatAddress(address),
      })
    },
    refuseRevoked: (_, requestId) => toRefused({ reason: 'key_revoked' }, requestId),
  }
}
