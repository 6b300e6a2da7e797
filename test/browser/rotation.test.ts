// A new token for a key, on the page: from the panel to the end of the old token.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { confirm } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('a rotation', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  const card = (page: Page) => page.getByRole('region', { name: 'Rotation' })
  const use = (token: string) =>
    pages.rig.send('/x', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': '203.0.113.7' } })

  async function openKey(name: string) {
    const made = await customer.createKey({ application_name: name, platform: 'server' })
    const page = await pages.open({ customer })
    await page.goto(new URL(`keys/${made.id}`, pages.url).href)
    await card(page).waitFor()
    return { ...made, page }
  }

  /** Rotates on the page. Answers the new token. */
  async function rotate(page: Page, overlap: string): Promise<string> {
    await card(page).getByRole('button', { name: 'Rotate token…' }).click()
    const panel = page.getByRole('dialog', { name: 'Rotate the access token' })
    await panel.getByRole('radio', { name: overlap }).check()
    await panel.getByRole('button', { name: 'Continue' }).click()
    await confirm(page, customer.password)
    const ready = page.getByRole('dialog', { name: 'Your API key is ready' })
    const token = await ready.locator('.ready-token').textContent()
    await ready.getByRole('button', { name: 'Done' }).click()
    await ready.waitFor({ state: 'detached' })
    return token ?? ''
  }

  it('gives the new token, tells who uses the old one, and ends it', async () => {
    const { page, id, token } = await openKey('Rotated')
    const fresh = await rotate(page, '1 day')
    expect(page.url()).toBe(new URL(`keys/${id}`, pages.url).href)
    expect(fresh).not.toBe(token)
    await card(page).getByText('Both tokens work until').waitFor()
    await card(page).getByText('Not used yet.', { exact: true }).waitFor()
    expect((await use(token)).status).toBe(200)
    expect((await use(fresh)).status).toBe(200)
    await page.locator('.page-head').getByText('Rotating').waitFor()
    const counted = async () => {
      const { json } = await customer.call('GET', `/keys/${id}/rotation`)
      const uses = [json['old'], json['new']] as Record<string, unknown>[]
      return uses.every((each) => each['last_used_at'] !== null)
    }
    await expect.poll(counted, { timeout: 15_000 }).toBe(true)
    await page.reload()
    await card(page)
      .getByText(/ago from .?203\.0\.113\.7.?, 1 request in the last hour/)
      .waitFor()
    await card(page).getByRole('button', { name: 'End the old token' }).click()
    const question = page.getByRole('dialog', { name: 'End the old token now?' })
    await question.getByRole('button', { name: 'End the old token' }).click()
    await page.getByText('The old token has ended. In force everywhere').waitFor()
    await card(page).getByRole('button', { name: 'Rotate token…' }).waitFor()
    expect((await use(token)).json).toMatchObject({ code: 'key_replaced' })
    expect((await use(fresh)).status).toBe(200)
    await page.getByText('Rotation ended').waitFor()
  })

  it('is undone', async () => {
    const { page, token } = await openKey('Taken back')
    const fresh = await rotate(page, '7 days')
    await card(page).getByRole('button', { name: 'Undo rotation' }).click()
    const question = page.getByRole('dialog', { name: 'Undo the rotation?' })
    await question.getByRole('button', { name: 'Undo rotation' }).click()
    await page.getByText('The rotation was undone.').waitFor()
    expect((await use(token)).status).toBe(200)
    expect((await use(fresh)).json).toMatchObject({ code: 'key_replaced' })
  })

  it('moves the end, and ends the old token at once without an overlap', async () => {
    const { page, id, token } = await openKey('Moved')
    await rotate(page, '1 hour')
    await card(page).getByLabel('The old token ends').selectOption({ value: '604800' })
    const question = page.getByRole('dialog', { name: 'Change when the old token ends?' })
    await question.getByRole('button', { name: 'Change the end' }).click()
    await question.waitFor({ state: 'detached' })
    const { json } = await customer.call('GET', `/keys/${id}`)
    const { ends_at } = json['rotation'] as Record<string, string>
    expect(Date.parse(ends_at ?? '') - Date.now()).toBeGreaterThan(6 * 86_400_000)
    await card(page).getByRole('button', { name: 'Undo rotation' }).click()
    const back = page.getByRole('dialog', { name: 'Undo the rotation?' })
    await back.getByRole('button', { name: 'Undo rotation' }).click()
    await back.waitFor({ state: 'detached' })
    const fresh = await rotate(page, 'Not at all')
    expect((await use(token)).json).toMatchObject({ code: 'key_replaced' })
    expect((await use(fresh)).status).toBe(200)
  })

  it('has a URL, which Back leaves and a reload opens again', async () => {
    const { page, id } = await openKey('Linked')
    await card(page).getByRole('button', { name: 'Rotate token…' }).click()
    const panel = page.getByRole('dialog', { name: 'Rotate the access token' })
    await panel.waitFor()
    expect(page.url()).toBe(new URL(`keys/${id}/rotate`, pages.url).href)
    await page.reload()
    await panel.waitFor()
    await page.goBack()
    await panel.waitFor({ state: 'detached' })
    expect(page.url()).toBe(new URL(`keys/${id}`, pages.url).href)
  })
})
