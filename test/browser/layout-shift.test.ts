// Nothing moves while a page loads: the browser's own measure, the sum of layout shifts, stays at 0 although each
// answer comes after the page was painted without it.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pageDirOf } from '../../harness/build.ts'
import { connectToBrowser, missingBrowser } from '../support/own-browser.ts'
import { STILL_KEYS } from '../support/still-answers.ts'
import { openStillPage } from '../support/still-page.ts'

interface Shift {
  readonly value: number
  /** What moved. */
  readonly moved: readonly string[]
}

/** What a visitor does not see; 0.1 is what is called good of a page. */
const UNSEEN = 0.001
const VIEWPORTS = [
  { width: 1440, height: 900 },
  { width: 375, height: 800 },
]
const VIEWS = [
  ['the list', '/admin/', 'Nightly reconciliation'],
  ['the view of a key', `/admin/keys/${STILL_KEYS[0]?.id}`, 'Access token shown or copied'],
] as const

describe.skipIf(missingBrowser !== null)('the layout', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await connectToBrowser()
  })
  afterAll(() => browser.close())

  const cases = VIEWS.flatMap((view) => VIEWPORTS.map((viewport) => [...view, viewport] as const))
  it.each(cases)('does not move while %s loads: %s', async (_, path, shows, viewport) => {
    const page = await openStillPage(browser, pageDirOf(inject('bundleDir')), { viewport })
    await page.addInitScript(collectShifts)
    await page.route('**/admin/api/v1/**', async (route) => {
      await painted(page)
      await route.fallback()
    })
    await page.goto(path)
    await page.getByText(shows).first().waitFor()
    await painted(page)
    const shifts = await page.evaluate(() => (globalThis as unknown as Collector).shifts())
    await page.context().close()
    const sum = shifts.reduce((total, { value }) => total + value, 0)
    expect(sum, JSON.stringify(shifts)).toBeLessThan(UNSEEN)
  })
})

interface Collector {
  shifts: () => Shift[]
}

/** Runs in the page, before its own scripts. */
function collectShifts(): void {
  interface LayoutShift extends PerformanceEntry {
    readonly value: number
    readonly sources: readonly { readonly node: Element | null }[]
  }
  const shifts: Shift[] = []
  const collect = (entries: PerformanceEntryList) => {
    for (const { value, sources } of entries as LayoutShift[]) {
      const moved = sources.map(({ node }) => `${node?.nodeName ?? ''}.${node?.className ?? ''}`)
      shifts.push({ value, moved })
    }
  }
  const observer = new PerformanceObserver((list) => collect(list.getEntries()))
  observer.observe({ type: 'layout-shift', buffered: true })
  ;(globalThis as unknown as Collector).shifts = () => {
    collect(observer.takeRecords())
    return shifts
  }
}

/** Waits until what is drawn now is on the screen. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve))
      }),
  )
}
