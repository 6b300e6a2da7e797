// Everything can be done with the keyboard alone: create, reveal, edit, delete, without a mouse event.

import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { type PageRig, startPageRig } from '../support/page-rig.ts'
import { addButton, holdAnswer, panelOf, promptOf, rowOf } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the keyboard', () => {
  let pages: PageRig
  let customer: Customer
  beforeAll(async () => {
    pages = await startPageRig({ variables: { API_DOCS_URL: 'https://docs.example.com/portal' } })
    customer = await pages.rig.customer()
  })
  afterEach(async () => {
    pages.rig.libsql.set('open')
    await pages.closeAll()
  })
  afterAll(() => pages.stop())

  /** What has the focus, by the name that a screen reader says. */
  async function focused(page: Page): Promise<string> {
    return await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null
      const label = element?.labels?.[0]?.textContent ?? element?.textContent ?? ''
      return (element?.getAttribute('aria-label') ?? label).trim()
    })
  }

  /** Presses Tab until something of this name has the focus; fails after a whole round. */
  async function tabTo(page: Page, name: string | RegExp) {
    for (let presses = 0; presses < 60; presses++) {
      const at = await focused(page)
      if (typeof name === 'string' ? at === name : name.test(at)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to ${String(name)}, but to ${await focused(page)}`)
  }

  async function type(page: Page, text: string) {
    await page.keyboard.type(text)
  }

  it('logs in, creates, reveals, hides, edits and deletes a key', async () => {
    const page = await pages.open()
    expect(await focused(page)).toBe('E-mail address')
    await type(page, customer.email)
    await tabTo(page, 'Password')
    await type(page, customer.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'API Keys' }).waitFor()

    await tabTo(page, 'Add API key')
    await page.keyboard.press('Enter')
    await panelOf(page).waitFor()
    expect(await focused(page)).toBe('Application name')
    await type(page, 'Keyboard')
    await tabTo(page, /^Application website/)
    await type(page, 'https://example.com')
    await tabTo(page, 'Web')
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toBe('Server')
    await tabTo(page, /^Address or network/)
    await type(page, '10.0.0.1/8')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Use 10.0.0.0/8')
    await page.keyboard.press('Space')
    expect(await focused(page)).toMatch(/^Address or network/)
    await tabTo(page, 'Create')
    await page.keyboard.press('Enter')
    await promptOf(page).waitFor()
    expect(await focused(page)).toBe('Account password')
    await type(page, customer.password)
    await page.keyboard.press('Enter')
    await panelOf(page).getByText('Hides in').waitFor()
    expect(await focused(page)).toBe('Copy token')
    await tabTo(page, 'Done')
    await page.keyboard.press('Enter')
    await panelOf(page).waitFor({ state: 'detached' })
    await rowOf(page, 'Keyboard').getByText('10.0.0.0/8').waitFor()
    expect(await focused(page)).toBe('Add API key')

    await page.reload() // which forgets the token, so that the password is asked for
    await rowOf(page, 'Keyboard').waitFor()
    await tabTo(page, 'Show the access token of Keyboard')
    await page.keyboard.press('Space')
    await type(page, customer.password)
    await page.keyboard.press('Enter')
    await rowOf(page, 'Keyboard').getByText(/^cpk_/).waitFor()
    expect(await focused(page)).toBe('Hide the access token of Keyboard')
    await page.keyboard.press('Space')
    await rowOf(page, 'Keyboard').getByText('********').waitFor()

    await tabTo(page, 'Edit Keyboard')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Application name')
    await page.keyboard.press('Control+A')
    await type(page, 'Edited')
    await tabTo(page, 'Remove 10.0.0.0/8')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Only these networks')
    await page.keyboard.press('ArrowUp')
    await panelOf(page).getByText('Anyone who has the token').waitFor()
    await tabTo(page, 'Save changes')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Edited').getByText('Any address').waitFor()
    expect(await focused(page)).toBe('Edit Edited')

    await tabTo(page, 'Delete Edited')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Delete Edited?' }).waitFor()
    expect(await focused(page)).toBe('Cancel')
    await tabTo(page, 'Delete key')
    await page.keyboard.press('Enter')
    await page.getByText('Create your first key').waitFor()
    expect(await focused(page)).toBe('API Keys')
  })

  it('keeps the focus within the panel, and gives it back on Escape', async () => {
    const page = await pages.open({ customer })
    await tabTo(page, 'Add API key')
    await page.keyboard.press('Enter')
    await panelOf(page).waitFor()
    const inside = () =>
      panelOf(page).evaluate((dialog) => {
        const { activeElement } = document
        return dialog.contains(activeElement) || activeElement === document.body
      })
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab')
      expect(await inside()).toBe(true)
    }
    await page.keyboard.press('Escape')
    await panelOf(page).waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Add API key')
  })

  it('gives the focus to the heading where a click focuses no button, as in Safari', async () => {
    const page = await pages.open({ customer })
    await page.evaluate(() => {
      document.addEventListener('mousedown', (event) => event.preventDefault(), true)
    })
    await addButton(page).click()
    await panelOf(page).waitFor()
    await page.keyboard.press('Escape')
    await panelOf(page).waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('API Keys')
  })

  it('begins a rotation at the chosen overlap', async () => {
    const own = await pages.rig.customer()
    const { id } = await own.createKey({ application_name: 'Rotated' })
    const page = await pages.open({ customer: own })
    await page.goto(`${pages.url}keys/${id}`)
    await tabTo(page, 'Rotate token…')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('dialog', { name: 'Rotate the access token' })
    await panel.waitFor()
    expect(await focused(page)).toBe('1 day')
    await page.keyboard.press('ArrowDown')
    expect(await panel.getByRole('radio', { name: '7 days' }).isChecked()).toBe(true)
    expect(await focused(page)).toBe('7 days')
  })

  it('gives the focus back to the field that is wrong', async () => {
    const page = await pages.open({ customer })
    await tabTo(page, 'Add API key')
    await page.keyboard.press('Enter')
    await type(page, 'No platform')
    await page.keyboard.press('Enter') // a form is sent by Enter in a field
    expect(await focused(page)).toBe('Web')
  })

  it('types nothing while a key is saved, and goes on in the same field after an error', async () => {
    const { id } = await customer.createKey({ application_name: 'Saved' })
    const page = await pages.open({ customer })
    await tabTo(page, 'Edit Saved')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Application name')
    await page.keyboard.press('Control+A')
    await type(page, 'Saved again')
    const letGo = await holdAnswer(page, `**/keys/${id}`)
    pages.rig.libsql.set('closed')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Saving…')
    await type(page, 'lost')
    await page.keyboard.press('Escape')
    await letGo()
    pages.rig.libsql.set('open')
    await panelOf(page).getByText('The key store cannot be reached').waitFor()
    expect(await focused(page)).toBe('Application name')
    await page.keyboard.press('End')
    await type(page, ' and again')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Saved again and again').waitFor()
    await customer.call('DELETE', `/keys/${id}`)
  })

  it('reaches everything in the order in which it is read', async () => {
    const own = await pages.rig.customer()
    await own.createKey({ application_name: 'Read', application_website: 'https://example.com' })
    const page = await pages.open({ customer: own })
    const order: string[] = []
    for (;;) {
      await page.keyboard.press('Tab')
      const name = await focused(page)
      if (
        order.includes(name) ||
        (await page.evaluate(() => document.activeElement === document.body))
      )
        break
      order.push(name)
    }
    expect(order).toEqual([
      'Skip to the content',
      expect.stringMatching(/^Account /),
      'Billing',
      'API Keys',
      'Activity',
      'API documentation(opens in a new window)',
      'Add API key',
      'Search',
      'Platform of the keys',
      'Show',
      'Application',
      'Last used',
      'Created',
      'Read',
      'example.com (opens in a new window)',
      'Show the access token of Read',
      'Copy the access token of Read',
      'Code examples for Read',
      'Edit Read',
      'Delete Read',
    ])
  })

  it('tells a screen reader what happened', async () => {
    const page = await pages.open({ customer })
    const said = page.getByRole('status').filter({ hasText: 'is ready' })
    await tabTo(page, 'Add API key')
    await page.keyboard.press('Enter')
    await type(page, 'Announced')
    await tabTo(page, 'Web')
    await page.keyboard.press('Space')
    await tabTo(page, 'Create')
    await page.keyboard.press('Enter')
    await type(page, customer.password)
    await page.keyboard.press('Enter')
    await said.first().waitFor({ state: 'attached' })
  })
})
