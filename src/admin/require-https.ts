// Refuses plain HTTP from another machine, because others could read the request on its way. A GET of a
// page is redirected to https:, for people who typed its address.

import type { MiddlewareHandler } from 'hono'
import { originOf } from '../http/request-url.ts'
import { type AdminContext, type AdminEnv, refuse } from './context.ts'
import { HOLDER_PATH } from './holder-routes.ts'
import { isPagePath } from './page-path.ts'

export const requireHttps: MiddlewareHandler<AdminEnv> = async function requireHttps(c, next) {
  if (originOf(c.req.url)?.isExposed === false || isHolder(c)) return await next()
  if (!isPage(c)) return refuse(c, { reason: 'https_required' })
  const url = new URL(c.req.url)
  c.header('Cache-Control', 'no-store') // otherwise a 308 is cached, whatever Host the request named (RFC 9110 §15.4.9)
  return c.redirect(`https://${url.hostname}${url.pathname}${url.search}`, 308)
}

/** The code that judges Portal API requests judges these too, and refuses plain HTTP itself. */
function isHolder({ req }: AdminContext): boolean {
  return req.path === HOLDER_PATH && (req.method === 'GET' || req.method === 'HEAD')
}

/**
 * The public keys are no page. A verifier must not follow a redirect that anyone on the way could have
 * sent.
 */
function isPage(c: AdminContext): boolean {
  return isPagePath(c) && c.req.path !== '/admin/jwks.json'
}
