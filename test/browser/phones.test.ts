// The page under a finger: how large what it touches is, and how short a long list is to scroll.

import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { confirm, panelOf, promptOf, rowOf } from '../support/page-steps.ts'

const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true }
const LONG_NOTE = 'A note that is nearly as long as a note may be, on an office and everybody in it'
const LONG_WEBSITE = `https://dialler.example.com/${'calls'.repeat(40)}`
const KEY = {
  application_name: 'Dialler',
  application_website: 'https://dialler.example.com',
  ip_acl: ['1.1.1.0/24', '2606:4700:1111:2222:3333:4444:5555:0/112', '10.0.0.0/8'],
  ip_acl_notes: { '1.1.1.0/24': LONG_NOTE, '10.0.0.0/8': 'Office' },
}

describe.skipIf(missingBrowser !== null)('on a phone', () => {
  const pages = usePages()
  let customer: Customer
  let keyId: string
  beforeAll(async () => {
    customer = await pages.rig.customer()
    keyId = (await customer.createKey(KEY)).id
  })

  const openMenu = async (page: Page) => {
    await page.getByRole('button', { name: 'Actions for Dialler' }).tap()
    return page.getByRole('dialog', { name: 'Dialler' })
  }

  it('has targets for fingers, and fields at which iOS does not zoom in', async () => {
    const page = await pages.open(PHONE)
    expect(await tooSmall(page)).toEqual([])
    const own = await pages.open({ customer, ...PHONE })
    const views = [
      '',
      `keys/${keyId}`,
      `keys/${keyId}/edit`,
      `keys/${keyId}/rotate`,
      'sessions',
      'activity',
      'security',
    ]
    for (const view of views) {
      await own.goto(pages.url + view)
      await own.getByRole('heading', { level: 1 }).waitFor()
      if (/edit|rotate/.test(view)) await own.getByRole('dialog').waitFor()
      expect(await tooSmall(own), view).toEqual([])
    }
    await own.goto(pages.url)
    await own.getByRole('button', { name: /^Account/ }).tap()
    expect(await tooSmall(own), 'account').toEqual([])
    await own.keyboard.press('Escape')
    await openMenu(own)
    expect(await tooSmall(own), 'menu').toEqual([])
  })

  it('shows two lines for a key, and what can be done with it in a menu', async () => {
    const page = await pages.open({ customer, ...PHONE })
    const row = rowOf(page, 'Dialler')
    expect((await row.boundingBox())?.height).toBeLessThan(72)
    await row.getByText('********').waitFor()
    const menu = await openMenu(page)
    const items = (await menu.locator('.menu-item').allTextContents()).map((text) => text.trim())
    expect(items).toEqual(['Show token', 'Copy token', 'Edit', 'Code examples', 'Delete'])
    await menu.getByRole('button', { name: 'Show token' }).tap()
    await confirm(page, customer.password)
    await row.getByText(/^cpk_/).waitFor()
    await row.getByRole('button', { name: 'Hide the access token of Dialler' }).tap()
    await row.getByText('********').waitFor()
    await openMenu(page)
    await menu.getByRole('button', { name: 'Copy token' }).tap()
    await confirm(page, customer.password)
    await menu.getByTitle('Copied to the clipboard').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^cpk_/)
    await menu.getByRole('button', { name: 'Edit' }).tap()
    await panelOf(page).getByRole('button', { name: 'Cancel' }).tap()
    await openMenu(page)
    await menu.getByRole('button', { name: 'Code examples' }).tap()
    const examples = page.getByRole('dialog', { name: 'Dialler' }).filter({ hasText: 'curl' })
    await examples.getByRole('button', { name: 'Close' }).tap()
    await openMenu(page)
    await menu.getByRole('button', { name: 'Delete' }).tap()
    await page.getByRole('button', { name: 'Cancel' }).tap()
  })

  it('gives the focus back to the menu, whatever was opened from it', async () => {
    const page = await pages.open({ customer, ...PHONE })
    const opener = page.getByRole('button', { name: 'Actions for Dialler' })
    const hasFocus = () => opener.evaluate((element) => element === document.activeElement)
    await opener.press('Enter')
    await page.keyboard.press('Escape')
    await expect.poll(hasFocus).toBe(true)
    await opener.press('Enter')
    await page.keyboard.press('Enter') // the first of its items has the focus
    await promptOf(page).getByRole('button', { name: 'Cancel' }).press('Enter')
    await expect.poll(hasFocus).toBe(true)
  })

  it.each([320, 375, 600])('keeps 100 keys short to scroll (%i px)', async (width) => {
    const many = await pages.rig.customer()
    await insertKeys(pages.rig.libsqlUrl, many.id, 100)
    const viewport = { width, height: 812 }
    const page = await pages.open({ customer: many, ...PHONE, viewport })
    await page.getByText('100 keys').waitFor()
    const height = () => page.evaluate(() => document.documentElement.scrollHeight)
    expect(await height()).toBeLessThan(4 * 812)
    await page.getByRole('button', { name: 'Show 75 more' }).tap()
    await page.getByText('Application 99').waitFor()
    expect(await height()).toBeLessThan(11 * 812)
  })

  it('keeps every dialog as wide as a screen of 320 px', async () => {
    const own = await pages.rig.customer()
    const { id } = await own.createKey({ ...KEY, application_website: LONG_WEBSITE })
    const page = await pages.open({
      customer: own,
      ...PHONE,
      viewport: { width: 320, height: 640 },
    })
    const atList = (action: string) => async () => {
      await page.goto(pages.url)
      await page.getByRole('button', { name: 'Actions for Dialler' }).tap()
      const menu = page.getByRole('dialog', { name: 'Dialler' })
      await menu.getByRole('button', { name: action }).tap()
    }
    const at = (path: string) => () => page.goto(pages.url + path)
    const dialogs: Record<string, () => Promise<unknown>> = {
      'Add API key': at('keys/new'),
      'Edit API key': at(`keys/${id}/edit`),
      'Rotate the access token': at(`keys/${id}/rotate`),
      'Delete Dialler?': atList('Delete'),
      Dialler: atList('Code examples'),
      'Confirm your identity': atList('Show token'),
    }
    for (const [name, open] of Object.entries(dialogs)) {
      await open()
      const body = page.locator('.dialog-body')
      const dialog = page.getByRole('dialog', { name }).filter({ has: body })
      await dialog.waitFor()
      expect(await tooWide(dialog), name).toEqual([])
    }
  })

  it('keeps a panel as wide as the screen, with long networks and notes', async () => {
    const page = await pages.open({ customer, ...PHONE, viewport: { width: 320, height: 812 } })
    await page.goto(`${pages.url}keys/${keyId}/edit`)
    await panelOf(page).getByText(LONG_NOTE).waitFor()
    const body = panelOf(page).locator('.dialog-body')
    expect(await body.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
    const network = panelOf(page).getByText('1.1.1.0/24', { exact: true })
    expect((await network.boundingBox())?.height).toBeLessThan(24) // on one line
  })
})

