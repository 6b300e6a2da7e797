// The list: many keys, search, order, times, code to copy.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import { addButton, confirm, createKey, noticeOf, rowOf } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the list of keys', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
    await customer.createKey({
      application_name: 'beta',
      application_website: 'https://shop.example.com/x',
      platform: 'mobile',
      ip_acl: ['198.51.100.0/24'],
    })
    await customer.createKey({ application_name: 'Alpha 10', platform: 'web' })
    await customer.createKey({ application_name: 'alpha 9', platform: 'desktop' })
  })

  async function names(page: Page): Promise<string[]> {
    return await page.locator('tbody .name bdi').allTextContents()
  }

  it('shows application name, website, platform, IP ACL and created; updated in the view of the key', async () => {
    const page = await pages.open({ customer })
    const row = rowOf(page, 'beta')
    await row.getByRole('link', { name: 'shop.example.com/x' }).waitFor()
    await row.getByRole('rowheader', { name: 'Mobile' }).waitFor()
    await row.getByText('198.51.100.0/24').waitFor()
    await row.getByRole('cell', { name: 'Never used' }).waitFor()
    expect(await row.locator('time').count()).toBe(1)
    expect(await page.getByRole('columnheader').allTextContents()).toEqual([
      'Application ',
      'Access token',
      'IP ACL',
      'Last used ',
      'Created ',
      'Actions',
    ])
    await row.getByRole('link', { name: 'beta' }).click()
    await page.getByRole('heading', { name: 'beta' }).waitFor()
    expect(await page.locator('dl time').count()).toBe(2)
    await page.locator('dt').getByText('Updated').waitFor()
  })

  it('leaves a name room at each width of a table', async () => {
    const page = await pages.open({ customer })
    const column = page.getByRole('columnheader', { name: 'Application' })
    for (const width of [1_001, 1_024, 1_240, 1_241, 1_242, 1_280, 1_366, 1_440, 1_920]) {
      await page.setViewportSize({ width, height: 900 })
      const box = await column.boundingBox()
      expect(box?.width, `${width} px`).toBeGreaterThanOrEqual(180)
    }
  })

  it('gives a key one row of two short lines', async () => {
    const page = await pages.open({ customer, viewport: { width: 1_280, height: 900 } })
    const box = await rowOf(page, 'beta').boundingBox()
    expect(box?.height).toBeLessThanOrEqual(56)
    await page.getByRole('button', { name: 'Show the access token of beta' }).click()
    await confirm(page, customer.password)
    const token = await rowOf(page, 'beta').getByText(/^cpk_/).boundingBox()
    expect(token?.height).toBeLessThanOrEqual(28)
  })

  it('prints the list over the whole page, without what is to be clicked', async () => {
    const page = await pages.open({ customer, viewport: { width: 1_280, height: 900 } })
    await page.emulateMedia({ media: 'print' })
    const box = await page.getByRole('table').boundingBox()
    expect(box?.width).toBeGreaterThan(1_200)
    expect(await page.getByRole('button').count()).toBe(3) // the heads of the columns, which sort on a screen
    expect(await page.getByRole('navigation').count()).toBe(0)
  })

  it('tells when a key was last used, and what was refused; a filter finds the unused ones', async () => {
    const own = await pages.rig.customer()
    const used = await own.createKey({ application_name: 'Used', ip_acl: ['9.9.9.0/24'] })
    await own.createKey({ application_name: 'Idle' })
    const from = (address: string) =>
      pages.rig.send('/x', { headers: { 'X-API-Key': used.token, 'CF-Connecting-IP': address } })
    expect((await from('9.9.9.9')).status).toBe(200)
    expect((await from('8.8.4.4')).status).toBe(403)
    const usage = async () =>
      (await own.call('GET', '/keys?include=usage')).json['keys'] as { usage: object }[]
    const counts = { allowed_24h: 1, refused_24h: 1 }
    await expect
      .poll(async () => (await usage()).map((key) => key.usage))
      .toContainEqual(expect.objectContaining(counts))
    const page = await pages.open({ customer: own })
    const row = rowOf(page, 'Used')
    await row.getByText('just now').waitFor()
    await row.getByText('1 in 24 h').waitFor()
    expect(
      await row.getByRole('cell', { name: 'just now' }).locator('time').getAttribute('title'),
    ).toContain('from 9.9.9.9')
    await row.getByRole('link', { name: '1 refused' }).waitFor()
    await rowOf(page, 'Idle').getByText('Never used').waitFor()
    await page.getByRole('button', { name: 'Last used' }).click()
    expect(await names(page)).toEqual(['Used', 'Idle'])
    await page.getByLabel('Show', { exact: true }).selectOption('Not used for 90 days')
    expect(await names(page)).toEqual(['Idle'])
  })

  it('says so where it is not known when a key was last used', async () => {
    const page = await pages.open()
    await page.route('**/keys?*', async (route) => {
      const response = await route.fetch()
      const { keys, ...rest } = (await response.json()) as { keys: object[] }
      const json = { ...rest, keys: keys.map((key) => ({ ...key, usage: null })) }
      await route.fulfill({ response, json })
    })
    const [name = '', value = ''] = customer.cookie.split('=', 2)
    await page.context().addCookies([{ name, value, url: pages.rig.url }])
    await page.reload()
    await rowOf(page, 'beta').getByText('Last use unknown').waitFor()
    await page.getByLabel('Show', { exact: true }).selectOption('Not used for 90 days')
    await page.getByText('No keys match these filters.').waitFor()
  })

  it.each([
    ['BETA', ['beta']],
    ['shop.example', ['beta']],
    ['desktop', ['alpha 9']],
    ['198.51', ['beta']],
    ['alpha web', ['Alpha 10']],
    ['', ['alpha 9', 'Alpha 10', 'beta']],
  ])('is searched as one types (%j)', async (query, found) => {
    const page = await pages.open({ customer })
    await page.getByLabel('Search').fill(query)
    expect(await names(page)).toEqual(found)
    const count = query === '' ? '3 keys' : '1 of 3 keys'
    await page.getByText(count, { exact: true }).waitFor()
  })

  it('says when nothing is found, and how to see all again', async () => {
    const page = await pages.open({ customer })
    await page.getByLabel('Search').fill('gamma')
    await page.getByText('No keys match “gamma”.').waitFor()
    await page.getByRole('button', { name: 'Clear the search' }).click()
    expect(await names(page)).toHaveLength(3)
  })

  it('is newest first, and sorted by a click on the head of a column', async () => {
    const page = await pages.open({ customer })
    expect(await names(page)).toEqual(['alpha 9', 'Alpha 10', 'beta'])
    const head = page.getByRole('columnheader', { name: 'Application' })
    await head.getByRole('button').click()
    expect(await names(page)).toEqual(['alpha 9', 'Alpha 10', 'beta'])
    expect(await head.getAttribute('aria-sort')).toBe('ascending')
    await head.getByRole('button').click()
    expect(await names(page)).toEqual(['beta', 'Alpha 10', 'alpha 9'])
    expect(await head.getAttribute('aria-sort')).toBe('descending')
    await page.getByRole('button', { name: 'Created' }).click()
    expect(await names(page)).toEqual(['alpha 9', 'Alpha 10', 'beta'])
  })

  it('is sorted on narrow screens, too', async () => {
    const page = await pages.open({ customer, viewport: { width: 320, height: 640 } })
    await page.getByLabel('Sort by').selectOption('Application')
    expect(await names(page)).toEqual(['alpha 9', 'Alpha 10', 'beta'])
  })

  it("shows times in the reader's zone, exact on hover", async () => {
    const { json } = await customer.call('GET', '/keys')
    const [newest] = json['keys'] as { created_at: string }[]
    const time = new Date(newest?.created_at ?? '')
    const zone = { timeZone: 'Asia/Kathmandu' } as const
    const page = await pages.open({ customer, timezoneId: zone.timeZone })
    const shown = rowOf(page, 'alpha 9').locator('time').first()
    expect(await shown.getAttribute('datetime')).toBe(newest?.created_at)
    const [day, exact] = [
      time.toLocaleDateString('en-GB', { ...zone, dateStyle: 'medium' }),
      time.toLocaleTimeString('en-GB', { ...zone, timeStyle: 'medium' }),
    ]
    expect(await shown.textContent()).toBe(day)
    expect(await shown.getAttribute('title')).toContain(`${exact} GMT+5:45`)
  })

  it('shows 100 keys at once, without a flash and without a shift', async () => {
    const many = await pages.rig.customer()
    await insertKeys(pages.rig.libsqlUrl, many.id, 100)
    const page = await pages.open({ customer: many })
    await page.getByText('100 keys').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(100)
    const kept = await page.evaluate(async () => {
      const before = [...document.querySelectorAll('tbody tr')]
      window.dispatchEvent(new Event('online')) // the list is read again
      await new Promise<void>((resolve) => {
        new PerformanceObserver((list, observer) => {
          if (!list.getEntries().some(({ name }) => name.includes('/keys?'))) return
          observer.disconnect()
          requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
        }).observe({ type: 'resource' })
      })
      const after = [...document.querySelectorAll('tbody tr')]
      return after.length === 100 && after.every((row, i) => row === before[i])
    })
    expect(kept).toBe(true)
  })

  it('does not move when a token is shown', async () => {
    const page = await pages.open({ customer })
    const places = () =>
      page
        .locator('thead th')
        .evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().left))
    const before = await places()
    await page.getByRole('button', { name: 'Show the access token of beta' }).click()
    await confirm(page, customer.password)
    await rowOf(page, 'beta').getByText(/^cpk_/).waitFor()
    expect(await places()).toEqual(before)
  })

  it('loses a key that was deleted elsewhere when its token is asked for, and says so', async () => {
    const { id } = await customer.createKey({ application_name: 'Gone' })
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Show the access token of Gone' }).click()
    await customer.call('DELETE', `/keys/${id}`)
    await confirm(page, customer.password)
    await noticeOf(page, 'This key no longer exists').waitFor()
    await rowOf(page, 'Gone').waitFor({ state: 'detached' })
  })

  it('says of a list that is not found that the page is to be loaded again', async () => {
    const page = await pages.open({ customer })
    await page.route(/\/api\/v1\/keys\?/, (route) =>
      route.fulfill({ status: 404, json: { code: 'not_found', detail: 'There is no such route' } }),
    )
    await page.reload()
    const notice = noticeOf(page, 'The API keys could not be loaded.')
    await notice.getByText('The gateway does not know what this page asks for').waitFor()
  })

  it('offers no further key to an account that has all that it may have, and says why', async () => {
    const full = await pages.rig.customer()
    await full.createKey({ application_name: 'First' })
    await pages.rig.operator('PATCH', `/accounts/${full.id}`, { key_limit: 2 })
    const page = await pages.open({ customer: full })
    await createKey(page, 'Second', full.password)
    await expect.poll(() => addButton(page).isDisabled()).toBe(true)
    const reason = await addButton(page).getAttribute('aria-describedby')
    await page.locator(`#${reason}`, { hasText: 'all 2 API keys that it may have' }).waitFor()
    await page.getByRole('button', { name: 'Delete First' }).click()
    await page.getByRole('button', { name: 'Delete key' }).click()
    await expect.poll(() => addButton(page).isDisabled()).toBe(false)
  })

  it('teaches an account without keys, with a curl line ready to paste', async () => {
    const page = await pages.open({ customer: await pages.rig.customer() })
    await page.getByText('Create your first key').waitFor()
    await page.getByRole('button', { name: 'Copy' }).click()
    const line = await page.evaluate(() => navigator.clipboard.readText())
    expect(line).toBe(`curl -H 'Authorization: Token YOUR_ACCESS_TOKEN' ${pages.rig.url}/customer`)
  })

  it.each([
    ['curl', 'sh', '-c'],
    ['JavaScript', process.execPath, '--input-type=module', '-e'],
    ['Python', 'python3', '-c'],
    ['PHP', 'php', '-r'],
  ])('copies %s code that runs as it is', async (language, ...command) => {
    const page = await pages.open({ customer })
    await page.getByRole('button', { name: 'Code examples for Alpha 10' }).click()
    const dialog = page.getByRole('dialog', { name: 'Code examples for Alpha 10' })
    await dialog.getByRole('radio', { name: language }).check()
    expect(await dialog.locator('pre').textContent()).toContain('YOUR_ACCESS_TOKEN')
    await dialog.getByRole('button', { name: 'Copy with the token' }).click()
    await confirm(page, customer.password)
    await dialog.getByTitle('Copied to the clipboard').waitFor()
    const code = await page.evaluate(() => navigator.clipboard.readText())
    expect(await page.content()).not.toContain('cpk_')
    await runs(language, code, command)
  })

  /** Runs the code where the language is installed; the upstream must get the request. */
  async function runs(language: string, code: string, [program = '', ...args]: string[]) {
    pages.rig.upstream.reset()
    const source = language === 'PHP' ? code.replace('<?php', '') : code
    try {
      await promisify(execFile)(program, [...args, source])
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    expect(pages.rig.upstream.received.map(({ url }) => url)).toEqual(['/customer'])
  }
})
