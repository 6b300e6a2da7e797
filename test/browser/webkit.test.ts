// The page in WebKit, the engine of Safari, which differs where it matters most here: the clipboard, the focus, and
// what it makes of the style.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Key } from 'selenium-webdriver'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingWebkit, openWebkit, type OwnWebkit } from '../support/own-webkit.ts'
import { type Rig, startRig } from '../support/rig.ts'
import type { WebkitPage } from '../support/webkit-page.ts'

const WIDE = [1_280, 1_000] as const

const title = ['the page in WebKit', missingWebkit ?? []].flat().join(': ')

describe.skipIf(missingWebkit !== null)(title, () => {
  let rig: Rig
  let page: OwnWebkit
  beforeAll(async () => {
    ;[rig, page] = await Promise.all([startRig(), openWebkit()])
    await page.driver.get(`${rig.url}/admin/favicon.svg`)
  })
  afterEach(async () => expect(await page.faults()).toEqual([]))
  afterAll(async () => {
    await Promise.all([page.close(), rig.stop()])
  })

  async function open(
    customer: Customer | null,
    [width, height]: readonly [number, number] = WIDE,
  ) {
    await openAs(page, rig, customer)
    await page.resize(width, height)
    await page.role('heading', customer === null ? /^Log in/ : 'API Keys').find()
  }

  const panel = () => page.role('dialog', /API key$/)
  const prompt = () => page.role('dialog', 'Confirm your identity')
  const submit = () => panel().css('button[type=submit]').click()

  async function confirm(password: string) {
    await prompt().label('Account password').fill(password)
    await prompt().css('button[type=submit]').click()
  }

  /** What is on the clipboard, which a page is given by a hand that pastes. */
  async function clipboard(): Promise<string> {
    await page.driver.get('data:text/html,<textarea></textarea>')
    await page.css('textarea').press(Key.CONTROL, 'v')
    const text = await page.css('textarea').evaluate<string>('return element.value')
    await page.driver.navigate().back()
    return text
  }

  async function copyByHand(text: string) {
    await page.driver.get(`data:text/html,<textarea>${encodeURIComponent(text)}</textarea>`)
    await page.css('textarea').press(Key.CONTROL, 'a')
    await page.css('textarea').press(Key.CONTROL, 'c')
  }

  it('leads through the manual, from the log-in to the end of a key', async () => {
    const customer = await rig.registeredCustomer()
    const networks = ['192.0.2.0/24', '2001:db8::/32']
    await copyByHand(networks.join('\n'))
    await open(null)
    await page.label('E-mail address').fill(customer.email)
    await page.label('Password').fill('not the password')
    await page.role('button', 'Log in').click()
    await page.text(/^The e-mail address or the password is wrong/).find()
    await page.label('Password').fill(customer.password)
    await page.label('Password').press(Key.ENTER)

    await page.role('button', 'Add API key').click()
    await submit()
    await panel()
      .text(/^Fill this in/)
      .find()
    await panel().label('Application name').fill('Billing')
    await panel().role('radio', 'Server').click()
    await panel().label('Address or network').press(Key.CONTROL, 'v')
    await panel().text('2 networks').find()
    await submit()
    await confirm('not the password')
    await prompt()
      .text(/^This is not your account password/)
      .find()
    await confirm(customer.password)
    await page.role('button', 'Done').click()
    await panel().isGone()
    await page
      .role('row', /^Billing/)
      .text('New')
      .find()

    await page.driver.navigate().refresh() // it forgets the token
    await page.role('button', 'Show the access token of Billing').click()
    await confirm(customer.password)
    const token = await page.text(/^cpk_/).evaluate<string>('return element.textContent')
    const answer = await rig.send('/customer', {
      headers: { Authorization: `Token ${token}`, 'CF-Connecting-IP': '192.0.2.7' },
    })
    expect(answer.status).toBe(200)
    await page.role('button', 'Hide the access token of Billing').click()
    await page.css('.token').text('********').find()

    await page.role('button', 'Edit Billing').click()
    await panel().label('Application name').fill('Invoices')
    await panel().role('button', 'Remove 2001:db8::/32').click()
    await submit()
    await panel().isGone()
    const saved = await customer.call('GET', '/keys')
    expect(saved.json['keys']).toMatchObject([
      { application_name: 'Invoices', platform: 'server', ip_acl: ['192.0.2.0/24'] },
    ])

    await page.role('button', 'Delete Invoices').click()
    await page.role('button', 'Delete key').click()
    await page.text('Create your first key').find()
    expect((await customer.call('GET', '/keys')).json['keys']).toEqual([])
  })

  it('copies a token that comes after the password, although the click is over by then', async () => {
    const customer = await rig.customer()
    const { token } = await customer.createKey({ application_name: 'Copied' })
    await open(customer)
    await page.role('button', 'Copy the access token of Copied').click()
    await confirm('not the password')
    await prompt()
      .text(/^This is not your account password/)
      .find()
    await confirm(customer.password)
    await page.css('[title^="Copied to the clipboard"]').find()
    expect(await clipboard()).toBe(token)
  })

  it('reads a list from a file, with its notes', async () => {
    await open(await rig.customer())
    await page.role('button', 'Add API key').click()
    const list =
      '# IP ACL: a network on each line, and its note after the #\n192.0.2.0/24 # Office\n'
    const file = join(rig.dir, 'ip-acl.txt')
    writeFileSync(file, list)
    await page.css('input[type=file]').press(file)
    await panel().role('button', 'Edit the note on 192.0.2.0/24').find()
    await panel().role('button', 'Save as a file').find()
  })

  it('saves a list as a file, with its notes', async () => {
    const customer = await rig.customer()
    await customer.createKey({
      application_name: 'Saved',
      ip_acl: ['192.0.2.0/24'],
      ip_acl_notes: { '192.0.2.0/24': 'Office' },
    })
    await open(customer)
    await page.role('button', 'Edit Saved').click()
    await panel().role('button', 'Save as a file').click()
    const saved = () => {
      try {
        return readFileSync(join(page.downloads, 'ip-acl.txt'), 'utf8')
      } catch {
        return null
      }
    }
    await expect
      .poll(saved, { timeout: 10_000 })
      .toBe('# IP ACL: a network on each line, and its note after the #\n192.0.2.0/24 # Office\n')
  })

  it('takes the last day of a key from its date field', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey({ application_name: 'Ending' })
    await open(customer)
    await page.role('button', 'Edit Ending').click()
    await panel().css('option[value=date]').click()
    const date = panel().css('input[type=date]')
    const year = new Date().getFullYear() + 1
    await date.press(`06/15/${year}`) // the month first, as the driver's language has it
    expect(await date.evaluate('return element.value')).toBe(`${year}-06-15`)
    await submit()
    await panel().isGone()
    const { json } = await customer.call('GET', `/keys/${id}`)
    expect(json['expires_at']).toBe(`${year}-06-15T21:59:59.000Z`)
  })

  it('keeps the focus in a panel, by keyboard alone, and gives it back', async () => {
    await open(await rig.customer())
    const add = page.role('button', 'Add API key')
    await add.press(Key.ENTER)
    await panel().find()
    const visited = new Set<string>()
    for (let tab = 0; tab < 30; tab++) {
      const focused = await page.driver.switchTo().activeElement()
      visited.add(await focused.getProperty('tagName').then(String))
      expect(
        await page.driver.executeScript(
          'return document.activeElement.closest("dialog") !== null || document.activeElement === document.body',
        ),
      ).toBe(true)
      await focused.sendKeys(Key.TAB)
    }
    expect([...visited]).toEqual(expect.arrayContaining(['INPUT', 'SELECT', 'BUTTON']))
    await panel().label('Application name').press(Key.ESCAPE)
    await panel().isGone()
    expect(await add.evaluate('return element === document.activeElement')).toBe(true)
  })

  it('shows the panel at the right edge, the menu over the page, and what is chosen', async () => {
    await open(await rig.customer())
    await page.role('button', /^Account/).click()
    const isOnTop = await page.role('button', 'Log out').evaluate<boolean>(`
      const { left, top } = element.getBoundingClientRect()
      return element.contains(document.elementFromPoint(left + 5, top + 5))
    `)
    expect(isOnTop).toBe(true)
    await page.role('button', 'Log out').press(Key.ESCAPE)
    await page.role('button', 'Log out').isGone()
    await page.role('button', 'Add API key').click()
    const gaps = await panel().evaluate<number[]>(`
      const { right, top, bottom } = element.getBoundingClientRect()
      return [innerWidth - right, top, innerHeight - bottom]
    `)
    expect(gaps).toEqual([0, 0, 0])
    const colours = await panel().css('.cards').evaluate<string[]>(`
      return [...element.children].map((card) => getComputedStyle(card).borderTopColor)
    `)
    expect(new Set(colours).size).toBe(2)
  })

  it('draws the head of the list, which sticks to the top', async () => {
    const customer = await rig.customer()
    await customer.createKey()
    await open(customer)
    await page.text('1 key').find()
    let drawn = ''
    const isStill = async () => drawn === (drawn = await page.driver.takeScreenshot())
    await expect.poll(isStill).toBe(true)
    await page.css('thead').evaluate('element.style.visibility = "hidden"')
    await expect.poll(() => page.driver.takeScreenshot()).not.toBe(drawn)
  })

  it('needs no scrolling sideways on a telephone', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey({ ip_acl: ['192.0.2.0/24', '2001:db8::/32'] })
    await open(customer, [375, 812])
    const views = ['', `keys/${id}`, 'keys/new', `keys/${id}/edit`, 'activity', 'sessions']
    const widths: number[] = []
    for (const view of views) {
      await page.driver.get(`${rig.url}/admin/${view}`)
      await page.css('h1').find()
      const [inner = 0, scroll = 0] = await page
        .css('#app')
        .evaluate<number[]>('return [innerWidth, document.documentElement.scrollWidth]')
      widths.push(inner, scroll)
    }
    expect(widths).toEqual(views.flatMap(() => [375, 375]))
  })

  it('is dark where the desktop is, with fields that can be read', async () => {
    const dark = await openWebkit({ isDark: true })
    try {
      await openAs(dark, rig, null)
      const [ground = 255, text = 0] = await dark.label('Password').evaluate<number[]>(`
        const { backgroundColor, color } = getComputedStyle(element)
        return [backgroundColor, color].map((value) => Number(/\\d+/.exec(value)[0]))
      `)
      expect(text - ground).toBeGreaterThan(150)
    } finally {
      await dark.close()
    }
  })
})

/** With a customer's session, or nobody's. */
async function openAs({ driver }: WebkitPage, rig: Rig, customer: Customer | null) {
  await driver.get(`${rig.url}/admin/favicon.svg`)
  await driver.manage().deleteAllCookies()
  const [name = '', value = ''] = customer?.cookie.split('=', 2) ?? []
  if (customer !== null)
    await driver.manage().addCookie({ name, value, httpOnly: true, sameSite: 'Strict' })
  await driver.get(`${rig.url}/admin/`)
}
