// The life of a key on the page: its end, a pause, a leak, and the key of a token that was found.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  confirm,
  fillKey,
  finish,
  noticeOf,
  openPanel,
  panelOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

const DAY_MS = 24 * 60 * 60_000

describe.skipIf(missingBrowser !== null)('the life of a key', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  const keyNamed = (name: string) => customer.createKey({ application_name: name })
  const card = (page: Page) => page.getByRole('region', { name: 'Pause and expiry' })
  const stateOf = async ({ id }: CreatedKey) => (await customer.call('GET', `/keys/${id}`)).json
  const use = async ({ token }: CreatedKey) =>
    (await pages.rig.send('/x', { headers: { 'X-API-Key': token } })).status

  async function openView(name: string): Promise<Page> {
    const page = await pages.open({ customer })
    await page.getByRole('link', { name, exact: true }).click()
    await card(page).waitFor()
    return page
  }

  it('shows the last four characters of each token', async () => {
    const key = await keyNamed('Ends')
    const page = await pages.open({ customer })
    await rowOf(page, 'Ends').getByText(key.token.slice(-4), { exact: true }).waitFor()
  })

  it('is paused and resumed', async () => {
    const key = await keyNamed('Switch')
    const page = await openView('Switch')
    await card(page).getByRole('button', { name: 'Pause' }).click()
    await page.getByText('The key is paused.').waitFor()
    const head = page.locator('.page-head')
    await head.getByText('Paused').waitFor()
    expect(await use(key)).toBe(403)
    await page.getByRole('link', { name: 'API Keys', exact: true }).first().click()
    await rowOf(page, 'Switch').getByText('Paused').waitFor()
    await page.getByRole('link', { name: 'Switch', exact: true }).click()
    await card(page).getByRole('button', { name: 'Resume' }).click()
    await page.getByText('The key is active again.').waitFor()
    await head.getByText('Paused').waitFor({ state: 'detached' })
    expect(await use(key)).toBe(200)
  })

  it('is not paused where somebody else changed it meanwhile', async () => {
    const key = await keyNamed('Conflict')
    const page = await openView('Conflict')
    await customer.call('PATCH', `/keys/${key.id}`, { platform: 'mobile' })
    await card(page).getByRole('button', { name: 'Pause' }).click()
    await noticeOf(page, 'changed elsewhere').waitFor()
    await page.getByText('Mobile', { exact: true }).waitFor()
    expect(await stateOf(key)).toMatchObject({ enabled: true })
  })

  it('gets an end from a preset, on a day, and loses it', async () => {
    const key = await keyNamed('Ending')
    const page = await openView('Ending')
    const expiry = card(page).getByLabel('Let it expire')
    const ends = async () => Date.parse(String((await stateOf(key))['expires_at']))
    await expiry.selectOption('In 90 days')
    await card(page).getByText('It expires on').waitFor()
    expect(Math.abs((await ends()) - Date.now() - 90 * DAY_MS)).toBeLessThan(60_000)

    await expiry.selectOption('On a date…')
    const date = card(page).getByLabel('The last day of the key')
    await date.fill('2020-01-01')
    await card(page).getByRole('button', { name: 'Set' }).click()
    await card(page).getByText('Choose a day from today on').waitFor()
    const day = new Date(Date.now() + 10 * DAY_MS).toISOString().slice(0, 10)
    await date.fill(day)
    await card(page).getByRole('button', { name: 'Set' }).click()
    await date.waitFor({ state: 'detached' })
    const lastSecond = await page.evaluate(`new Date('${day}T23:59:59').getTime()`)
    await expect.poll(ends).toBe(lastSecond)

    await expiry.selectOption('Never')
    await card(page).getByText('It never expires.').waitFor()
    expect(await stateOf(key)).toMatchObject({ expires_at: null })
  })

  it('says in the list that it ends within 30 days, and of a later end nothing', async () => {
    const own = await pages.rig.customer()
    const end = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
    await own.createKey({ application_name: 'Soon', expires_at: end(5) })
    await own.createKey({ application_name: 'Later', expires_at: end(40) })
    const page = await pages.open({ customer: own })
    await rowOf(page, 'Soon').getByText('Expires in 5 days', { exact: true }).waitFor()
    expect(await rowOf(page, 'Later').getByText('Expires').count()).toBe(0)
  })

  it('gets a rate limit in the form, which its view and the activity show', async () => {
    const key = await keyNamed('Limited')
    const page = await openView('Limited')
    await page.getByRole('button', { name: 'Edit' }).click()
    const panel = panelOf(page)
    await panel.getByLabel('Rate limit').selectOption('… in a minute')
    await panel.getByLabel('Requests').fill('0')
    await submit(page)
    await panel.getByText('Enter a whole number from 1').waitFor()
    await panel.getByLabel('Requests').fill('1 000')
    await submit(page)
    await page.getByText('1,000 requests in a minute').first().waitFor()
    expect(await stateOf(key)).toMatchObject({
      rate_limit: { requests: 1_000, per_seconds: 60 },
    })
    await page.getByText('Rate limit: 1,000 requests in a minute').waitFor()
    await page.getByText('none used', { exact: true }).waitFor()
    await pages.rig.send('/x', { headers: { 'X-API-Key': key.token } })
    await page.reload()
    await page.getByText(/^\d+ left until /).waitFor()
  })

  it('says in red that its token is public, and what to do', async () => {
    const key = await keyNamed('Leaky')
    await pages.rig.send('/admin/api/v1/leaks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ tokens: [key.token], url: 'https://code.example/.env' }),
    })
    await expect.poll(async () => (await stateOf(key))['leaked_at']).toEqual(expect.any(String))
    const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': '198.51.100.77' }
    expect((await pages.rig.send('/x', { headers })).status).toBe(403)
    const counted = async () => (await customer.call('GET', `/keys/${key.id}/usage`)).json
    await expect
      .poll(async () => (await counted())['addresses'], { timeout: 15_000 })
      .toHaveLength(1)
    const page = await pages.open({ customer })
    await rowOf(page, 'Leaky').getByText('Leaked').waitFor()
    await page.getByRole('link', { name: 'Leaky', exact: true }).click()
    await noticeOf(page, 'found in public').waitFor()
    const usage = page.getByRole('region', { name: 'Usage', exact: true })
    await usage.getByText('never used').waitFor()
    const address = usage.getByRole('listitem').filter({ hasText: '198.51.100.77' })
    await address.getByText('1 refused').waitFor()
    await page.getByText('https://code.example/.env').waitFor()
    expect(await card(page).getByRole('button', { name: 'Resume' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Rotate the key', exact: true }).first().click()
    await page.waitForURL(/rotat/)
  })

  it('is found by its token, which goes into no URL and no storage', async () => {
    const key = await keyNamed('Found')
    const page = await pages.open({ customer })
    const urls: string[] = []
    page.on('request', (request) => urls.push(request.url()))
    await page.getByRole('searchbox').fill(` ${key.token} `)
    await page.getByText('This is the token of').waitFor()
    await page.getByRole('heading', { level: 1, name: 'Found' }).waitFor()
    expect(urls.join('\n')).not.toContain(key.token)
    const kept =
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, history.state])'
    expect(await page.evaluate(kept)).not.toContain(key.token)
    await page.getByRole('link', { name: 'API Keys', exact: true }).first().click()
    expect(await page.getByRole('searchbox').inputValue()).toBe('')

    await page.getByRole('searchbox').fill(`cpk_A${'0'.repeat(43)}`)
    await noticeOf(page, 'No key of this account').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('')
  })

  it('gets its end in the form of a new key, and loses it in the form', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    await fillKey(page, 'Ending')
    await panelOf(page).getByLabel('Expiry').selectOption('On a date…')
    await submit(page)
    await panelOf(page).getByText('Choose a day from today on').waitFor()
    const day = new Date(Date.now() + 20 * DAY_MS).toISOString().slice(0, 10)
    await panelOf(page).getByLabel('The last day of the key').fill(day)
    await submit(page)
    await confirm(page, customer.password)
    await finish(page)
    const keys = async () => {
      const { json } = await customer.call('GET', '/keys')
      return json['keys'] as { application_name: string; expires_at: string | null }[]
    }
    const end = async () =>
      (await keys()).find((key) => key.application_name === 'Ending')?.expires_at
    const berlin = { timeZone: 'Europe/Berlin', dateStyle: 'short' } as const
    expect(new Date((await end()) ?? 0).toLocaleDateString('sv', berlin)).toBe(day)
    await page.getByLabel('Show', { exact: true }).selectOption('Expired or expiring soon')
    await page.getByRole('button', { name: 'Edit Ending' }).click()
    await panelOf(page).getByLabel('Expiry').selectOption('Never')
    await submit(page)
    await panelOf(page).waitFor({ state: 'detached' })
    expect(await end()).toBeNull()
  })
})
