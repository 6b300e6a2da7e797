// The IP ACL on the page: chips, pasted lists, suggestions, and one's own address.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  addEntry,
  confirm,
  fillKey,
  openPanel,
  panelOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

const ADDRESS = '203.0.113.9'

describe.skipIf(missingBrowser !== null)('the IP ACL of a key', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  /** The panel of a new key, seen from an address. */
  async function openNew(address = ADDRESS): Promise<Page> {
    const page = await pages.open({ customer, extraHTTPHeaders: { 'CF-Connecting-IP': address } })
    await openPanel(page)
    return page
  }

  const chips = (page: Page) =>
    panelOf(page).getByRole('list', { name: 'Allowed networks' }).getByRole('listitem')
  const entry = (page: Page) => panelOf(page).getByLabel('Address or network')
  const button = (page: Page, name: string) => panelOf(page).getByRole('button', { name })

  async function expectFocusOnField(page: Page) {
    const isFocused = () => entry(page).evaluate((field) => field === document.activeElement)
    await expect.poll(isFocused).toBe(true)
  }

  async function paste(page: Page, text: string) {
    await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
    await entry(page).focus()
    await page.keyboard.press('Control+V')
  }

  it('adds all of a pasted list, whatever separates them, each once', async () => {
    const page = await openNew()
    await paste(page, '1.1.1.1/32, 10.0.0.0/8\n2001:db8::/32\t192.0.2.0/24;10.0.0.0/8\r\n')
    await chips(page).nth(3).waitFor()
    expect(await chips(page).allTextContents()).toEqual([
      '1.1.1.1/32',
      '10.0.0.0/8',
      '2001:db8::/32',
      '192.0.2.0/24',
    ])
    expect(await entry(page).inputValue()).toBe('')
  })

  it('pastes a single entry into the field, to be read before it is added', async () => {
    const page = await openNew()
    await paste(page, '1.1.1.1/32')
    expect(await entry(page).inputValue()).toBe('1.1.1.1/32')
    expect(await chips(page).count()).toBe(0)
    await page.keyboard.press('Enter')
    await chips(page).first().waitFor()
  })

  it.each([
    ['a bare address as /32', '198.51.100.7', '198.51.100.7/32'],
    ['a bare IPv6 address as /128', '2001:DB8::1', '2001:db8::1/128'],
    ['host bits as the network', '10.1.2.3/8', '10.0.0.0/8'],
  ])('offers %s, one click to accept', async (_, typed, offered) => {
    const page = await openNew()
    await addEntry(page, typed)
    expect(await entry(page).inputValue()).toBe(typed)
    expect(await entry(page).getAttribute('aria-invalid')).toBe('true')
    await button(page, `Use ${offered}`).click()
    expect(await chips(page).allTextContents()).toEqual([offered])
    expect(await entry(page).inputValue()).toBe('')
  })

  it('keeps in the field what cannot be added, adds the rest, and takes all suggestions at once', async () => {
    const page = await openNew()
    await addEntry(page, '192.0.2.0/24, 1.1.1.1, nonsense, 10.0.0.1/8')
    expect(await chips(page).allTextContents()).toEqual(['192.0.2.0/24'])
    expect(await entry(page).inputValue()).toBe('1.1.1.1, nonsense, 10.0.0.1/8')
    await button(page, 'Use all 2 suggestions').click()
    expect(await chips(page).allTextContents()).toEqual([
      '192.0.2.0/24',
      '1.1.1.1/32',
      '10.0.0.0/8',
    ])
    expect(await entry(page).inputValue()).toBe('nonsense')
    await panelOf(page).getByText('“nonsense” is not an IP address or network').waitFor()
  })

  it('does not lose an entry that was typed and not added', async () => {
    const page = await openNew()
    await fillKey(page, 'Typed')
    await entry(page).fill('203.0.113.0/24')
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Typed').getByText('203.0.113.0/24').waitFor()
  })

  it('does not save while an entry cannot be understood', async () => {
    const page = await openNew()
    await fillKey(page, 'Nonsense')
    await entry(page).fill('10.0.0.256/32')
    await submit(page)
    await panelOf(page).getByText('“10.0.0.256/32” is not an IP address').waitFor()
    expect(await entry(page).evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await page.getByLabel('Account password').count()).toBe(0)
  })

  it.each<[string, string, string?]>([
    [ADDRESS, `${ADDRESS}/32`],
    ['2001:db8:0:0::9', '2001:db8::/64', '2001:db8::9/128'],
    ['::ffff:203.0.113.9', `${ADDRESS}/32`],
  ])('adds the address that one is on now (%s)', async (address, network, narrower) => {
    const page = await openNew(address)
    await button(page, `Add my current address (${network})`).click()
    expect(await chips(page).allTextContents()).toEqual([network])
    await expectFocusOnField(page)
    if (narrower !== undefined) {
      await button(page, `Add my current address (${narrower})`).click()
      expect(await chips(page).allTextContents()).toEqual([network, narrower])
    }
    expect(await button(page, 'Add my current address').count()).toBe(0)
  })

  it('offers no address that cannot be read', async () => {
    const page = await openNew('not an address')
    await addEntry(page, '10.0.0.0/8')
    expect(await button(page, 'Add my current address').count()).toBe(0)
    expect(await panelOf(page).getByText('This list leaves out').count()).toBe(0)
  })

  it('warns before saving a list that leaves out the address one is on', async () => {
    const page = await openNew()
    const warning = panelOf(page).getByText(`This list leaves out ${ADDRESS}`)
    expect(await warning.count()).toBe(0)
    await addEntry(page, '198.51.100.0/24')
    await warning.waitFor()
    await addEntry(page, '203.0.113.8/31')
    await warning.waitFor({ state: 'detached' })
    await button(page, 'Remove 203.0.113.8/31').click()
    await warning.waitFor()
    await button(page, 'Remove 198.51.100.0/24').click()
    await warning.waitFor({ state: 'detached' })
  })

  it('takes 1,000 entries', async () => {
    const page = await openNew()
    await fillKey(page, 'Many')
    const networks = Array.from({ length: 1000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    await paste(page, networks.join('\n'))
    await panelOf(page).getByText('1,000 networks', { exact: true }).waitFor()
    await button(page, 'Remove 10.0.0.0/24').click()
    await panelOf(page).getByText('999 networks', { exact: true }).waitFor()
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Many').getByText('999 networks').waitFor()
  })

  /** The panel of a key that is saved with a list. */
  async function openSaved(name: string, ip_acl: string[], mode = 'enforce') {
    const input = { application_name: name, ip_acl, ip_acl_mode: mode }
    const key = await customer.createKey(input)
    const page = await pages.open({ customer })
    const edit = () => page.getByRole('button', { name: `Edit ${name}` }).click()
    return { ...key, page, edit }
  }

  async function test(page: Page, address: string) {
    await panelOf(page).getByLabel('Test an address').fill(address)
    await page.keyboard.press('Enter')
  }

  it('is tested with an address, by the gateway where the list is saved', async () => {
    const { id, page, edit } = await openSaved('Tested', ['10.0.0.0/8', '2001:db8::/32'])
    await edit()
    const asked: string[] = []
    page.on('request', (request) => {
      // The panel itself asks for the key's denials, whenever that is.
      if (request.url().endsWith('/ip-acl/check')) asked.push(request.url())
    })
    await test(page, '10.9.8.7')
    await panelOf(page).getByText('10.9.8.7 may use the key, by 10.0.0.0/8.').waitFor()
    await test(page, '2001:db9::1')
    await panelOf(page).getByText('2001:db9::1 is not on the list.').waitFor()
    await test(page, '10.0.0')
    await panelOf(page).getByText('Write one address').waitFor()
    expect(asked).toHaveLength(3)
    expect(asked.every((url) => url.includes(`/keys/${id}/`))).toBe(true)

    // What is not saved yet is judged here, by the same engine.
    await addEntry(page, '2001:db9::/32')
    await test(page, '2001:db9::1')
    await panelOf(page).getByText('2001:db9::1 may use the key, by 2001:db9::/32.').waitFor()
    await test(page, '010.0.0.1')
    await panelOf(page).getByText('Write one address').waitFor()
    expect(asked).toHaveLength(3)
  })

  it('has its mode and its test with the first network, and not before', async () => {
    const page = await pages.open({ customer })
    const panel = await openPanel(page)
    const tools = [panel.getByLabel('Report only'), panel.getByLabel('Test an address')]
    await panel.getByLabel('Only these networks').check()
    for (const tool of tools) expect(await tool.count()).toBe(0)
    await addEntry(page, '10.0.0.0/8')
    for (const tool of tools) await tool.waitFor()
    await panel.getByRole('button', { name: 'Remove 10.0.0.0/8' }).click()
    for (const tool of tools) await tool.waitFor({ state: 'detached' })
  })

  it('may only report, and the list of keys says so', async () => {
    const { id, page, edit } = await openSaved('Reporting', ['10.0.0.0/8'])
    await edit()
    await panelOf(page).getByLabel('Report only').check()
    await submit(page)
    await rowOf(page, 'Reporting').getByText('Report only').waitFor()
    expect((await customer.call('GET', `/keys/${id}`)).json['ip_acl_mode']).toBe('report')
  })

  it('shows whom it kept out, one click to let them in', async () => {
    const { id, token, page, edit } = await openSaved('Denying', ['10.0.0.0/8'])
    const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '198.51.100.23' }
    expect((await pages.rig.send('/x', { headers })).status).toBe(403)
    const { call } = customer
    await expect
      .poll(async () => (await call('GET', `/keys/${id}/denials`)).json['denials'])
      .toHaveLength(1)
    await edit()
    await panelOf(page).getByText('Refused in the last 24 hours').waitFor()
    await panelOf(page)
      .getByText(/^one request, \d\d:\d\d$/)
      .waitFor()
    await button(page, 'Add 198.51.100.23/32 to the list').click()
    expect(await chips(page).allTextContents()).toEqual(['10.0.0.0/8', '198.51.100.23/32'])
    await submit(page)
    await panelOf(page).waitFor({ state: 'detached' })
    expect((await pages.rig.send('/x', { headers })).status).toBe(200)
  })

  it('keeps a note with each network, which goes with it', async () => {
    const key = await customer.createKey({
      application_name: 'Noted',
      ip_acl: ['9.9.9.0/24', '8.8.8.0/24'],
    })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Edit Noted' }).click()
    for (const [network, note] of [
      ['9.9.9.0/24', 'Amsterdam office'],
      ['8.8.8.0/24', 'Old data centre'],
    ]) {
      await button(page, `Add a note to ${network}`).click()
      await panelOf(page).getByLabel(`Note on ${network}`).fill(String(note))
      await page.keyboard.press('Enter')
    }
    await button(page, 'Edit the note on 8.8.8.0/24').click()
    await panelOf(page).getByLabel('Note on 8.8.8.0/24').fill('Never mind')
    await page.keyboard.press('Escape') // leaves the note, and not the panel
    await panelOf(page).getByText('Old data centre').waitFor()
    await button(page, 'Remove 8.8.8.0/24').click()
    await submit(page)
    await panelOf(page).waitFor({ state: 'detached' })
    const { json } = await customer.call('GET', `/keys/${key.id}`)
    expect(json['ip_acl_notes']).toEqual({ '9.9.9.0/24': 'Amsterdam office' })
    await rowOf(page, 'Noted').getByRole('link', { name: 'Noted' }).click()
    await page.getByRole('listitem').getByText('Amsterdam office').waitFor()
  })
})
