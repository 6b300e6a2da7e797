// The description of the admin API, for programs and for people. Both are made on first use, once per
// isolate, so no other request pays for them.

import { Hono } from 'hono'
import type { AdminEnv } from '../context.ts'
import type { ApiDocument } from './api-document.ts'

export function apiReferenceRoutes(): Hono<AdminEnv> {
  let document: object | undefined
  let page: string | undefined

  async function readDocument(): Promise<object> {
    const { openApiDocument } = await import('../openapi/document.ts')
    return (document ??= openApiDocument())
  }

  const routes = new Hono<AdminEnv>()
  routes.get('/admin/api/openapi.json', async function showOpenApi(c) {
    return c.json(await readDocument())
  })
  routes.get('/admin/api', (c) => c.redirect('/admin/api/', 308))
  routes.get('/admin/api/', async function showApiPage(c) {
    const { apiPage } = await import('./api-page.ts')
    page ??= String(await apiPage((await readDocument()) as ApiDocument))
    return c.html(page)
  })
  return routes
}
