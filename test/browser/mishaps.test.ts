// What goes wrong, and that nothing typed is lost by it: errors, an ended session, no connection, a
// change made elsewhere, a change that is still being enforced, two clicks for one.

import { createClient } from '@libsql/client/web'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { type PageRig, startPageRig } from '../support/page-rig.ts'
import {
  addButton,
  addEntry,
  confirm,
  enterPassword,
  fillKey,
  holdAnswer,
  logOut,
  noticeOf,
  openPanel,
  panelOf,
  promptOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('a mishap', () => {
  let pages: PageRig
  let customer: Customer
  beforeAll(async () => {
    pages = await startPageRig()
    customer = await pages.rig.customer()
  })
  afterEach(async () => {
    pages.rig.libsql.set('open')
    await pages.closeAll()
    const { json } = await customer.call('GET', '/keys?limit=200')
    for (const { id } of json['keys'] as { id: string }[])
      await customer.call('DELETE', `/keys/${id}`)
  })
  afterAll(() => pages.stop())

  async function open(): Promise<Page> {
    return await pages.open({ customer })
  }

  async function openWith(name: string): Promise<{ page: Page; id: string }> {
    const { id } = await customer.createKey({ application_name: name })
    return { page: await pages.open({ customer }), id }
  }

  async function names(): Promise<unknown[]> {
    const { json } = await customer.call('GET', '/keys')
    return (json['keys'] as Record<string, unknown>[]).map((key) => key['application_name'])
  }

  const field = (page: Page, label: string) => panelOf(page).getByLabel(label)

  async function expectKept(page: Page, name: string) {
    expect(await field(page, 'Application name').inputValue()).toBe(name)
    expect(await panelOf(page).getByRole('radio', { name: 'Server' }).isChecked()).toBe(true)
  }

  /** Logs in again, in the dialog that stands over everything. */
  async function logInAgain(page: Page) {
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    expect(await dialog.getByLabel('E-mail address').inputValue()).toBe(customer.email)
    await dialog.getByLabel('Password').fill(customer.password)
    await dialog.getByRole('button', { name: 'Log in' }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  it('is a website that is no URL: said at its field, with the right one to take', async () => {
    const page = await open()
    await openPanel(page)
    await fillKey(page, 'Website')
    await field(page, 'Application website').fill('www.example.com/app')
    await page.keyboard.press('Enter') // in the field: with Tab, https:// is put before it
    await panelOf(page).getByText('Write an absolute URL').waitFor()
    const website = field(page, 'Application website')
    expect(await website.getAttribute('aria-invalid')).toBe('true')
    await expectKept(page, 'Website')
    await panelOf(page).getByRole('button', { name: 'Use https://www.example.com/app' }).click()
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Website').getByRole('link', { name: 'www.example.com/app' }).waitFor()
  })

  it('is a name that is too long: said at its field', async () => {
    const page = await open()
    await openPanel(page)
    await fillKey(page, 'x'.repeat(101))
    await submit(page)
    await panelOf(page).getByText('Use 1 to 100 characters').waitFor()
    expect(await promptOf(page).count()).toBe(0)
    expect(await field(page, 'Application name').getAttribute('aria-invalid')).toBe('true')
  })

  it('is the limit of 100 keys, which another window reached meanwhile', async () => {
    const full = await pages.rig.customer()
    await insertKeys(pages.rig.libsqlUrl, full.id, 99)
    const page = await pages.open({ customer: full })
    await openPanel(page)
    await full.createKey({ application_name: 'The hundredth' })
    await fillKey(page, 'One too many')
    await submit(page)
    await confirm(page, full.password)
    await panelOf(page).getByText('This account has as many API keys as it may have').waitFor()
    await expectKept(page, 'One too many')
  })

  it('is too many wrong passwords: says how long to wait, and counts down', async () => {
    const { page } = await openWith('Guessed')
    await page.clock.install()
    await page.getByRole('button', { name: 'Show the access token of Guessed' }).click()
    await enterPassword(page, 'wrong')
    await promptOf(page).getByText('not your account password').waitFor()
    await delayAttempts(30_000)
    await enterPassword(page, 'wrong')
    await promptOf(page)
      .getByText(/Try again in \d\d seconds/)
      .waitFor()
    const button = promptOf(page).locator('button[type=submit]')
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await page.clock.runFor(30_000)
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('false')
    await delayAttempts(0)
    await confirm(page, customer.password)
    await rowOf(page, 'Guessed').getByText(/^cpk_/).waitFor()
  })

  /** What many wrong passwords would come to. */
  async function delayAttempts(ms: number) {
    const client = createClient({ url: pages.rig.libsqlUrl })
    await client.execute({ sql: 'UPDATE attempts SET next_at = ?', args: [Date.now() + ms] })
    client.close()
  }

  it('is a browser that keeps no cookie: says so at the log-in, and what to do', async () => {
    const page = await pages.open()
    await page.route('**/api/v1/session', (route) =>
      route.request().method() === 'POST' ? route.fulfill({ json: {} }) : route.fallback(),
    )
    await page.getByLabel('E-mail address').fill(customer.email)
    await page.getByLabel('Password').fill(customer.password)
    await page.keyboard.press('Enter')
    await page.getByText('Your browser did not keep the cookie').waitFor()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
  })

  it('is a log-out that fails: said where it is seen, until it is dismissed', async () => {
    const page = await open()
    await page.route('**/api/v1/session', (route) => route.abort())
    await logOut(page)
    const notice = noticeOf(page, 'The gateway did not answer')
    await notice.waitFor()
    await notice.getByRole('button', { name: 'Dismiss' }).click()
    await notice.waitFor({ state: 'detached' })
  })

  it('is a session that ends while a key is typed: log in again in place, and go on', async () => {
    const page = await open()
    await openPanel(page)
    await fillKey(page, 'Went on')
    await addEntry(page, '192.0.2.0/24')
    await page.context().clearCookies()
    await submit(page)
    await enterPassword(page, customer.password)
    await logInAgain(page)
    await rowOf(page, 'Went on').getByText('192.0.2.0/24').waitFor()
    expect(await names()).toEqual(['Went on'])
  })

  it('is a session that ends, and a customer who does not log in again yet: nothing is lost', async () => {
    const { page } = await openWith('Edited')
    await page.getByRole('button', { name: 'Edit Edited' }).click()
    await field(page, 'Application name').fill('Edited later')
    await page.context().clearCookies()
    await submit(page)
    await page.getByRole('button', { name: 'Not now' }).click()
    await panelOf(page).getByText('Your session has ended').waitFor()
    await expectKept(page, 'Edited later')
    await submit(page)
    await logInAgain(page)
    await rowOf(page, 'Edited later').waitFor()
  })

  it('is a session that ends before a reveal and before a delete', async () => {
    const { page } = await openWith('Both')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Show the access token of Both' }).click()
    await enterPassword(page, customer.password)
    await logInAgain(page)
    await rowOf(page, 'Both').getByText(/^cpk_/).waitFor()
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Delete Both' }).click()
    await page.getByRole('button', { name: 'Delete key' }).click()
    await logInAgain(page)
    await page.getByText('Create your first key').waitFor()
  })

  it('is a connection that is lost: what was typed stays, and goes through when it is back', async () => {
    const page = await open()
    await openPanel(page)
    await fillKey(page, 'Offline')
    await submit(page)
    await page.context().setOffline(true)
    await enterPassword(page, customer.password)
    await promptOf(page).getByText('There is no connection').waitFor()
    await page.context().setOffline(false)
    await promptOf(page).getByRole('button', { name: 'Create key' }).click()
    await rowOf(page, 'Offline').waitFor()
    expect(await names()).toEqual(['Offline'])
  })

  it('is a database that is down: said, and the same click goes through when it is up', async () => {
    const page = await open()
    await openPanel(page)
    await fillKey(page, 'Outage')
    await submit(page)
    pages.rig.libsql.set('closed')
    await enterPassword(page, customer.password)
    await promptOf(page).getByText('The key store cannot be reached').waitFor()
    pages.rig.libsql.set('open')
    await promptOf(page).getByRole('button', { name: 'Create key' }).click()
    await rowOf(page, 'Outage').waitFor()
  })

  it('is a list that cannot be read: Try again reads it', async () => {
    const { page } = await openWith('Listed')
    await page.route('**/api/v1/keys?*', (route) => route.abort(), { times: 1 })
    await page.reload()
    await page.getByText('The API keys could not be loaded').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowOf(page, 'Listed').waitFor()
    expect(await page.getByText('The API keys could not be loaded').count()).toBe(0)
  })

  it('is a change made elsewhere: shows both and lets the customer choose', async () => {
    const { page, id } = await openWith('Old name')
    await page.getByRole('button', { name: 'Edit Old name' }).click()
    await field(page, 'Application name').fill('My name')
    await addEntry(page, '10.0.0.0/8')
    const theirs = { application_name: 'Their name', platform: 'web' }
    expect((await customer.call('PATCH', `/keys/${id}`, theirs)).status).toBe(200)
    await submit(page)
    await panelOf(page).getByText('This key was changed elsewhere').waitFor()

    const choice = (name: string) => panelOf(page).getByRole('group', { name })
    const name = choice('Application name')
    await name.getByText('Their name').waitFor()
    await name.getByText('My name').waitFor()
    expect(await name.getByLabel('Yours').isChecked()).toBe(true)
    // What was not touched here is theirs until the customer says otherwise.
    expect(await choice('Platform').getByLabel('Saved now').isChecked()).toBe(true)
    expect(await choice('IP ACL').getByLabel('Yours').isChecked()).toBe(true)
    await choice('IP ACL').getByLabel('Saved now').check()
    await panelOf(page).getByRole('button', { name: 'Save my choice' }).click()
    await rowOf(page, 'My name').getByText('Web').waitFor()
    const { json } = await customer.call('GET', `/keys/${id}`)
    expect(json).toMatchObject({ application_name: 'My name', platform: 'web', ip_acl: [] })
  })

  it('is a key that was deleted elsewhere: what was typed can become a new one', async () => {
    const { page, id } = await openWith('Gone')
    await page.getByRole('button', { name: 'Edit Gone' }).click()
    await field(page, 'Application name').fill('Gone and back')
    await customer.call('DELETE', `/keys/${id}`)
    await submit(page)
    await panelOf(page).getByText('This key was deleted elsewhere').waitFor()
    await panelOf(page).getByRole('button', { name: 'Create as a new key' }).click()
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Gone and back').waitFor()
    expect(await names()).toEqual(['Gone and back'])
  })

  it('is an account that is suspended in mid-work', async () => {
    const suspended = await pages.rig.customer()
    await suspended.createKey({ application_name: 'Suspended' })
    const page = await pages.open({ customer: suspended })
    await page.getByRole('button', { name: 'Edit Suspended' }).click()
    await field(page, 'Application name').fill('Too late')
    await pages.rig.operator('PATCH', `/accounts/${suspended.id}`, { status: 'suspended' })
    await submit(page)
    await panelOf(page).getByText('Your account is suspended').waitFor()
    await expectKept(page, 'Too late')
  })

  it('is a deletion that is called off too late: the question stays until it is done', async () => {
    const { page, id } = await openWith('Too late')
    await page.getByRole('button', { name: 'Delete Too late' }).click()
    const letGo = await holdAnswer(page, `**/keys/${id}`)
    const question = page.getByRole('dialog', { name: 'Delete Too late?' })
    await question.getByRole('button', { name: 'Delete key' }).click()
    const cancel = question.getByRole('button', { name: 'Cancel' })
    await expect.poll(() => cancel.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('Escape')
    expect(await question.isVisible()).toBe(true)
    await letGo()
    await page.getByText('Create your first key').waitFor()
  })

  it('is a double click: one key is made, one is deleted', async () => {
    const page = await open()
    await addButton(page).dblclick()
    await fillKey(page, 'Single')
    await panelOf(page).getByRole('button', { name: 'Create' }).dblclick()
    await promptOf(page).getByLabel('Account password').fill(customer.password)
    let creates = 0
    page.on('request', (request) => (creates += request.method() === 'POST' ? 1 : 0))
    await promptOf(page).getByRole('button', { name: 'Create key' }).dblclick({ noWaitAfter: true })
    await rowOf(page, 'Single').waitFor()
    expect(creates).toBe(1)
    expect(await names()).toEqual(['Single'])
  })

  it('is a double click on Save changes: one request', async () => {
    const { page, id } = await openWith('Twice')
    await page.getByRole('button', { name: 'Edit Twice' }).click()
    await field(page, 'Application name').fill('Once saved')
    let edits = 0
    page.on('request', (request) => (edits += request.method() === 'PATCH' ? 1 : 0))
    await panelOf(page).getByRole('button', { name: 'Save changes' }).dblclick()
    await rowOf(page, 'Once saved').waitFor()
    expect(edits).toBe(1)
    expect((await customer.call('GET', `/keys/${id}`)).json['version']).toBe(2)
  })

  it('asks before what was typed is thrown away', async () => {
    const page = await open()
    await openPanel(page)
    await fillKey(page, 'Nearly lost')
    const question = page.getByRole('dialog', { name: 'Discard what you typed?' })
    await page.keyboard.press('Escape')
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await expectKept(page, 'Nearly lost')
    await page.mouse.click(20, 400)
    await question.getByRole('button', { name: 'Discard' }).click()
    await panelOf(page).waitFor({ state: 'detached' })
    await openPanel(page)
    await page.keyboard.press('Escape')
    await panelOf(page).waitFor({ state: 'detached' })
  })
})
