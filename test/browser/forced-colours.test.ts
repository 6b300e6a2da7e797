// High contrast themes replace colours and drop shadows and most backgrounds. What only those would tell has a border
// or a system colour there.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pageDirOf } from '../../harness/build.ts'
import { connectToBrowser, missingBrowser } from '../support/own-browser.ts'
import { STILL_KEYS, STILL_SESSION } from '../support/still-answers.ts'
import { openStillPage } from '../support/still-page.ts'

const key = `/admin/keys/${STILL_KEYS[0]?.id}`

/** A part by its selector, the path where it is, and the edge by which it is seen. */
const EDGES = [
  ['the current page in the menu', '/admin/', '.menu a[aria-current]', 'outline'],
  ['the head of the list', '/admin/', '.keys thead th', 'border-bottom'],
  ['the badge of a state', '/admin/', '.badge.pending', 'border-top'],
  ['a notice', '/admin/', '.notice.warning', 'border-top'],
  ['a card', key, '.card.part', 'border-top'],
  ['the chosen time range', key, '.tabs :checked + span', 'outline'],
  ['the chosen platform', `${key}/edit`, '.segments :checked + span', 'outline'],
  ['a panel', `${key}/edit`, 'dialog.panel', 'border-left'],
  ['a network', `${key}/edit`, '.chip', 'border-top'],
] as const

describe.skipIf(missingBrowser !== null)('under forced colours', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await connectToBrowser()
  })
  afterAll(() => browser.close())

  async function open(path: string): Promise<Page> {
    const account = { ...STILL_SESSION.account, status: 'suspended' }
    const page = await openStillPage(browser, pageDirOf(inject('bundleDir')), {
      forcedColors: 'active',
      // The list says why nothing may be changed there, which is a notice.
      answers: path === '/admin/' ? { session: { ...STILL_SESSION, account } } : {},
    })
    await page.goto(path)
    return page
  }

  it.each(EDGES)('%s has an edge', async (_, path, selector, edge) => {
    const page = await open(path)
    const part = page.locator(selector).first()
    await part.waitFor()
    const [style, width = ''] = await part.evaluate((element, name) => {
      const computed = getComputedStyle(element)
      return ['style', 'width'].map((each) => computed.getPropertyValue(`${name}-${each}`))
    }, edge)
    await page.context().close()
    expect(style).toBe('solid')
    expect(Number.parseFloat(width)).toBeGreaterThanOrEqual(1)
  })

  it('the parts of the picture differ, in the legend and in the picture', async () => {
    const page = await open(key)
    await page.locator('.use-chart svg').waitFor()
    const { swatches, bars, system } = await page.evaluate(() => {
      const styleOf = (selector: string) => {
        const element = document.querySelector(selector)
        return element === null ? null : getComputedStyle(element)
      }
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = 'CanvasText'
      const names = [0, 1, 2].map((index) => `.use-bar-${index}`)
      return {
        swatches: names.map((name) => {
          const style = styleOf(`.use-swatch${name}`)
          return `${style?.backgroundColor} ${style?.backgroundImage}`
        }),
        bars: names.map((name) => styleOf(`.use-chart svg ${name}`)?.fill),
        system: getComputedStyle(probe).color,
      }
    })
    await page.context().close()
    expect(bars[0]).toBe(system)
    expect(new Set(bars).size).toBe(3)
    expect(new Set(swatches).size).toBe(3)
  })

  it('a spinner has a gap, by which its turning is seen', async () => {
    const page = await open('/admin/')
    const spinner = page.locator('.spinner').first()
    await spinner.waitFor()
    const [left, right] = await spinner.evaluate((element) => {
      const { borderLeftColor, borderRightColor } = getComputedStyle(element)
      return [borderLeftColor, borderRightColor]
    })
    await page.context().close()
    expect(right).not.toBe(left)
  })
})
