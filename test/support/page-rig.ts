// The page in a real browser, against the whole product. Each test has a browser context of its own.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { connectToBrowser } from './own-browser.ts'
import { type Rig, type RigOptions, startRig } from './rig.ts'

export interface OpenOptions extends BrowserContextOptions {
  /** Who is logged in; nobody when left out. */
  readonly customer?: Customer
  /** What the console may say beside the answers of the API that are no successes. */
  readonly allowed?: RegExp
}

export interface PageRig {
  readonly rig: Rig
  readonly url: string
  /** Opens the page, and waits until it shows something to do. */
  readonly open: (options?: OpenOptions) => Promise<Page>
  /** Ends every context of the test; fails where a page met an error of its own. */
  readonly closeAll: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startPageRig(options: RigOptions = {}): Promise<PageRig> {
  const [rig, browser] = await Promise.all([startRig(options), connectToBrowser()])
  const faults: string[] = []

  return {
    rig,
    url: `${rig.url}/admin/`,
    async open({ customer, allowed, ...context } = {}) {
      const page = await newPage(browser, rig, context, customer)
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (message) => {
        const text = message.text()
        const isExpected = /Failed to load resource/.test(text) || allowed?.test(text) === true
        if (['error', 'warning'].includes(message.type()) && !isExpected) faults.push(text)
      })
      await page.goto(`${rig.url}/admin/`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      if (customer !== undefined)
        await page.getByText(/^\d+ keys?$|Create your first key|No API keys/).waitFor()
      return page
    },
    async closeAll() {
      await Promise.all(browser.contexts().map((context) => context.close()))
      expect(faults.splice(0)).toEqual([])
    },
    async stop() {
      await browser.close()
      await rig.stop()
    },
  }
}

/** The page for the tests of one `describe`: it is there from their `beforeAll` on, with a new context for each. */
export function usePages(options: RigOptions = {}): Pick<PageRig, 'rig' | 'url' | 'open'> {
  let started: PageRig | undefined
  function pages(): PageRig {
    if (started === undefined) throw new Error('The page is there from beforeAll on')
    return started
  }
  beforeAll(async () => {
    started = await startPageRig(options)
  })
  afterEach(() => pages().closeAll())
  afterAll(() => started?.stop())
  return {
    get rig() {
      return pages().rig
    },
    get url() {
      return pages().url
    },
    open: (how) => pages().open(how),
  }
}

async function newPage(
  browser: Browser,
  rig: Rig,
  options: BrowserContextOptions,
  customer: Customer | undefined,
): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  context.setDefaultTimeout(10_000)
  if (customer !== undefined) {
    const [name = '', value = ''] = customer.cookie.split('=', 2)
    await context.addCookies([{ name, value, url: rig.url, httpOnly: true, sameSite: 'Strict' }])
  }
  return await context.newPage()
}
