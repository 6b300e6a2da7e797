// What the page shows to each role, and the users of an account.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { addButton, confirm, createKey, rowOf } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the users of an account', () => {
  const pages = usePages()
  let owner: Customer
  let id: string
  beforeAll(async () => {
    owner = await pages.rig.customer()
    ;({ id } = await owner.createKey({ application_name: 'Shared' }))
  })

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const why = (page: Page) => page.getByText('because your role is viewer')

  it('let a viewer look at keys, and say why the rest is turned off', async () => {
    const viewer = await pages.rig.user(owner.id, 'viewer')
    const page = await pages.open({ customer: viewer })
    await why(page).waitFor()
    expect(await addButton(page).isDisabled()).toBe(true)
    const description = await addButton(page).getAttribute('aria-describedby')
    expect(await page.locator(`#${String(description)}`).textContent()).toContain('viewer')
    for (const name of ['Show the access token of Shared', 'Edit Shared']) {
      expect(await button(page, name).isDisabled()).toBe(true)
    }
    await rowOf(page, 'Shared').getByRole('link', { name: 'Shared' }).click()
    await why(page).waitFor()
    for (const name of ['Edit', 'Delete']) expect(await button(page, name).isDisabled()).toBe(true)
    expect(await button(page, 'Code examples').isEnabled()).toBe(true)
    await page.getByText(`by ${owner.email}`).first().waitFor()
    // A link to a panel shows the list instead.
    await page.goto(`${pages.rig.url}/admin/keys/${id}/edit`)
    await rowOf(page, 'Shared').waitFor()
    await page.waitForURL(pages.url)
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByText('Viewer', { exact: true }).waitFor()
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0)
    await page.goto(`${pages.rig.url}/admin/users`)
    await page.getByText('Your role does not allow this').waitFor()
  })

  it('let a manager manage keys with a password of their own', async () => {
    const manager = await pages.rig.user(owner.id, 'manager')
    const page = await pages.open({ customer: manager })
    await createKey(page, 'Made by a manager', manager.password)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText(`by ${manager.email}`).first().waitFor()
    expect(await why(page).count()).toBe(0)
  })

  it('are listed for an owner, who reads how to invite somebody', async () => {
    const viewer = await pages.rig.user(owner.id, 'viewer')
    const userId = String(
      ((await viewer.call('GET', '/session')).json['user'] as Record<string, unknown>)['id'],
    )
    await pages.rig.operator('PATCH', `/users/${userId}`, { status: 'disabled' })
    const page = await pages.open({ customer: owner })
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
    expect(page.url()).toBe(`${pages.rig.url}/admin/users`)
    const intro = page.getByRole('paragraph').filter({ hasText: 'contact CommPeak to invite' })
    const support = await intro.getByRole('link', { name: /^Contact support/ }).getAttribute('href')
    expect(support).toBe('https://support.commpeak.com/')
    const item = (email: string) => page.getByRole('listitem').filter({ hasText: email })
    await item(owner.email).getByText('You', { exact: true }).waitFor()
    await item(owner.email).getByText('Owner').waitFor()
    await item(owner.email).getByText('No second factor').waitFor()
    await item(viewer.email).getByText('Disabled').waitFor()
    await item(viewer.email).getByText('Viewer').waitFor()
    await page.goBack()
    await rowOf(page, 'Shared').waitFor()
  })

  it('are asked for their own password, and not for that of the account', async () => {
    const second = await pages.rig.user(owner.id, 'owner')
    const page = await pages.open({ customer: second })
    await button(page, 'Show the access token of Shared').click()
    await confirm(page, second.password)
    await page
      .getByText(/^cpk_\w+$/)
      .or(page.locator('input[value^=cpk_]'))
      .first()
      .waitFor()
  })
})
