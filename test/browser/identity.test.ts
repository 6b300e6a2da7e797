// The page where people log in at an identity provider: a real one, on another site, with a log-in page.

import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type DemoProvider, startDemoProvider } from '../../harness/demo-provider.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { type PageRig, startPageRig } from '../support/page-rig.ts'
import {
  fillKey,
  finish,
  logOut,
  openPanel,
  panelOf,
  promptOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the page with an identity provider', () => {
  let provider: DemoProvider
  let pages: PageRig
  beforeAll(async () => {
    provider = await startDemoProvider()
    pages = await startPageRig({ variables: provider.variables })
    provider.connect(pages.rig.url)
    await pages.rig.operator('POST', '/accounts', {
      email: 'contact@example.com',
      name: 'Demo',
      status: 'active',
      external_id: provider.externalId,
    })
  })
  afterEach(() => pages.closeAll())
  afterAll(async () => {
    await pages.stop()
    await provider.stop()
  })

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const confirmButton = (page: Page) =>
    promptOf(page).getByRole('button', { name: 'Confirm in a new window' })

  const isConfirm = (request: Request) => new URL(request.url()).pathname === '/admin/confirm'

  async function logInAs(page: Page, name: RegExp): Promise<void> {
    await page.getByRole('link', { name: 'Log in', exact: true }).click()
    await page.getByRole('button', { name }).click()
    await page.getByText(/^\d+ keys?$|Create your first key|No API keys/).waitFor()
  }

  it('logs in by a link, and out, as whoever the provider says', async () => {
    const page = await pages.open()
    expect(await page.getByLabel('Password').count()).toBe(0)
    await logInAs(page, /Edsger/)
    expect(page.url()).toBe(pages.url)
    await page.getByText('because your role is viewer').waitFor()
    await logOut(page)
    await page.getByRole('link', { name: 'Log in', exact: true }).waitFor()
  })

  it('confirms in a window, and keeps what was typed', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    await openPanel(page)
    await fillKey(page, 'By a person')
    await submit(page)
    await promptOf(page).getByText('Confirm who you are to create the key of').waitFor()
    const asked = page.context().waitForEvent('request', isConfirm)
    const [popup] = await Promise.all([page.waitForEvent('popup'), confirmButton(page).click()])
    expect(new URL((await asked).url()).search).toBe('?for=create_key')
    await popup.getByRole('button', { name: /Ada/ }).click()
    const closed = popup.waitForEvent('close')
    await finish(page)
    await rowOf(page, 'By a person').waitFor()
    await closed

    // Somebody else at the provider is no confirmation. The provider then logs out who was there before, here
    // too. What was typed stays.
    await openPanel(page)
    await fillKey(page, 'By another')
    await submit(page)
    const [other] = await Promise.all([page.waitForEvent('popup'), confirmButton(page).click()])
    await other.getByRole('button', { name: /Grace/ }).click()
    await other.getByText(/named another person|Your session has ended/).waitFor()
    await other.close()
    await promptOf(page).getByRole('button', { name: 'Cancel' }).click()
    expect(await panelOf(page).getByLabel('Application name').inputValue()).toBe('By another')
  })

  it('has a plain link where the browser blocks windows', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    await openPanel(page)
    await fillKey(page, 'By a link')
    await submit(page)
    await page.evaluate('window.open = () => null')
    await confirmButton(page).click()
    await promptOf(page).getByText('Your browser blocked the new window').waitFor()
    const link = promptOf(page).getByRole('link', { name: 'Open it in a tab instead' })
    expect(await link.getAttribute('href')).toBe('/admin/confirm?for=create_key')
    const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()])
    await tab.getByRole('button', { name: /Ada/ }).click()
    await tab.getByText('You have confirmed who you are').waitFor()
    await finish(page)
    await rowOf(page, 'By a link').waitFor()
  })

  it('copies a token with one more click, as the clipboard asks', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    await button(page, 'Copy the access token of By a person').click()
    const [popup] = await Promise.all([page.waitForEvent('popup'), confirmButton(page).click()])
    await popup.getByRole('button', { name: /Ada/ }).click()
    await promptOf(page).getByText('You have confirmed who you are.').waitFor()
    await promptOf(page).getByRole('button', { name: 'Copy token' }).click()
    await promptOf(page).waitFor({ state: 'detached' })
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^cpk_\w+$/)
  })

  it('rotates a key with a confirmation that is for that alone', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    await rowOf(page, 'By a person').getByRole('link', { name: 'By a person' }).click()
    await page.getByRole('button', { name: 'Rotate token…' }).click()
    const panel = page.getByRole('dialog', { name: 'Rotate the access token' })
    await panel.getByRole('radio', { name: 'Not at all' }).check()
    await panel.getByRole('button', { name: 'Continue' }).click()
    const asked = page.context().waitForEvent('request', isConfirm)
    const [popup] = await Promise.all([page.waitForEvent('popup'), confirmButton(page).click()])
    const { search } = new URL((await asked).url())
    expect(search).toMatch(/^\?for=rotate_key&key=key_[0-9a-f]{32}$/)
    await popup.getByRole('button', { name: /Ada/ }).click()
    const ready = page.getByRole('dialog', { name: 'Your API key is ready' })
    await ready.getByText(/^cpk_/).waitFor()
    await ready.getByRole('button', { name: 'Done' }).click()
  })

  it('takes a confirmation in the tab that asked for it, where two tabs wait', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    const other = await page.context().newPage()
    await other.goto(pages.url)
    await openPanel(other)
    await fillKey(other, 'Of another tab')
    await submit(other)
    await Promise.all([other.waitForEvent('popup'), confirmButton(other).click()])
    await page.bringToFront()
    await button(page, 'Show the access token of By a person').click()
    const [popup] = await Promise.all([page.waitForEvent('popup'), confirmButton(page).click()])
    await popup.getByRole('button', { name: /Ada/ }).click()
    await page.getByText(/^cpk_\w+$/).waitFor()
    await promptOf(other).getByText('The confirmation is not valid for this').waitFor()
    expect(await rowOf(page, 'Of another tab').count()).toBe(0)
  })

  it('logs in again in a window when the session ended', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    await openPanel(page)
    await fillKey(page, 'After the end')
    await page.context().clearCookies({ name: 'portal_session' })
    await panelOf(page).getByLabel('Application website').fill('https://example.com')
    await submit(page)
    // Nothing can be confirmed without a session.
    const [first] = await Promise.all([page.waitForEvent('popup'), confirmButton(page).click()])
    await first.getByText('There is no live session').waitFor()
    await first.close()
    await promptOf(page).getByRole('button', { name: 'Cancel' }).click()
    expect(await panelOf(page).getByLabel('Application name').inputValue()).toBe('After the end')
    await page.goto(`${pages.rig.url}/admin/`)
    // The provider remembers who it is.
    await page.getByRole('link', { name: 'Log in', exact: true }).click()
    await rowOf(page, 'By a person').waitFor()
    await page.context().clearCookies({ name: 'portal_session' })
    await page.getByRole('link', { name: 'Activity' }).click()
    const ended = page.getByRole('dialog', { name: 'Your session has ended' })
    const [again] = await Promise.all([
      page.waitForEvent('popup'),
      ended.getByRole('button', { name: 'Open a log-in window' }).click(),
    ])
    await ended.waitFor({ state: 'detached' })
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
    await again.close()
  })

  it('ends where the person logs out at the provider', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    const other = await page.context().newPage()
    await other.goto(`${provider.issuer}/session/end`)
    await other.getByRole('button', { name: 'Yes, sign me out' }).click()
    await other.getByText('Sign-out Success').waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Log in', exact: true }).waitFor()
  })

  it('has a page for a log-in that failed', async () => {
    const page = await pages.open()
    await logInAs(page, /Ada/)
    await page.goto(`${pages.rig.url}/admin/log-in/callback?state=x`)
    await page.getByRole('heading', { name: 'Log-in failed' }).waitFor()
    await page.getByRole('link', { name: 'Log in' }).waitFor()
  })
})
