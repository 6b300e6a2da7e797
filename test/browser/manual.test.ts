// Every sentence of the manual, "Managing Portal API Keys", is a test by its name.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  addButton,
  addEntry,
  choosePlatform,
  confirm,
  createKey,
  enterPassword,
  fillKey,
  openPanel,
  panelOf,
  promptOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

const DOCS = 'https://docs.example.com/portal'
const SUPPORT = 'mailto:help@example.com'

describe.skipIf(missingBrowser !== null)('Managing Portal API Keys', () => {
  const pages = usePages({ variables: { API_DOCS_URL: DOCS, SUPPORT_URL: SUPPORT } })
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  async function tokenOf(id: string): Promise<string> {
    const { password } = customer
    const answer = await customer.call('POST', `/keys/${id}/reveal`, { password })
    return String(answer.json['access_token'])
  }

  async function listed(name: string): Promise<Record<string, unknown>> {
    const answer = await customer.call('GET', '/keys?limit=200')
    const keys = answer.json['keys'] as Record<string, unknown>[]
    return keys.find((key) => key['application_name'] === name) ?? {}
  }

  it('You can create more than one API key and delete previously created keys at any time', async () => {
    const own = await pages.rig.customer()
    await own.createKey({ application_name: 'First' })
    await own.createKey({ application_name: 'Second' })
    const page = await pages.open({ customer: own })
    await page.getByText('2 keys').waitFor()
    await page.getByRole('button', { name: 'Delete First' }).click()
    await page.getByRole('button', { name: 'Delete key' }).click()
    await page.getByText('1 key', { exact: true }).waitFor()
    await rowOf(page, 'Second').waitFor()
  })

  it.each([
    ['pending', 'pending activation'],
    ['suspended', 'suspended'],
  ] as const)(
    'If your account is still pending activation, the Add API key button will be unavailable (%s)',
    async (status, reason) => {
      const inactive = await pages.rig.customer()
      const { id } = await inactive.createKey({ application_name: 'Old' })
      await pages.rig.operator('PATCH', `/accounts/${inactive.id}`, { status })
      const page = await pages.open({ customer: inactive })
      expect(await addButton(page).isDisabled()).toBe(true)
      const note = await addButton(page).getAttribute('aria-describedby')
      expect(await page.locator(`#${note}`).textContent()).toContain(reason)
      for (const name of ['Edit Old', 'Show the access token of Old']) {
        expect(await page.getByRole('button', { name }).isDisabled()).toBe(true)
      }
      await page.getByRole('button', { name: 'Delete Old' }).click()
      await page.getByRole('button', { name: 'Delete key' }).click()
      await page.getByText('No API keys').waitFor()
      expect((await inactive.call('GET', `/keys/${id}`)).status).toBe(404)
    },
  )

  it.each([
    ['pending', 'pending activation'],
    ['suspended', 'suspended'],
  ] as const)(
    'If your account is still pending activation, the page says so in place of keys (%s)',
    async (status, reason) => {
      const page = await pages.open({ customer: await pages.rig.customer({ status }) })
      const main = page.getByRole('main')
      await main.getByText(reason).waitFor()
      expect(await main.getByText(/Add one|Create your first key/).count()).toBe(0)
      const note = await addButton(page).getAttribute('aria-describedby')
      expect(await page.locator(`#${note}`).textContent()).toContain(reason)
      const support = main.getByRole('link', { name: 'Contact support' })
      expect(await support.getAttribute('href')).toBe(SUPPORT)
    },
  )

  it('Log in to My CommPeak', async () => {
    const page = await pages.open()
    await page.getByRole('heading', { name: 'Log in to My CommPeak' }).waitFor()
    await page.getByLabel('E-mail address').fill(customer.email)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('The e-mail address or the password is wrong').waitFor()
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(customer.email)
    await page.getByLabel('Password').fill(customer.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'API Keys' }).waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  it('Expand Billing in the main menu and open the API Keys tab', async () => {
    const page = await pages.open({ customer })
    const menu = page.getByRole('navigation', { name: 'Main menu' })
    const tab = menu.getByRole('link', { name: 'API Keys' })
    await menu.getByText('Billing').click()
    await tab.waitFor({ state: 'hidden' })
    await menu.getByText('Billing').click()
    await tab.click()
    await page.getByRole('heading', { name: 'API Keys' }).waitFor()
    expect(await tab.getAttribute('aria-current')).toBe('page')
  })

  it('Click Add API key in the top-right corner of the page: a panel slides in from the right', async () => {
    const page = await pages.open({ customer, reducedMotion: 'no-preference' })
    const button = await addButton(page).boundingBox()
    const heading = await page.getByRole('heading', { name: 'API Keys' }).boundingBox()
    expect(button?.x).toBeGreaterThan(1000)
    expect(Math.abs((button?.y ?? 0) - (heading?.y ?? 0))).toBeLessThan(20)
    // Asked before the click, since on a busy machine the panel is there before it is asked about.
    const start = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          document.addEventListener('transitionrun', ({ target, propertyName }) => {
            if (propertyName !== 'translate' || !(target instanceof HTMLDialogElement)) return
            resolve(target.getBoundingClientRect().left)
          })
        }),
    )
    await addButton(page).click()
    const dialog = panelOf(page)
    await dialog.waitFor()
    const first = await start
    const edges: number[] = await dialog.evaluate(async (element) => {
      await Promise.all(element.getAnimations().map(({ finished }) => finished))
      const { left, right, top, height } = element.getBoundingClientRect()
      return [left, window.innerWidth - right, top, window.innerHeight - height]
    })
    const [last = 0, ...gaps] = edges
    expect(first - last).toBeGreaterThan(0)
    expect(gaps).toEqual([0, 0, 0])
  })

  it('Application name is required', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    await choosePlatform(page, 'Web')
    await submit(page)
    const name = panelOf(page).getByLabel('Application name')
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    expect(await name.evaluate((field) => field === document.activeElement)).toBe(true)
    await panelOf(page).getByText('Fill this in').waitFor()
    expect(await page.getByLabel('Account password').count()).toBe(0)
  })

  it('Platform is required: choose Web, Mobile, Desktop, Server, or Other', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    const platform = panelOf(page).getByRole('radiogroup', { name: 'Platform' })
    expect(await platform.getAttribute('aria-required')).toBe('true')
    expect(await platform.getByRole('radio', { checked: true }).count()).toBe(0)
    expect(await platform.locator('label').allTextContents()).toEqual([
      'Web',
      'Mobile',
      'Desktop',
      'Server',
      'Other',
    ])
    await panelOf(page).getByLabel('Application name').fill('No platform')
    await submit(page)
    await panelOf(page).getByText('Choose a platform.').waitFor()
    expect(await listed('No platform')).toEqual({})
  })

  it('Type an address in CIDR format and click Add; repeat to add more entries', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    await panelOf(page).getByLabel('Application name').fill('Fenced')
    await panelOf(page).getByLabel('Application website').fill('https://fenced.example.com')
    await choosePlatform(page, 'Desktop')
    for (const entry of ['1.1.1.1/32', '2001:DB8::/32', '10.0.0.0/8']) {
      await addEntry(page, entry)
    }
    await panelOf(page).getByRole('button', { name: 'Remove 10.0.0.0/8' }).click()
    const chips = panelOf(page).getByRole('list', { name: 'Allowed networks' })
    expect(await chips.getByRole('listitem').allTextContents()).toEqual([
      '1.1.1.1/32',
      '2001:db8::/32',
    ])
    await submit(page)
    await confirm(page, customer.password)
    await rowOf(page, 'Fenced').waitFor()
    expect(await listed('Fenced')).toMatchObject({
      application_website: 'https://fenced.example.com',
      platform: 'desktop',
      ip_acl: ['1.1.1.1/32', '2001:db8::/32'],
    })
  })

  it('Leave it empty to allow requests from any IP', async () => {
    const page = await pages.open({ customer })
    await createKey(page, 'Open', customer.password)
    await rowOf(page, 'Open').getByText('Any address').waitFor()
    const token = await tokenOf(String((await listed('Open'))['id']))
    const answer = await pages.rig.send('/customer', {
      headers: { Authorization: `Token ${token}`, 'CF-Connecting-IP': '198.51.100.77' },
    })
    expect(answer.status).toBe(200)
  })

  it('Click Create: you will be asked to re-enter your account password to confirm', async () => {
    const page = await pages.open({ customer })
    await openPanel(page)
    await fillKey(page, 'Confirmed')
    await submit(page)
    await enterPassword(page, 'not the password')
    await promptOf(page).getByText('This is not your account password').waitFor()
    expect(await listed('Confirmed')).toEqual({})
    await confirm(page, customer.password)
    await rowOf(page, 'Confirmed').waitFor()
  })

  it('The new key now appears in the list, at the top, marked, with a copy button for its token', async () => {
    const page = await pages.open({ customer })
    await createKey(page, 'Newest', customer.password)
    const first = page.getByRole('row').nth(1)
    await first.getByRole('rowheader', { name: 'Newest' }).waitFor()
    await first.getByText('New', { exact: true }).waitFor()
    await first.getByRole('button', { name: 'Copy the access token of Newest' }).click()
    await first.getByTitle('Copied to the clipboard').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(await tokenOf(String((await listed('Newest'))['id'])))
  })

  it('Access tokens are hidden by default and shown as ********', async () => {
    const own = await pages.rig.customer()
    await own.createKey()
    await own.createKey()
    const page = await pages.open({ customer: own })
    expect(await page.locator('.token code > [aria-hidden]').allTextContents()).toEqual([
      '********',
      '********',
    ])
    expect(await page.content()).not.toContain('cpk_')
  })

  it('To reveal a token, click the eye icon and confirm with your password; click again to hide it', async () => {
    const own = await pages.rig.customer()
    const { token } = await own.createKey({ application_name: 'Shown' })
    const page = await pages.open({ customer: own })
    await page.getByRole('button', { name: 'Show the access token of Shown' }).click()
    expect(await page.content()).not.toContain(token)
    await confirm(page, own.password)
    await rowOf(page, 'Shown').getByText(token).waitFor()
    await page.getByRole('button', { name: 'Hide the access token of Shown' }).click()
    await rowOf(page, 'Shown').getByText('********').waitFor()
    expect(await page.content()).not.toContain('cpk_')
  })

  it('Edit reopens the panel; click Save changes when you are done', async () => {
    const page = await pages.open({ customer })
    await createKey(page, 'Before', customer.password)
    await page.getByRole('button', { name: 'Edit Before' }).click()
    expect(await panelOf(page).getByLabel('Application name').inputValue()).toBe('Before')
    expect(await panelOf(page).getByRole('radio', { name: 'Server' }).isChecked()).toBe(true)
    await panelOf(page).getByLabel('Application name').fill('After')
    await addEntry(page, '192.0.2.0/24')
    await submit(page)
    await panelOf(page).waitFor({ state: 'detached' })
    await rowOf(page, 'After').getByText('192.0.2.0/24').waitFor()
    await page.getByText('The changes to After were saved.').waitFor()
    expect(await listed('After')).toMatchObject({ ip_acl: ['192.0.2.0/24'], platform: 'server' })
  })

  it('Delete (trash icon) permanently removes the key: any application using it will lose access', async () => {
    const { token } = await customer.createKey({ application_name: 'Doomed' })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Delete Doomed' }).click()
    const question = page.getByRole('dialog', { name: 'Delete Doomed?' })
    const text = (await question.textContent()) ?? ''
    expect(text).toContain('Doomed')
    expect(text).toContain('loses access immediately')
    expect(text).toContain('run on')
    await question.getByRole('button', { name: 'Cancel' }).click()
    await rowOf(page, 'Doomed').waitFor()
    await page.getByRole('button', { name: 'Delete Doomed' }).click()
    await question.getByRole('button', { name: 'Delete key' }).click()
    await rowOf(page, 'Doomed').waitFor({ state: 'detached' })
    const asked = pages.rig.upstream.received.length
    const answer = await pages.rig.send('/customer', { headers: { 'X-API-Key': token } })
    expect(answer.status).toBe(401)
    expect(pages.rig.upstream.received).toHaveLength(asked)
  })

  it('Check out the API documentation for integration details', async () => {
    const page = await pages.open({ customer })
    const link = page.getByRole('link', { name: 'API documentation' })
    expect(await link.getAttribute('href')).toBe(DOCS)
    expect(await link.getAttribute('rel')).toContain('noopener')
  })
})
