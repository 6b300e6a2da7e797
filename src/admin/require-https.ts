// The admin surface over plain HTTP to another machine: a person who typed the address of a page is led
// to https:, and everything else is refused, since what it carries has been readable on its way.

import type { MiddlewareHandler } from 'hono'
import { originOf } from '../request-url.ts'
import { type AdminContext, type AdminEnv, refuse } from './context.ts'
import { isPagePath } from './page-path.ts'

export const requireHttps: MiddlewareHandler<AdminEnv> = async function requireHttps(c, next) {
  if (originOf(c.req.url)?.isExposed === false) return await next()
  if (!isPage(c)) return refuse(c, { reason: 'https_required' })
  const url = new URL(c.req.url)
  c.header('Cache-Control', 'no-store') // a 308 would be kept, whatever Host it came by (RFC 9110 §15.4.9)
  return c.redirect(`https://${url.hostname}${url.pathname}${url.search}`, 308)
}

/** Not the public keys: who verifies by them must not get them by way of a redirect that anyone could have sent. */
function isPage(c: AdminContext): boolean {
  return isPagePath(c) && c.req.path !== '/admin/jwks.json'
}
