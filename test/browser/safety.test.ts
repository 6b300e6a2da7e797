// What keeps a customer from a mistake: a success that is seen, a key that is not opened by accident, keys of
// one name that are told apart, and a new token that is at hand.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  addEntry,
  confirm,
  createKey,
  enterPassword,
  fillKey,
  finish,
  openPanel,
  panelOf,
  promptOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the page keeps from a mistake', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  async function focusedText(page: Page): Promise<string> {
    return await page.evaluate(() => document.activeElement?.id ?? '')
  }

  it.each([1440, 375])('says a success where it is seen (%i px)', async (width) => {
    const many = await pages.rig.customer()
    await insertKeys(pages.rig.libsqlUrl, many.id, 100)
    const page = await pages.open({ customer: many, viewport: { width, height: 700 } })
    const last = page.locator('tbody tr').filter({ visible: true }).last()
    const isPhone = width < 640
    if (isPhone) await last.getByRole('button', { name: /^Actions/ }).click()
    await (isPhone ? page.getByRole('dialog') : last).getByRole('button', { name: /^Edit/ }).click()
    await panelOf(page).getByLabel('Application name').fill('Changed')
    await submit(page)
    const toast = page.locator('.toast').filter({ hasText: 'The changes to Changed were saved.' })
    await toast.waitFor()
    const box = await toast.boundingBox()
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(700)
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width).toBe(true)
  })

  it('keeps a long list short to scroll: 100 keys on a phone', async () => {
    const many = await pages.rig.customer()
    await insertKeys(pages.rig.libsqlUrl, many.id, 100)
    const page = await pages.open({
      customer: many,
      viewport: { width: 375, height: 700 },
      hasTouch: true,
    })
    const rows = page.locator('tbody tr').filter({ visible: true })
    const height = () => page.evaluate(() => document.documentElement.scrollHeight)
    await page.getByText('100 keys', { exact: true }).waitFor()
    expect(await rows.count()).toBe(25)
    expect(await height()).toBeLessThan(5_000)
    await page.mouse.wheel(0, 2_000)
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1_000)
    expect((await page.getByLabel('Search').boundingBox())?.y).toBeGreaterThanOrEqual(0)

    await page.getByRole('button', { name: 'Show 75 more' }).click()
    await expect.poll(() => rows.count()).toBe(100)
    const next = rows.nth(25).getByRole('link').first()
    await expect.poll(() => next.evaluate((link) => link === document.activeElement)).toBe(true)
    // They stay when the customer comes back from a key.
    await next.click()
    await page.getByRole('heading', { name: 'Details' }).waitFor()
    await page.goBack()
    await expect.poll(() => rows.count()).toBe(100)
  })

  it.each(['no-preference', 'reduce'] as const)(
    'closes a panel with a movement, which holds nothing of it (%s)',
    async (reducedMotion) => {
      const page = await pages.open({ customer, reducedMotion })
      await openPanel(page)
      await panelOf(page).getByLabel('Application name').waitFor()
      await page.evaluate(() => {
        new MutationObserver((changes) => {
          for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
            if (node instanceof Element && node.className === 'leaving') {
              document.title = `left with ${node.textContent.length} characters`
            }
          }
        }).observe(document.body, { childList: true })
      })
      await page.keyboard.press('Escape')
      await panelOf(page).waitFor({ state: 'detached' })
      await page.locator('.leaving').waitFor({ state: 'detached' })
      const isSeen = reducedMotion === 'no-preference'
      expect(await page.title()).toBe(isSeen ? 'left with 0 characters' : 'API Keys · CommPeak')
    },
  )

  it('opens a key to everybody only by choice, with a warning', async () => {
    const { id } = await customer.createKey({ application_name: 'Fenced', ip_acl: ['9.9.9.0/24'] })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Edit Fenced' }).click()
    await panelOf(page).getByRole('button', { name: 'Remove 9.9.9.0/24' }).click()
    await submit(page)
    await panelOf(page).getByText('Add a network, or choose “Any address”.').waitFor()
    const acl = async () => (await customer.call('GET', `/keys/${id}`)).json['ip_acl']
    expect(await acl()).toEqual(['9.9.9.0/24'])
    await panelOf(page).getByLabel('Any address').check()
    await panelOf(page).getByText('Anyone who has the token').waitFor()
    await submit(page)
    await rowOf(page, 'Fenced').getByText('Any address').waitFor()
    expect(await acl()).toEqual([])
  })

  it('takes back "Remove all" and the choice of any address, and keeps the focus', async () => {
    await customer.createKey({ application_name: 'Kept', ip_acl: ['9.9.9.0/24', '8.8.8.0/24'] })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Edit Kept' }).click()
    const chips = panelOf(page)
      .getByRole('list', { name: 'Allowed networks' })
      .getByRole('listitem')
    const field = await panelOf(page).getByLabel('Address or network').getAttribute('id')
    await panelOf(page).getByRole('button', { name: 'Remove all' }).click()
    await panelOf(page).getByText('2 networks were removed.').waitFor()
    expect(await focusedText(page)).toBe(field)
    await panelOf(page).getByRole('button', { name: 'Undo' }).click()
    expect(await chips.count()).toBe(2)
    expect(await focusedText(page)).toBe(field)
    await panelOf(page).getByLabel('Any address').check()
    expect(await chips.count()).toBe(0)
    await panelOf(page).getByLabel('Only these networks').check()
    expect(await chips.count()).toBe(2)
  })

  it('says what the mode of a list does', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    await addEntry(page, '9.9.9.0/24')
    await panelOf(page).getByText('Requests from other addresses are refused.').waitFor()
    await panelOf(page).getByLabel('Report only').check()
    await panelOf(page).getByText('All requests are allowed.').waitFor()
    expect(
      await panelOf(page).getByText('Requests from other addresses are refused.').count(),
    ).toBe(0)
  })

  it('tells keys of one name apart, in the list and before a deletion', async () => {
    const twins = await pages.rig.customer()
    const [first, second] = [
      await twins.createKey({ application_name: 'Twin' }),
      await twins.createKey({ application_name: 'twin ', ip_acl: ['9.9.9.0/24'] }),
    ]
    const page = await pages.open({ customer: twins })
    const labels = await page
      .getByRole('button', { name: /^Delete/ })
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')))
    expect(labels).toEqual([
      `Delete twin (…${second.id.slice(-6)})`,
      `Delete Twin (…${first.id.slice(-6)})`,
    ])
    await page.getByRole('button', { name: `Delete Twin (…${first.id.slice(-6)})` }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete Twin?' })
    await dialog.getByText(first.id).waitFor()
    await dialog.getByText(`********${first.token.slice(-4)}`).waitFor()
    await dialog.getByText('Never used').waitFor()
    await page.keyboard.press('Escape')
    await openPanel(page)
    await panelOf(page).getByLabel('Application name').fill('TWIN')
    await panelOf(page).getByText('Another key has this name.').waitFor()
  })

  it('puts https:// before a host, and refuses no website after the password', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    const website = panelOf(page).getByLabel('Application website')
    await website.fill('billing.example.com/app')
    await page.keyboard.press('Tab')
    await expect.poll(() => website.inputValue()).toBe('https://billing.example.com/app')
    await fillKey(page, 'Website')
    await website.fill('not a website')
    await submit(page)
    await panelOf(page).getByText('Write an absolute URL').waitFor()
    expect(await promptOf(page).count()).toBe(0)
  })

  it('says what the password is for', async () => {
    await customer.createKey({ application_name: 'Asked' })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Show the access token of Asked' }).click()
    await promptOf(page).getByText('to show the access token of Asked').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Copy the access token of Asked' }).click()
    await promptOf(page).getByText('to copy the access token of Asked').waitFor()
  })

  it('copies after a wrong password, too', async () => {
    const { token } = await customer.createKey({ application_name: 'Second try' })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Copy the access token of Second try' }).click()
    await enterPassword(page, 'wrong')
    await promptOf(page).getByText('This is not your account password').waitFor()
    await confirm(page, customer.password)
    await page.getByTitle('Copied to the clipboard').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token)
  })

  it('gives a new token at once, tries it, and hides it by itself', async () => {
    const page = await pages.open({ customer })
    await page.clock.install()
    await openPanel(page)
    await fillKey(page, 'Ready')
    await submit(page)
    await confirm(page, customer.password)
    const panel = panelOf(page)
    const token = (await panel.locator('.ready-token').textContent()) ?? ''
    await panel.getByText('Keep your access token private').waitFor()
    await panel.getByRole('button', { name: 'Copy token' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token)
    await panel.getByRole('radio', { name: '.env' }).check()
    expect(await panel.locator('pre').textContent()).toContain(`PORTAL_API_TOKEN=${token}`)
    pages.rig.upstream.reset()
    await panel.getByRole('button', { name: 'Send a test request' }).click()
    await panel.getByText('The key was accepted. The Portal API answered 200.').waitFor()
    expect(pages.rig.upstream.received.map(({ url }) => url)).toEqual(['/customer'])
    await page.clock.runFor(60_000)
    await panel.getByText('The token is hidden again.').waitFor()
    expect(await page.content()).not.toContain(token)
    await finish(page)
    await rowOf(page, 'Ready').getByText('********').waitFor()
  })

  it('shows a new token from the list without asking for the password again', async () => {
    const page = await pages.open({ customer })
    await createKey(page, 'Just made', customer.password)
    await page.getByRole('button', { name: 'Show the access token of Just made' }).click()
    await rowOf(page, 'Just made').getByText(/^cpk_/).waitFor()
    expect(await promptOf(page).count()).toBe(0)
  })
})
