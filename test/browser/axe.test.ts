// WCAG 2.2 AA as far as a program can judge it: axe-core, on every state of the page, light and dark, at
// three widths. And nothing is wider than the screen.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { codeOf } from '../support/authenticator.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  addEntry,
  confirm,
  enterPassword,
  fillKey,
  finish,
  logOut,
  openPanel,
  panelOf,
  promptOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WIDTHS = [320, 768, 1440]
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const KEYS = [
  { application_name: 'Plain', platform: 'web' },
  {
    application_name:
      'A name that is so long that it needs more than a line on every screen there is',
    application_website: 'https://example.com/a/path/that/is/long/enough/to/be/cut/somewhere',
    ip_acl: ['1.1.1.1/32', '2606:4700:1111:2222:3333:4444:5555:0/112', '8.8.8.0/24', '9.9.9.0/24'],
  },
  { application_name: 'Unbreakable'.repeat(9), application_website: 'https://1.1.1.1' },
]

describe.skipIf(missingBrowser !== null)('axe-core finds nothing', () => {
  const pages = usePages()
  let customer: Customer
  let key: { id: string }
  beforeAll(async () => {
    customer = await pages.rig.customer()
    for (const input of KEYS) key = await customer.createKey(input)
  })

  /**
   * Judges the page as it is at each width, and again its colours where it is dark. A run takes its time whatever it
   * judges, so a long page that has the same colours at each width is judged in the dark at one of them.
   */
  async function expectNothing(page: Page, state: string, darkWidths: readonly number[] = WIDTHS) {
    await page.evaluate(`window.axe === undefined && (() => { ${AXE} })()`)
    const found: string[] = []
    const judge = async (at: string, runOnly: readonly string[]) => {
      for (const { id, nodes } of await violations(page, runOnly)) {
        found.push(`${state}, ${at}: ${id} at ${nodes.map(({ html }) => html).join(' ')}`)
      }
    }
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
      await judge(`light, ${width} px`, RULES)
      if (darkWidths.includes(width)) {
        await page.emulateMedia({ colorScheme: 'dark' })
        await judge(`dark, ${width} px`, ['color-contrast'])
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 0) found.push(`${state}, ${width} px: ${wide} px too wide`)
    }
    expect(found).toEqual([])
  }

  async function violations(
    page: Page,
    rules: readonly string[],
  ): Promise<AxeResults['violations']> {
    return await page.evaluate(async (runOnly) => {
      const { axe } = window as unknown as {
        axe: { run: (context: object, options: object) => Promise<AxeResults> }
      }
      const quick = { resultTypes: ['violations'], preload: false, iframes: false }
      return (await axe.run(document, { runOnly, ...quick })).violations
    }, rules)
  }

  it('at the log-in, and when it fails', async () => {
    const page = await pages.open()
    await expectNothing(page, 'log-in')
    await page.getByLabel('E-mail address').fill('nobody@example.com')
    await page.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('is wrong').waitFor()
    await expectNothing(page, 'failed log-in')
  })

  it('on the list, with a token shown, sorted, searched, and with nothing found', async () => {
    const page = await pages.open({ customer })
    await expectNothing(page, 'list')
    await page.getByRole('button', { name: 'Show the access token of Plain' }).click()
    await confirm(page, customer.password)
    await rowOf(page, 'Plain').getByText(/^cpk_/).waitFor()
    await expectNothing(page, 'token shown')
    await page.getByLabel('Search').fill('nothing like this')
    await expectNothing(page, 'nothing found')
  })

  it('on the view of a key, Activity, Sessions, and the menu of the account', async () => {
    const page = await pages.open({ customer })
    await page.getByRole('link', { name: /^A name that is so long/ }).click()
    await page.getByText('Key created').waitFor()
    await expectNothing(page, 'key')
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('Key created').first().waitFor()
    await expectNothing(page, 'activity')
    await page.getByRole('button', { name: 'Account' }).click()
    await expectNothing(page, 'account menu')
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByText('This session').waitFor()
    await expectNothing(page, 'sessions')
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByRole('main').getByRole('listitem').first().waitFor()
    await expectNothing(page, 'users')
  })

  it('on the panel, empty, and with everything wrong', async () => {
    const page = await pages.open({ customer, extraHTTPHeaders: { 'CF-Connecting-IP': '1.2.3.4' } })
    await openPanel(page)
    await expectNothing(page, 'empty panel')
    await addEntry(page, '10.0.0.0/8, 0.0.0.0/1, 1.1.1.1, 8.8.8.8/8, nonsense')
    await submit(page)
    await panelOf(page).getByText('Fill this in').waitFor()
    await expectNothing(page, 'panel with faults')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Discard what you typed?' }).waitFor()
    await expectNothing(page, 'discard')
  })

  it('on the panel of a key whose list kept somebody out', async () => {
    const { id, token } = await customer.createKey({
      application_name: 'Denying',
      ip_acl: ['10.0.0.0/8'],
      ip_acl_mode: 'report',
    })
    const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '2001:db8:1111:2222:3333:4444:5:6' }
    await pages.rig.send('/x', { headers })
    await expect
      .poll(async () => (await customer.call('GET', `/keys/${id}/denials`)).json['denials'])
      .toHaveLength(1)
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Edit Denying' }).click()
    await panelOf(page).getByText('in the last 24 hours').waitFor()
    await panelOf(page).getByLabel('Test an address').fill('10.0.0.1')
    await page.keyboard.press('Enter')
    await panelOf(page).getByText('10.0.0.1 may use the key').waitFor()
    await expectNothing(page, 'panel with denials')
  })

  it('on the password prompt, and on the new key', async () => {
    const own = await pages.rig.customer()
    const page = await pages.open({ customer: own })
    await expectNothing(page, 'no keys')
    await openPanel(page)
    await fillKey(page, 'New')
    await submit(page)
    await promptOf(page).waitFor()
    await expectNothing(page, 'prompt')
    await enterPassword(page, 'wrong')
    await promptOf(page).getByText('not your account password').waitFor()
    await expectNothing(page, 'wrong password')
    await confirm(page, own.password)
    await panelOf(page).getByText('Hides in').waitFor()
    await expectNothing(page, 'ready')
    await finish(page)
    await rowOf(page, 'New').waitFor()
    await expectNothing(page, 'new key')
    await page.getByRole('button', { name: 'Delete New' }).click()
    await expectNothing(page, 'delete')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Code examples for New' }).click()
    await expectNothing(page, 'code examples')
  })

  it('on the second factor, from setting it up to the log-in by a code', async () => {
    const own = await pages.rig.customer()
    const page = await pages.open({ customer: own })
    await page.goto(new URL('security', pages.url).href)
    await page.getByText('You have no second factor').waitFor()
    await expectNothing(page, 'no second factor')
    await page.getByRole('button', { name: 'Set up a second factor' }).click()
    await page.getByLabel('Account password').fill(own.password)
    await page.getByRole('button', { name: 'Continue' }).click()
    const secret = page.locator('.secret-by-hand code')
    await secret.waitFor()
    await expectNothing(page, 'secret')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('Enter the code.').waitFor()
    await page.getByLabel('Code from the app').fill(codeOf(String(await secret.textContent())))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    await expectNothing(page, 'recovery codes')
    await page.getByRole('button', { name: 'I have saved them' }).click()
    await page.getByText('10 recovery codes are left.').waitFor()
    await expectNothing(page, 'second factor')
    await logOut(page)
    await page.getByLabel('E-mail address').fill(own.email)
    await page.getByLabel('Password').fill(own.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('Enter the code from your app').waitFor()
    await expectNothing(page, 'code')
  })

  it('on two versions of a key, and on the log-in over them', async () => {
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: /^Edit Unbreakable/ }).click()
    await panelOf(page).getByLabel('Application name').fill('Mine')
    await addEntry(page, '9.9.9.0/24')
    await customer.call('PATCH', `/keys/${key.id}`, { application_name: 'Theirs'.repeat(15) })
    await submit(page)
    await panelOf(page).getByText('This key was changed elsewhere').waitFor()
    await expectNothing(page, 'conflict')
    await page.context().clearCookies()
    await panelOf(page).getByRole('button', { name: 'Save my choice' }).click()
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
    await expectNothing(page, 'log in again')
    await page.getByRole('button', { name: 'Not now' }).click()
    await panelOf(page).getByText('Your session has ended').waitFor()
    await expectNothing(page, 'refused')
  })

  it.each(['errors/', 'errors/key_invalid', 'errors/upstream_timeout'])(
    'on what errors mean: %s',
    async (path) => {
      const page = await pages.open()
      await page.goto(new URL(path, pages.url).href)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expectNothing(page, path)
    },
  )

  // The longest page, so each of its states is a test of its own.
  it('on the description of the API', async () => {
    const page = await pages.open()
    await page.goto(new URL('api/#createKey', pages.url).href)
    await expectNothing(page, 'description', [1440])
  })

  it('on the examples of the API', async () => {
    const page = await pages.open()
    await page.goto(new URL('api/#createKey', pages.url).href)
    await page.evaluate(() => {
      for (const example of document.querySelectorAll('details')) example.open = true
    })
    await page.getByText('"application_name": "Dialler"').first().waitFor()
    await expectNothing(page, 'examples', [1440])
  })

  it('on an account that is not active, offline, with a list that could not be read, nor left', async () => {
    const inactive = await pages.rig.customer({ status: 'pending' })
    const page = await pages.open({ customer: inactive })
    await expectNothing(page, 'pending')
    await page.route('**/api/v1/keys?*', (route) => route.abort(), { times: 1 })
    await page.reload()
    await page.getByText('The API keys could not be loaded').waitFor()
    await page.context().setOffline(true)
    await page.getByText('There is no connection').first().waitFor()
    await logOut(page)
    await page.getByRole('status').getByText('There is no connection').waitFor()
    await expectNothing(page, 'failed list and log-out')
  })
})
