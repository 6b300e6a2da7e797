// The log-in, as a browser fills it in.

import { describe, expect, it } from 'vitest'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { holdAnswer, logOut } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the log-in', () => {
  const pages = usePages()

  // A field of type "email" gives the domain in its ASCII form, whatever was typed.
  it.each([
    ['info@bücher.example', 'info@bücher.example'],
    ['info@xn--bcher-kva.example', 'info@xn--bcher-kva.example'],
    ['Info@BÜCHER.example', 'info@bücher.example'],
  ])('takes an e-mail of an international domain, typed as %s', async (typed, email) => {
    const unlike = `${Date.now()}.` // one account for each case, on a domain of its own
    const customer = await pages.rig.registeredCustomer({ email: email.replace('@', `@${unlike}`) })
    const page = await pages.open()
    await page.getByLabel('E-mail address').fill(typed.replace('@', `@${unlike}`))
    await page.getByLabel('Password').fill(customer.password)
    const asked = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('Create your first key').waitFor()
    expect((await asked).postDataJSON()).toMatchObject({
      email: expect.stringContaining('.xn--bcher-kva.example') as string,
    })
  })

  it('shows what is typed, and the way to support', async () => {
    const page = await pages.open()
    const field = page.getByLabel('Password')
    await field.fill('what I typed')
    expect(await field.getAttribute('type')).toBe('password')
    const eye = page.getByRole('button', { name: 'Show what you type' })
    await eye.click()
    expect(await field.getAttribute('type')).toBe('text')
    expect(await eye.getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('link', { name: 'Contact support' }).waitFor()
  })

  it('writes no error to the console when nobody is logged in', async () => {
    const said: string[] = []
    const page = await pages.open()
    page.on('console', (message) => said.push(message.text()))
    await page.reload()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    expect(said).toEqual([])
  })

  it('says that somebody has logged out, here and in other tabs', async () => {
    const customer = await pages.rig.customer()
    const page = await pages.open({ customer })
    const other = await page.context().newPage()
    await other.goto(pages.url)
    await other.getByText('Create your first key').waitFor()
    await logOut(page)
    await page.getByRole('status').getByText('You are logged out.').waitFor()
    expect(page.url()).toBe(pages.url)
    await other.getByRole('status').getByText('You are logged out.').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    expect(await page.getByText('You are logged out.').count()).toBe(0)
  })

  it('reads the session and the keys at the same time', async () => {
    const customer = await pages.rig.customer()
    const page = await pages.open({ customer })
    const letGo = await holdAnswer(page, '**/api/v1/session')
    const keys = page.waitForResponse('**/api/v1/keys?*')
    await page.reload()
    expect((await keys).status()).toBe(200)
    await letGo()
    await page.getByText('Create your first key').waitFor()
  })

  it('says that its address made too many, and when it may go on', async () => {
    const customer = await pages.rig.registeredCustomer()
    const headers = { 'CF-Connecting-IP': '198.51.100.77' }
    const page = await pages.open({ extraHTTPHeaders: headers })
    await page.clock.install()
    const statuses = await page.evaluate(async () => {
      const found: number[] = []
      for (let i = 0; i < 21; i++) {
        const body = JSON.stringify({ email: `nobody${i}@example.com`, password: 'x' })
        const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }
        found.push((await fetch('/admin/api/v1/session', init)).status)
      }
      return found
    })
    expect(statuses.at(-1)).toBe(429)
    await page.getByLabel('E-mail address').fill(customer.email)
    await page.getByLabel('Password').fill(customer.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    const sentence = page.getByText(
      /^There were too many log-ins from your address.*Try again in \d+ seconds?\.$/,
    )
    await sentence.waitFor()
    const button = page.getByRole('button', { name: 'Log in' })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await page.clock.runFor(60_000) // which counts down
    await sentence.waitFor({ state: 'detached' })
    expect(await button.getAttribute('aria-disabled')).toBe('false')
  })
})