/** What is smaller than 44 px, or 24 px for a link within a line; and the fields with small letters. */
async function tooSmall(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const within = document.querySelector('dialog[open]') ?? document
    const targets = 'button, select, summary, label:has([type=radio]), input:not([type=radio]), a'
    return [...within.querySelectorAll<HTMLElement>(targets)].flatMap((element) => {
      const { height, width } = element.getBoundingClientRect()
      const { display, fontSize } = getComputedStyle(element)
      if (!element.checkVisibility() || element.matches('.skip, [type=file]')) return []
      const isInLine = element.localName === 'a' && /^(inline|block)/.test(display)
      const isSmall = Math.round(height) < (isInLine ? 24 : 44) || width < 24
      const isZoomed = element.matches('input, select') && parseFloat(fontSize) < 16
      return isSmall || isZoomed ? [`${width} × ${height}, ${fontSize}: ${element.outerHTML}`] : []
    })
  })
}

/** What is wider than its dialog, or can be scrolled sideways. Toasts lie over the page, and are as wide. */
async function tooWide(dialog: Locator): Promise<string[]> {
  return await dialog.evaluate((root) => {
    const beside = '.visually-hidden, .toasts, .toasts *'
    const { left, right } = root.getBoundingClientRect()
    const outside = left < 0 || right > innerWidth ? ['the dialog itself'] : []
    const inside = [root, ...root.querySelectorAll<HTMLElement>('*')].flatMap((element) => {
      if (!element.checkVisibility() || element.matches(beside)) return []
      const box = element.getBoundingClientRect()
      const isOut = box.left < left - 0.5 || box.right > right + 0.5
      const isScrolled =
        element.scrollWidth > element.clientWidth &&
        /auto|scroll/.test(getComputedStyle(element).overflowX)
      return isOut || isScrolled ? [element.outerHTML.slice(0, 200)] : []
    })
    return [...outside, ...inside]
  })
}
