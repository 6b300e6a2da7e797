// A name of 100 characters without a space stays within what it stands in.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pageDirOf } from '../../harness/build.ts'
import { connectToBrowser, missingBrowser } from '../support/own-browser.ts'
import { STILL_KEYS } from '../support/still-answers.ts'
import { openStillPage } from '../support/still-page.ts'

const key = { ...STILL_KEYS[0], application_name: 'W'.repeat(100) }
const path = `/admin/keys/${key.id}`

type Open = ((page: Page) => Promise<void>) | null

/** What it is in, its path, the element, and what opens that. */
const VIEWS: readonly (readonly [string, string, string, Open])[] = [
  ['the list', '/admin/', 'main', null],
  ['the view of the key', path, 'main', null],
  ['the question before its deletion', path, 'dialog', (page) => click(page, 'Delete')],
  ['its code examples', path, 'dialog', (page) => click(page, 'Code examples')],
  ['its rotation', `${path}/rotate`, 'dialog', null],
]

const click = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

describe.skipIf(missingBrowser !== null)('a long name', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await connectToBrowser()
  })
  afterAll(() => browser.close())

  it.each(VIEWS)('fits into %s', async (_, to, element, open) => {
    const page = await openStillPage(browser, pageDirOf(inject('bundleDir')), {
      viewport: { width: 414, height: 896 },
      answers: { keys: { keys: [key], next_cursor: null }, [`keys/${key.id}`]: key },
    })
    await page.goto(to)
    await page.locator('main').getByText('WWWWW').first().waitFor()
    await open?.(page)
    await page.locator(element).getByText('WWWWW').first().waitFor()
    const tooWide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('dialog')].map(
        ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
      ),
    )
    await page.context().close()
    expect(tooWide.filter((px) => px > 0)).toEqual([])
  })
})
