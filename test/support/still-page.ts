// The built page with answers that never change, a clock that stands, and the page's own font for all text:
// for pictures. It needs no gateway; what the gateway answers is tested elsewhere.

import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { NOW_MS, stillAnswer } from './still-answers.ts'

export interface StillPageOptions extends BrowserContextOptions {
  /** Answers in place of the usual ones, by path below /admin/api/v1/, or by method and path; null is a 401. */
  readonly answers?: Readonly<Record<string, unknown>>
}

const ORIGIN = 'https://still.example'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** A page of the files in `pageDir`. Its `goto` takes paths such as `/admin/`. */
export async function openStillPage(
  browser: Browser,
  pageDir: string,
  { answers = {}, ...options }: StillPageOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: ORIGIN,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  await page.clock.setFixedTime(NOW_MS)
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url())
    const [, path] = /^\/admin\/api\/v1\/(.*)$/.exec(url.pathname) ?? []
    if (path !== undefined) {
      const call = `${route.request().method()} ${path}`
      const name = call in answers ? call : path
      const answer = name in answers ? answers[name] : stillAnswer(path, url.searchParams)
      if (answer === null) return await route.fulfill({ status: 401, json: NOBODY })
      const status = answer === undefined ? 404 : 200
      return await route.fulfill({ status, json: answer ?? { code: 'not_found' } })
    }
    const type = TYPES[extname(url.pathname)]
    const file = type === undefined ? '/admin/index.html' : url.pathname
    const body = readFileSync(join(pageDir, file))
    await route.fulfill({ body, contentType: type ?? 'text/html' })
  })
  return page
}

const NOBODY = { code: 'unauthenticated' }
