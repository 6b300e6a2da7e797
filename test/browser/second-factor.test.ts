// The second factor on the page: setting it up, logging in by a code and by a recovery code, and removing it.

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { codeOf } from '../support/authenticator.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { logOut } from '../support/page-steps.ts'
import { runSql } from '../support/sql.ts'

describe.skipIf(missingBrowser !== null)('the second factor', () => {
  const pages = usePages()

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const rewind = () => runSql(pages.rig.libsqlUrl, 'UPDATE second_factors SET last_step = 0')

  async function openSecurity(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('link', { name: 'Security' }).click()
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor()
  }

  /** From the password on; answers the secret and the recovery codes. */
  async function setUp(page: Page, password: string) {
    await page.getByLabel('Account password').fill(password)
    await button(page, 'Continue').click()
    await page.getByRole('img', { name: 'QR code with the secret for the app' }).waitFor()
    const secret = String(await page.locator('.secret-by-hand code').textContent())
    await page.getByLabel('Code from the app').fill(codeOf(secret))
    await button(page, 'Confirm').click()
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    const codes = await page.locator('.recovery-codes li').allTextContents()
    expect(codes).toHaveLength(10)
    await rewind()
    return { secret, codes }
  }

  async function enter(page: Page, { email, password }: Customer, code: string): Promise<void> {
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill(password)
    await button(page, 'Log in').click()
    await page.getByText('Enter the code from your app').waitFor()
    const field = page.getByLabel('Code from the app')
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true)
    expect(await field.getAttribute('inputmode')).toBe('numeric')
    await enterCode(page, code)
  }

  async function enterCode(page: Page, code: string): Promise<void> {
    await fillCode(page, code)
    await button(page, 'Log in').click()
  }

  async function fillCode(page: Page, code: string): Promise<void> {
    if (code.includes('-')) await button(page, 'Use a recovery code').click()
    await page.getByLabel(code.includes('-') ? 'Recovery code' : 'Code from the app').fill(code)
  }

  it('is set up, asked for at the next log-in, and removed', async () => {
    const customer = await pages.rig.customer()
    const page = await pages.open({ customer })
    await openSecurity(page)
    expect(page.url()).toBe(`${pages.rig.url}/admin/security`)
    await button(page, 'Set up a second factor').click()
    await page.getByLabel('Account password').fill('wrong')
    await button(page, 'Continue').click()
    await page.getByText('This is not your account password').waitFor()
    const { secret, codes } = await setUp(page, customer.password)
    await button(page, 'Copy the codes').click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
    const saved = page.waitForEvent('download')
    await button(page, 'Download').click()
    expect((await saved).suggestedFilename()).toBe('commpeak-recovery-codes.txt')
    await button(page, 'I have saved them').click()
    await page.getByText('10 recovery codes are left.').waitFor()

    await logOut(page)
    await enter(page, customer, '000 000')
    await page.getByText('This code is wrong').waitFor()
    await enterCode(page, codeOf(secret))
    await page.getByText('Create your first key').waitFor()

    await logOut(page)
    await enter(page, customer, codes[0] ?? '')
    await page.getByText('Create your first key').waitFor()
    await openSecurity(page)
    await page.getByText('9 recovery codes are left.').waitFor()
    await button(page, 'Remove the second factor').click()
    await page.getByLabel('Account password').fill(customer.password)
    await fillCode(page, codes[1] ?? '')
    await button(page, 'Remove the second factor').click()
    await page.getByText('You have no second factor.').waitFor()
  })

  it('is set up before anything else where everybody needs one', async () => {
    const strict = await pages.rig.another({ SECOND_FACTOR: 'required' })
    const customer = await pages.rig.registeredCustomer()
    const page = await pages.open()
    await page.goto(`${strict}/admin/activity`)
    await page.getByLabel('E-mail address').fill(customer.email)
    await page.getByLabel('Password').fill(customer.password)
    await button(page, 'Log in').click()
    await page.getByText('Set up a second factor to continue').waitFor()
    await setUp(page, customer.password)
    await button(page, 'I have saved them').click()
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
    await page.getByText('Second factor set up').waitFor()
  })
})
