// GET /admin/api/v1/key: what the holder of a key may know about it, with the key as credential. The code that
// judges Portal API requests judges this one; app.ts hands it in.

import { Hono } from 'hono'
import type { KeyRow } from '../db/key-rows.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import type { RequestId } from '../http/request-id.ts'
import type { ProblemCode } from '../problems/table.ts'
import type { Result } from '../shared/result.ts'
import type { HolderAnswer } from './answers/holder.ts'
import { type AdminEnv, refuse } from './context.ts'
import { toRotationJson, toTime } from './json.ts'
import { toRateLimitJson } from './rate-limit.ts'

export const HOLDER_PATH = '/admin/api/v1/key'

/** A key whose token the Portal API would let through. */
export interface HeldKey {
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

/** The answer of the Portal API to a request that it refuses. */
export interface HolderRefusal {
  readonly response: Response
  readonly code: ProblemCode
}

export interface HolderDeps {
  readonly holder: {
    readonly judge: (
      request: Request,
      requestId: RequestId,
    ) => Promise<Result<HeldKey, HolderRefusal>>
    /** The answer to a token whose key is gone. */
    readonly refuseRevoked: (request: Request, requestId: RequestId) => HolderRefusal
    readonly findKey: (keyId: string) => Promise<KeyRow | undefined>
  }
  readonly nowMs: () => number
}

/** Any origin may read the answer, which tells nobody more than the token that came with the request. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, WWW-Authenticate',
}
const PREFLIGHT = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': 'Authorization, X-API-Key, X-Request-Id',
  'Access-Control-Max-Age': '7200',
}

export function holderRoutes({ holder, nowMs }: HolderDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()

  routes.use('/', async function openToAnyOrigin(c, next) {
    const { method, raw } = c.req
    const isPreflight = method === 'OPTIONS' && raw.headers.has('access-control-request-method')
    if (isPreflight && raw.headers.has('origin')) return c.body(null, 204, PREFLIGHT)
    await next()
    for (const [name, value] of Object.entries(CORS)) c.header(name, value)
    return undefined
  })

  routes.get('/', async function showHeldKey(c) {
    const refuseAs = ({ response, code }: HolderRefusal) => {
      c.set('code', code)
      return response
    }
    const requestId = c.get('requestId')
    const judged = await holder.judge(c.req.raw, requestId)
    if (!judged.ok) return refuseAs(judged.error)
    const { keyId, accountId, expiresAtMs, rateLimit, isOldToken, clientIp } = judged.value
    c.set('keyId', keyId)
    c.set('accountId', accountId)
    const row = await holder.findKey(keyId)
    // A deletion that has not been answered yet, or a row that a restored database has lost.
    if (row?.kind === 'tombstone') return refuseAs(holder.refuseRevoked(c.req.raw, requestId))
    if (row === undefined) return refuse(c, { reason: 'storage_unavailable' })
    const { applicationName, platform } = row.details
    const answer: HolderAnswer = {
      key: {
        id: keyId,
        application_name: applicationName,
        platform,
        expires_at: expiresAtMs === null ? null : toTime(expiresAtMs),
        rate_limit: toRateLimitJson(rateLimit),
        rotation: toRotationJson(row.tokens, nowMs()),
      },
      token: isOldToken ? 'old' : 'current',
      client_ip: clientIp,
    }
    return c.json(answer)
  })

  // Here, because a request with another method must not come to the check of the session.
  return routes.all('/', (c) => refuse(c, { reason: 'method_not_allowed', allow: ['GET', 'HEAD'] }))
}
