// What is pasted into an IP ACL that is no list of networks, or too long a one.

import { buffer } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { confirm, fillKey, openPanel, panelOf, rowOf, submit } from '../support/page-steps.ts'

/** Elements of the page, with a list of 50 faults: what is pasted does not decide how many there are. */
const MOST_ELEMENTS = 2_000

describe.skipIf(missingBrowser !== null)('a text that is pasted into an IP ACL', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  async function openNew(): Promise<Page> {
    const page = await pages.open({ customer })
    await openPanel(page)
    return page
  }

  const chips = (page: Page) =>
    panelOf(page).getByRole('list', { name: 'Allowed networks' }).getByRole('listitem')
  const entry = (page: Page) => panelOf(page).getByLabel('Address or network')
  const button = (page: Page, name: string) => panelOf(page).getByRole('button', { name })
  const said = (page: Page, text: string | RegExp) => panelOf(page).getByText(text)

  async function paste(page: Page, text: string) {
    await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
    await entry(page).focus()
    await page.keyboard.press('Control+V')
  }

  it.each([
    [
      'a row of a table',
      '203.0.113.0\t255.255.255.0\tHQ',
      'Use 203.0.113.0/24',
      ['203.0.113.0/24'],
    ],
    [
      'a list in JSON',
      '["192.0.2.0/24","198.51.100.0/24"]',
      'Use 192.0.2.0/24, 198.51.100.0/24',
      ['192.0.2.0/24', '198.51.100.0/24'],
    ],
    [
      'YAML over lines',
      'cidrs:\n  - 192.0.2.0/24\n  - 198.51.100.0/24\n',
      'Use 192.0.2.0/24, 198.51.100.0/24',
      ['192.0.2.0/24', '198.51.100.0/24'],
    ],
  ])('suggests what %s stands for', async (_, text, offer, networks) => {
    const page = await openNew()
    await paste(page, text)
    await button(page, offer).waitFor()
    expect(await chips(page).count()).toBe(0)
    await button(page, offer).click()
    expect(await chips(page).allTextContents()).toEqual(networks)
    expect(await entry(page).inputValue()).toBe('')
    expect(await entry(page).getAttribute('aria-invalid')).toBeNull()
  })

  it('leaves out what rules deny, says so, and suggests what they let in', async () => {
    const page = await openNew()
    await paste(page, 'deny 192.0.2.0/24;\nallow 203.0.113.0/24;\n')
    await said(page, /^Left out, because .* deny .*“deny 192\.0\.2\.0\/24;”$/).waitFor()
    expect(await chips(page).count()).toBe(0)
    expect(
      await panelOf(page)
        .getByRole('button', { name: /192\.0\.2/ })
        .count(),
    ).toBe(0)
    await button(page, 'Use 203.0.113.0/24').click()
    expect(await chips(page).allTextContents()).toEqual(['203.0.113.0/24'])
    await said(page, /^Left out/).waitFor()
    await button(page, 'Dismiss').click()
    expect(await said(page, /^Left out/).count()).toBe(0)
  })

  it('leaves out what is a comment, and adds the rest', async () => {
    const page = await openNew()
    await paste(page, '# 192.0.2.1 old office\n203.0.113.0/24 # was 192.0.2.2\n')
    await said(page, /^Left out, because it is a comment.*“# 192\.0\.2\.1 old office”/).waitFor()
    expect(await chips(page).allTextContents()).toEqual(['203.0.113.0/24'])
    expect(await entry(page).inputValue()).toBe('')
  })

  it('does not become a key that lets in everybody, where all of it was left out', async () => {
    const page = await openNew()
    await fillKey(page, 'Denied')
    await paste(page, '!192.0.2.1\n!192.0.2.2\n')
    await said(page, /^Left out/).waitFor()
    await submit(page)
    expect(await entry(page).getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Account password').count()).toBe(0)
    await button(page, 'Discard what was not added').click()
    await submit(page)
    await page.getByLabel('Account password').waitFor()
  })

  it('has too many networks: said at once, and merged with a click', async () => {
    const page = await openNew()
    await fillKey(page, 'Merged')
    const networks = Array.from({ length: 5_314 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    await paste(page, networks.join('\n'))
    await said(
      page,
      '1,000 networks at most, and this would make 5,314. Nothing was added.',
    ).waitFor()
    expect(await chips(page).count()).toBe(0)
    await submit(page)
    expect(await page.getByLabel('Account password').count()).toBe(0)
    await button(page, 'Merge 5,314 into 5 networks').click()
    const merged = [
      '10.0.0.0/12',
      '10.16.0.0/14',
      '10.20.0.0/17',
      '10.20.128.0/18',
      '10.20.192.0/23',
    ]
    expect(await chips(page).allTextContents()).toEqual(merged)
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Merged').getByText('5 networks').waitFor()
  })

  it('has too many networks that merging does not bring under the limit', async () => {
    const page = await openNew()
    const networks = Array.from({ length: 1_500 }, (_, i) => `10.${i >> 7}.${(2 * i) & 255}.0/24`)
    await paste(page, networks.join('\n'))
    await said(page, 'this would make 1,500').waitFor()
    await said(page, 'Merging neighbouring networks does not').waitFor()
    expect(await button(page, 'Merge').count()).toBe(0)
    await button(page, 'Discard what was not added').click()
    expect(await said(page, 'this would make 1,500').count()).toBe(0)
  })

  const addresses = (count: number) =>
    Array.from({ length: count }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)

  it.each([
    ['130,000 addresses', addresses(130_000).join('\n'), '130,000 entries or words'],
    ['130,000 faults', addresses(130_000).join('x\n'), '130,000 entries or words'],
    ['a line of two million characters', 'x'.repeat(2_000_000), 'too long to be an address'],
    ['10,000 networks', addresses(10_000).join('/32\n'), /this would make 10,00[01]/],
    ['1,000 addresses', addresses(1_000).join(', '), 'And 997 more that cannot be added'],
    [
      '1,000 rows',
      addresses(1_000)
        .map((address) => `${address}/32\tSite`)
        .join('\n'),
      'And 997 more',
    ],
  ])('stays out of the field, and shows a few of its faults: %s', async (_, text, sentence) => {
    const page = await openNew()
    await paste(page, text)
    await said(page, sentence).waitFor()
    await entry(page).pressSequentially('192.0.2.0/24')
    expect((await entry(page).inputValue()).length).toBeLessThan(100)
    await page.keyboard.press('Enter')
    await chips(page).filter({ hasText: '192.0.2.0/24' }).waitFor()
    await said(page, sentence).waitFor()
    expect(await elements(page)).toBeLessThan(MOST_ELEMENTS)
  })

  it('does not stay in the field when it is put there at once, or dropped', async () => {
    const page = await openNew()
    await entry(page).fill('x'.repeat(2_000_000)) // which costs the browser itself half a second
    await said(page, 'too long to be an address').waitFor()
    expect(await entry(page).inputValue()).toBe('')
    await button(page, 'Discard what was not added').click()
    await entry(page).evaluate((field) => {
      const data = new DataTransfer()
      data.setData('text/plain', '192.0.2.0/24\n198.51.100.0/24')
      const event = { bubbles: true, cancelable: true, dataTransfer: data }
      field.dispatchEvent(new DragEvent('drop', event))
    })
    await chips(page).nth(1).waitFor()
    expect(await entry(page).inputValue()).toBe('')
  })

  it('may be 1,000 networks, each of which is removed again', async () => {
    const page = await openNew()
    await paste(page, addresses(1_000).join('/32\n') + '/32')
    await panelOf(page).getByText('1,000 networks', { exact: true }).waitFor()
    await entry(page).pressSequentially('typed')
    for (let i = 0; i < 10; i++) {
      await panelOf(page)
        .getByRole('button', { name: `Remove 10.0.${i & 3}.${i}/32` })
        .click()
    }
    await panelOf(page).getByText('990 networks', { exact: true }).waitFor()
  })

  it('keeps its lines, when it is pasted beside what is typed already', async () => {
    const page = await openNew()
    await entry(page).fill('192.0.2.0/24 ')
    await paste(page, '# 198.51.100.1\n203.0.113.0/24')
    await chips(page).nth(1).waitFor()
    expect(await chips(page).allTextContents()).toEqual(['192.0.2.0/24', '203.0.113.0/24'])
  })

  it('is saved as a file with its notes, which gives another key the same list', async () => {
    const ip_acl = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.0/24']
    const ip_acl_notes = { '192.0.2.0/24': 'Blocked until May #2', '2001:db8::/32': 'משרד' }
    await customer.createKey({ application_name: 'Saved', ip_acl, ip_acl_notes })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Edit Saved' }).click()
    const arrival = page.waitForEvent('download')
    await button(page, 'Save as a file').click()
    const download = await arrival
    expect(download.suggestedFilename()).toBe('ip-acl.txt')
    const saved = await buffer(await download.createReadStream())
    await panelOf(page).getByRole('button', { name: 'Cancel' }).click()

    await openPanel(page)
    await fillKey(page, 'Imported')
    const choice = page.waitForEvent('filechooser')
    await button(page, 'Import from a file').click()
    await (await choice).setFiles({ name: 'ip-acl.txt', mimeType: 'text/plain', buffer: saved })
    await chips(page).nth(2).waitFor()
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Imported').waitFor()
    const { json } = await customer.call('GET', '/keys?q=Imported')
    const keys = json['keys'] as Record<string, unknown>[]
    const imported = keys.find((key) => key['application_name'] === 'Imported')
    expect(imported).toMatchObject({ ip_acl, ip_acl_notes })
  })

  it('is read from a file that is dropped, or a sentence says why not', async () => {
    const page = await openNew()
    await drop(page, 'fieldset.acl', [['rules.csv', 'network,site\n192.0.2.0/24,HQ\ndeny,x']])
    await said(page, /^Left out, because .* deny/).waitFor()
    await drop(page, 'fieldset.acl', [['list.txt', '\ufeff203.0.113.0/24\r\n2001:db8::/32\r\n']])
    await chips(page).nth(1).waitFor()
    await drop(page, 'fieldset.acl', [['5mb.txt', '1'.repeat(5_000_000)]])
    await said(page, '“5mb.txt” is larger than 1 MB').waitFor()
    await drop(page, 'fieldset.acl', [
      ['a.txt', '1'],
      ['b.txt', '2'],
    ])
    await said(page, 'Drop one file at a time.').waitFor()
    expect(await chips(page).count()).toBe(2)
  })

  it('does not open in place of the page, where it is dropped beside the list', async () => {
    const page = await openNew()
    await button(page, 'Import from a file').waitFor()
    expect(await drop(page, 'h2', [['list.txt', '192.0.2.0/24']])).toBe('none')
    expect(await chips(page).count()).toBe(0)
  })
})

/** Drags files onto an element, and drops them; what the page says they may do there. */
async function drop(
  page: Page,
  selector: string,
  files: readonly (readonly [name: string, text: string])[],
): Promise<string> {
  return await panelOf(page)
    .locator(selector)
    .evaluate((element, given) => {
      const dataTransfer = new DataTransfer()
      for (const [name, text] of given) dataTransfer.items.add(new File([text], name))
      const [over, dropped] = ['dragover', 'drop'].map((type) => {
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer })
        element.dispatchEvent(event)
        return event
      })
      if (over?.defaultPrevented !== true || dropped?.defaultPrevented !== true) return 'opened'
      return dataTransfer.dropEffect
    }, files)
}

async function elements(page: Page): Promise<number> {
  return await page.locator('*').count()
}
