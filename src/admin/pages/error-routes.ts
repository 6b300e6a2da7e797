// GET /admin/errors/: what each error means and what to do, as a page, or as JSON for programs that accept
// it. It needs no session and no store, so it answers during an outage and on a gateway that is not
// configured.

import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { ERRORS_PATH } from '../../problems/errors-url.ts'
import { type ProblemCode, PROBLEMS } from '../../problems/table.ts'
import { type AdminContext, type AdminEnv, refuse } from '../context.ts'
import { errorListPage, errorPage } from './error-pages.ts'

const MAX_AGE_SECONDS = 300

export function errorRoutes(): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()
  routes.get('/admin/errors', (c) => c.redirect(ERRORS_PATH, 308))
  routes.get(ERRORS_PATH, function listErrors(c) {
    allowCaching(c)
    if (!wantsJson(c)) return c.html(errorListPage())
    return c.json({ errors: (Object.keys(PROBLEMS) as ProblemCode[]).map(toErrorJson) })
  })
  routes.get(`${ERRORS_PATH}:code`, function showError(c) {
    const code = c.req.param('code')
    if (!isProblemCode(code)) return refuse(c, { reason: 'not_found' })
    allowCaching(c)
    return wantsJson(c) ? c.json(toErrorJson(code)) : c.html(errorPage(code))
  })
  return routes
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code)
}

function toErrorJson(code: ProblemCode) {
  return { code, ...PROBLEMS[code] }
}

function wantsJson(c: AdminContext): boolean {
  const supports = ['text/html', 'application/json']
  return accepts(c, { header: 'Accept', supports, default: 'text/html' }) === 'application/json'
}

function allowCaching(c: AdminContext): void {
  c.header('Cache-Control', `public, max-age=${MAX_AGE_SECONDS}`)
  c.header('Vary', 'Accept')
}
