// An answer that does not come: however a new key is sent again, it is one key, and the one that was meant.

import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  confirm,
  enterPassword,
  fillKey,
  holdAnswer,
  openPanel,
  panelOf,
  promptOf,
  rowOf,
  submit,
} from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('a lost answer', () => {
  const pages = usePages()
  let customer: Customer
  beforeEach(async () => {
    customer = await pages.rig.customer()
  })

  async function openFilled(name: string): Promise<Page> {
    const page = await pages.open({ customer })
    await openPanel(page)
    await fillKey(page, name)
    return page
  }

  async function names(): Promise<unknown[]> {
    const { json } = await customer.call('GET', '/keys')
    return (json['keys'] as Record<string, unknown>[]).map((key) => key['application_name'])
  }

  it('makes no second key when the request is repeated', async () => {
    const page = await openFilled('Once')
    await submit(page)
    await loseAnswer(page)
    await enterPassword(page, customer.password)
    await promptOf(page).getByText('The gateway did not answer').waitFor()
    expect(await names()).toEqual(['Once'])
    await promptOf(page).getByRole('button', { name: 'Create key' }).click()
    await rowOf(page, 'Once').waitFor()
    expect(await names()).toEqual(['Once'])
  })

  it.each<[string, (page: Page) => Promise<unknown>, string[]]>([
    ['no other key', async () => undefined, []],
    [
      'a newer key from elsewhere',
      () => customer.createKey({ application_name: 'Theirs' }),
      ['Theirs'],
    ],
    ['the list read again', readListAgain, []],
  ])('and other details since, and %s: the key that was made is edited', async (_, act, others) => {
    const page = await openFilled('First try')
    await loseAnswer(page)
    await attemptInVain(page)
    await act(page)
    await fillKey(page, 'Second try')
    await submit(page)
    await expectMade(page, 'Second try')
    expect(await names()).toEqual([...others, 'Second try'])
  })

  it('after an attempt that did not arrive: the key is that of the second', async () => {
    const page = await openFilled('First try')
    await page.route('**/api/v1/keys', (route) => route.abort(), { times: 1 })
    await attemptInVain(page)
    await fillKey(page, 'Second try')
    await loseAnswer(page)
    await attemptInVain(page)
    await fillKey(page, 'Third try')
    await submit(page)
    await expectMade(page, 'Third try')
    expect(await names()).toEqual(['Third try'])
  })

  /** The request of the next create arrives, and its answer does not. */
  async function loseAnswer(page: Page) {
    await page.route(
      '**/api/v1/keys',
      async (route) => {
        await route.fetch()
        await route.abort('connectionreset')
      },
      { times: 1 },
    )
  }

  /** Sends a new key, and closes the prompt that gets no answer. */
  async function attemptInVain(page: Page) {
    await submit(page)
    await enterPassword(page, customer.password)
    await promptOf(page).getByText('The gateway did not answer').waitFor()
    await page.keyboard.press('Escape')
  }

  async function readListAgain(page: Page) {
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await page.locator('tbody bdi').getByText('First try').waitFor()
  }

  /** Confirms, and saves what was typed over the key that is there already. */
  async function expectMade(page: Page, name: string) {
    await confirm(page, customer.password)
    await panelOf(page).getByText('An earlier attempt had already created this key').waitFor()
    await panelOf(page).getByRole('button', { name: 'Save changes' }).click()
    await rowOf(page, name).waitFor()
  }

  it('that is still to come keeps the prompt: nothing is typed that would be lost', async () => {
    const page = await openFilled('On its way')
    await submit(page)
    const letGo = await holdAnswer(page, '**/api/v1/keys')
    await enterPassword(page, customer.password)
    const cancel = promptOf(page).getByRole('button', { name: 'Cancel' })
    await expect.poll(() => cancel.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('Escape')
    await cancel.click({ force: true })
    expect(await promptOf(page).isVisible()).toBe(true)
    await letGo()
    await rowOf(page, 'On its way').waitFor()
  })
})
