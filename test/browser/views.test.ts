// The views of the page and their URLs: Back closes, a reload opens again, a link can be sent.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  addButton,
  confirm,
  createKey,
  fillKey,
  logOut,
  openPanel,
  panelOf,
  rowOf,
} from '../support/page-steps.ts'

/** Keeps back what Preact plans for after a frame, until letGo() is called. */
const HOLD_EFFECTS = `
  const { requestAnimationFrame, setTimeout } = window
  const held = []
  const hold = (work) => held.push(work)
  Object.assign(window, {
    requestAnimationFrame: hold,
    setTimeout: hold,
    letGo() {
      Object.assign(window, { requestAnimationFrame, setTimeout })
      for (const work of held) work()
    },
  })
`

describe.skipIf(missingBrowser !== null)('a view of the page', () => {
  const pages = usePages()
  let customer: Customer
  let id: string
  let token: string
  beforeAll(async () => {
    customer = await pages.rig.customer()
    const input = { application_name: 'Fenced', platform: 'server', ip_acl: ['9.9.9.0/24'] }
    ;({ id, token } = await customer.createKey(input))
    await customer.createKey({ application_name: 'Open', platform: 'mobile' })
  })

  const pathOf = (page: Page) => page.url().slice(pages.rig.url.length)
  const heading = (page: Page, name: string) =>
    page.getByRole('heading', { level: 1, name, exact: true })
  const isFocused = (page: Page, name: string) =>
    heading(page, name).evaluate((element) => element === document.activeElement)

  it('is a panel: Back closes it, a reload opens it again, and so does a link', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    expect(pathOf(page)).toBe('/admin/keys/new')
    await page.goBack()
    await panelOf(page).waitFor({ state: 'detached' })
    expect(pathOf(page)).toBe('/admin/')
    await page.getByRole('button', { name: 'Edit Fenced' }).click()
    await panelOf(page).waitFor()
    expect(pathOf(page)).toBe(`/admin/keys/${id}/edit`)
    await page.reload()
    expect(await panelOf(page).getByLabel('Application name').inputValue()).toBe('Fenced')
    await page.keyboard.press('Escape')
    await panelOf(page).waitFor({ state: 'detached' })
    expect(pathOf(page)).toBe('/admin/')
  })

  it('is a panel with something typed: Back asks, and loses nothing', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    await fillKey(page, 'Typed')
    await page.evaluate(() => history.back())
    const question = page.getByRole('dialog', { name: 'Discard what you typed?' })
    await question.getByRole('button', { name: 'Keep editing' }).click()
    expect(await panelOf(page).getByLabel('Application name').inputValue()).toBe('Typed')
    expect(pathOf(page)).toBe('/admin/keys/new')
    await page.evaluate(() => history.back())
    await question.getByRole('button', { name: 'Discard' }).click()
    await panelOf(page).waitFor({ state: 'detached' })
    expect(pathOf(page)).toBe('/admin/')
  })

  it('is a key: details, who may use it, refusals and history, under a URL of its own', async () => {
    const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '8.8.4.4' }
    expect((await pages.rig.send('/x', { headers })).status).toBe(403)
    await expect
      .poll(async () => (await customer.call('GET', `/keys/${id}/denials`)).json['denials'])
      .toHaveLength(1)
    const page = await pages.open({ customer })
    await rowOf(page, 'Fenced').getByRole('link', { name: 'Fenced' }).click()
    await heading(page, 'Fenced').waitFor()
    expect(await isFocused(page, 'Fenced')).toBe(true)
    expect(await page.title()).toBe('Fenced · CommPeak')
    expect(pathOf(page)).toBe(`/admin/keys/${id}`)
    await page.getByText(id, { exact: true }).waitFor()
    await page.getByText('9.9.9.0/24', { exact: true }).waitFor()
    const addresses = page.getByRole('list', { name: 'Addresses in the last 24 hours' })
    const refused = addresses.getByRole('listitem').filter({ hasText: '1 refused' })
    await refused.getByText('8.8.4.4', { exact: true }).waitFor()
    await refused.getByRole('button', { name: 'Add 8.8.4.4/32 to the list' }).waitFor()
    await page.getByText('Key created').waitFor()
    await page.reload()
    await heading(page, 'Fenced').waitFor()
    await page.getByRole('button', { name: 'Show the access token of Fenced' }).click()
    await confirm(page, customer.password)
    await page.getByText(token, { exact: true }).waitFor()
    await page.getByRole('link', { name: 'API Keys' }).first().click()
    await heading(page, 'API Keys').waitFor()
    expect(await isFocused(page, 'API Keys')).toBe(true)
  })

  it('shows the use of a key as a picture and a table, and puts an address on the IP ACL', async () => {
    const own = await pages.rig.customer()
    const key = await own.createKey({ application_name: 'Charted', ip_acl: ['9.9.9.0/24'] })
    for (const address of ['9.9.9.9', '2606:4700::17', '2606:4700::17']) {
      const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': address }
      await pages.rig.send('/x', { headers })
    }
    const usage = async () => (await own.call('GET', `/keys/${key.id}/usage`)).json
    await expect.poll(async () => (await usage())['addresses']).toHaveLength(2)
    const page = await pages.open({ customer: own })
    await rowOf(page, 'Charted').getByRole('link', { name: '2 refused' }).click()
    await page.getByRole('img', { name: 'for 7 days: 1 allowed, 2 refused.' }).waitFor()
    await page.getByText('Not on the IP ACL: 2').waitFor()
    await page.getByText('Show as a table').click()
    const hours = page.getByRole('region', { name: 'Show as a table' }).getByRole('row')
    await hours.filter({ hasText: '2 refused (not on the IP ACL)' }).waitFor()
    await page.getByRole('radio', { name: '13 months' }).check()
    await page.getByRole('img', { name: 'for 400 days: 1 allowed, 2 refused.' }).waitFor()
    const use = page.getByRole('region', { name: 'Usage', exact: true })
    await use.getByRole('button', { name: 'Add 2606:4700::/64 to the list' }).click()
    const panel = panelOf(page)
    await panel.getByRole('button', { name: 'Remove 2606:4700::/64' }).waitFor()
    await panel
      .getByText('It would have allowed 2 requests from 2606:4700::17, which were refused')
      .waitFor()
    expect(pathOf(page)).toBe(`/admin/keys/${key.id}/edit`)
    await page.reload()
    await panel.getByRole('button', { name: 'Remove 9.9.9.0/24' }).click()
    await panel.getByText('would have refused 1 request from 9.9.9.9').waitFor()
    await panel.getByRole('button', { name: 'Save changes' }).click()
    await panel.waitFor({ state: 'detached' })
    const { json } = await own.call('GET', `/keys/${key.id}`)
    expect(json['ip_acl']).toEqual(['2606:4700::/64'])
  })

  it('is fetched apart from the list, and says so where that fails', async () => {
    const page = await pages.open({ customer })
    await page.route('**/key-views-*.js', (route) => route.abort())
    await page.reload()
    await page.getByRole('link', { name: 'Open', exact: true }).click()
    await page.getByText('This part of the page could not be loaded.').waitFor()
    await page.unroute('**/key-views-*.js')
    await page.getByRole('button', { name: 'Load the page again' }).click()
    await heading(page, 'Open').waitFor()
  })

  it('shows a view whose code comes between its drawing and its effects', async () => {
    const page = await pages.open({ customer })
    const code = Promise.withResolvers<void>()
    await page.route('**/key-views-*.js', async (route) => {
      await code.promise
      await route.continue()
    })
    const request = page.waitForRequest('**/key-views-*.js')
    await page.reload()
    const activity = page.getByRole('link', { name: 'Activity' })
    await activity.click()
    const url = (await request).url()
    await page.goBack()
    await rowOf(page, 'Open').waitFor()
    await page.evaluate(`(() => { ${HOLD_EFFECTS} })()`)
    await activity.click()
    await rowOf(page, 'Open').waitFor({ state: 'detached' })
    code.resolve()
    await page.evaluate(`import("${url}").then(() => undefined)`)
    await page.evaluate('letGo()')
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
  })

  it('is a key that is not there: the list is shown in its place', async () => {
    const page = await pages.open({ customer })
    await page.goto(new URL(`keys/key_${'0'.repeat(32)}`, pages.url).href)
    await rowOf(page, 'Open').waitFor()
    expect(pathOf(page)).toBe('/admin/')
    await page.goto(new URL(`keys/key_${'0'.repeat(32)}/edit`, pages.url).href)
    await page.getByText('This key no longer exists').waitFor()
    expect(pathOf(page)).toBe('/admin/')
  })

  it('is a filtered list, which the URL keeps', async () => {
    const page = await pages.open({ customer })
    await page.getByLabel('Show', { exact: true }).selectOption('Open to any address')
    await page.getByText('1 of 2 keys').waitFor()
    expect(pathOf(page)).toBe('/admin/?show=any_address')
    await page.reload()
    await page.getByText('1 of 2 keys').waitFor()
    await page.getByLabel('Platform of the keys').selectOption('Server')
    await page.getByText('No keys match these filters.').waitFor()
    await page.getByRole('button', { name: 'Clear the filters', exact: true }).click()
    await page.getByText('2 keys').waitFor()
    expect(pathOf(page)).toBe('/admin/')
  })

  it('is never the URL of what is searched, which may be a token', async () => {
    const page = await pages.open({ customer })
    await page.getByLabel('Search').fill(token.slice(0, -1))
    await page.getByText('0 of 2 keys').waitFor()
    expect(pathOf(page)).toBe('/admin/')
    await page.getByLabel('Search').fill(token)
    await heading(page, 'Fenced').waitFor()
    expect(pathOf(page)).toBe(`/admin/keys/${id}`)
  })

  it('is Activity: what was done, page by page, with the way to its key', async () => {
    const busy = await pages.rig.customer()
    const key = await busy.createKey({ application_name: 'Busy' })
    for (let i = 0; i < 55; i++) {
      await busy.call('PATCH', `/keys/${key.id}`, { application_name: `Busy ${i % 2}` })
    }
    const page = await pages.open({ customer: busy })
    await page.getByRole('link', { name: 'Activity' }).click()
    await heading(page, 'Activity').waitFor()
    expect(pathOf(page)).toBe('/admin/activity')
    const events = page.getByRole('main').getByRole('listitem')
    await page.getByText('Application name: Busy 1 → Busy 0').first().waitFor()
    expect(await events.count()).toBe(50)
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.getByText('Key created').waitFor()
    await events.getByRole('link', { name: 'Busy 0' }).first().click()
    await heading(page, 'Busy 0').waitFor()
    await page.goBack()
    await heading(page, 'Activity').waitFor()
  })

  it('is Sessions: where the account is logged in, each to be ended but this one', async () => {
    const roaming = await pages.rig.registeredCustomer()
    const page = await pages.open()
    for (const address of ['198.51.100.7', '198.51.100.8']) {
      await page.context().clearCookies()
      await page.setExtraHTTPHeaders({ 'CF-Connecting-IP': address })
      await page.goto(new URL('sessions', pages.url).href)
      await page.getByLabel('E-mail address').fill(roaming.email)
      await page.getByLabel('Password').fill(roaming.password)
      await page.keyboard.press('Enter')
      await heading(page, 'Sessions').waitFor()
    }
    const sessions = page.getByRole('main').getByRole('listitem')
    await sessions.filter({ hasText: '198.51.100.8' }).getByText('This session').waitFor()
    const before = await sessions.count()
    await page.getByRole('button', { name: 'End the session from 198.51.100.7' }).click()
    await page.getByText('The session was ended.').waitFor()
    expect(await sessions.count()).toBe(before - 1)
    expect(await isFocused(page, 'Sessions')).toBe(true)
  })

  it('is closed in all tabs by a log-out in one, and follows what another tab changes', async () => {
    const own = await pages.rig.customer()
    await own.createKey({ application_name: 'Seen' })
    const page = await pages.open({ customer: own })
    const other = await page.context().newPage()
    await other.goto(pages.url)
    await rowOf(other, 'Seen').waitFor()
    await createKey(page, 'Made here', own.password)
    await rowOf(other, 'Made here').waitFor()
    await openPanel(other)
    await fillKey(other, 'Typed, and nobody is asked about it')
    await logOut(page)
    await heading(page, 'Log in to My CommPeak').waitFor()
    await heading(other, 'Log in to My CommPeak').waitFor()
    expect(await addButton(other).count()).toBe(0)
  })
})
