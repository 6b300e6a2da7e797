// Names as older keys may have them: what turns the order of a line, what cannot be seen, what breaks it.

import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { choosePlatform, enterPassword, panelOf, promptOf } from '../support/page-steps.ts'

const NAMES = ['\u202Egnp.exe', '\u200b\u200b', 'שלום', 'two\nlines\u001b[31m', "a'; id; echo '"]
const [OVERRIDE, INVISIBLE, HEBREW, LINES, QUOTES] = [0, 1, 2, 3, 4] as const
/** Embeddings, overrides and isolates, but those that the page itself writes in pairs. */
const TURNS = /[\u202a-\u202e\u2066\u2067]/

describe.skipIf(missingBrowser !== null)('a name that turns, hides or breaks a line', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
    const toName = (i: number) => NAMES[i] ?? ''
    await insertKeys(pages.rig.libsqlUrl, customer.id, NAMES.length, toName)
  })

  const open = () => pages.open({ customer })
  const id = (index: number) => `key_${customer.id.slice(-8)}${String(index).padStart(24, '0')}`
  const rowOf = (page: Page, shown: string): Locator =>
    page.getByRole('row').filter({ has: page.locator('.name bdi', { hasText: shown }) })

  /** The order of the letters as they are drawn, from left to right. */
  async function drawn(text: Locator): Promise<string> {
    return await text.evaluate((element) => {
      const letters: { left: number; top: number; letter: string }[] = []
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const { data } = node as Text
        for (let at = 0; at < data.length; at++) {
          const range = document.createRange()
          range.setStart(node, at)
          range.setEnd(node, at + 1)
          const { left, top, width } = range.getBoundingClientRect()
          if (width > 0) letters.push({ left, top, letter: data.charAt(at) })
        }
      }
      letters.sort((a, b) => a.top - b.top || a.left - b.left)
      return letters.map(({ letter }) => letter).join('')
    })
  }

  it('has a row that can be seen, and told from the others', async () => {
    const page = await open()
    const names = await page.locator('tbody .name bdi').allTextContents()
    expect(names.toSorted()).toEqual(
      ['gnp.exe', id(INVISIBLE), 'שלום', 'two lines [31m', NAMES[QUOTES] ?? ''].toSorted(),
    )
  })

  it('turns nothing that the page says, anywhere', async () => {
    const page = await open()
    const attributes = await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) =>
        [...element.attributes].map(({ value }) => value),
      ),
    )
    const text = await page.locator('body').innerText()
    expect([text, ...attributes].filter((each) => TURNS.test(each))).toEqual([])
    expect(attributes).toContain('Delete gnp.exe')
    expect(attributes).toContain('Edit \u2068שלום\u2069')
    expect(attributes).toContain(`Show the access token of ${id(INVISIBLE)}`)
  })

  it.each([
    [OVERRIDE, 'gnp.exe', 'Delete gnp.exe?'],
    [HEBREW, 'שלום', 'Delete םולש?'],
    [LINES, 'two lines', 'Delete two lines [31m?'],
  ])('is asked about in the order that it has (%s)', async (_, shown, title) => {
    const page = await open()
    await rowOf(page, shown)
      .getByRole('button', { name: /^Delete/ })
      .click()
    const dialog = page.getByRole('dialog')
    expect(await drawn(dialog.getByRole('heading'))).toBe(title)
    await dialog.getByRole('button', { name: 'Delete key' }).click()
    await dialog.waitFor({ state: 'detached' })
    const notice = page.locator('.notice.success p')
    await notice.waitFor()
    expect(TURNS.test(await notice.innerText())).toBe(false)
    await page.getByRole('status').filter({ hasText: 'was deleted' }).waitFor()
  })

  it('is not part of what is copied', async () => {
    const page = await open()
    const row = rowOf(page, "a'; id; echo")
    await row.getByRole('button', { name: /^Code examples/ }).click()
    const code = page.getByRole('dialog').locator('pre')
    expect(await code.innerText()).toBe(
      `curl -H 'Authorization: Token YOUR_ACCESS_TOKEN' ${pages.rig.url}/customer`,
    )
  })

  it('is offered without what the API refuses', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Add API key' }).click()
    await panelOf(page).getByLabel('Application name').fill('\u202Egnp.exe')
    await choosePlatform(page, 'Server')
    await panelOf(page).locator('button[type=submit]').click()
    await enterPassword(page, customer.password)
    await promptOf(page).waitFor({ state: 'detached' })
    await panelOf(page).getByRole('button', { name: 'Use gnp.exe' }).click()
    expect(await panelOf(page).getByLabel('Application name').inputValue()).toBe('gnp.exe')
  })
})
