// A change that is recorded and not yet enforced: shown until it is, and never shown as done before.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { type PageRig, startPageRig } from '../support/page-rig.ts'
import { addEntry, panelOf, rowOf, submit } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('a change that is still being enforced', () => {
  let pages: PageRig
  let customer: Customer
  beforeAll(async () => {
    // A change is enforced once its authority knows, and the way to the authority can fail.
    pages = await startPageRig({ gateways: {} })
  })
  afterEach(async () => {
    await pages.rig.authorities({ fault: 'none' })
    await pages.closeAll()
  })
  afterAll(() => pages.stop())

  async function openWith(name: string) {
    customer = await pages.rig.customer()
    await customer.createKey({ application_name: name })
    return await pages.open({ customer })
  }

  it('is shown at its key until it is enforced', async () => {
    const page = await openWith('Slow')
    await page.getByRole('button', { name: 'Edit Slow' }).click()
    await panelOf(page).getByLabel('Application name').fill('Slower')
    await addEntry(page, '192.0.2.0/24')
    await pages.rig.authorities({ fault: 'unreachable' })
    await submit(page)
    await rowOf(page, 'Slower').getByText('Applying…').waitFor()
    await page.getByText('The changes to Slower are recorded and being enforced').waitFor()
    await page.reload()
    await rowOf(page, 'Slower').getByText('Applying…').waitFor()
    await pages.rig.authorities({ fault: 'none' })
    await pages.rig.worker.runCron()
    await page.getByText('The changes to Slower are enforced now.').waitFor()
    await rowOf(page, 'Slower').getByText('Applying…').waitFor({ state: 'detached' })
  })

  it('keeps a key that is deleted on the page until nobody gets in with it', async () => {
    const page = await openWith('Leaving')
    await page.getByRole('button', { name: 'Delete Leaving' }).click()
    await pages.rig.authorities({ fault: 'unreachable' })
    await page.getByRole('button', { name: 'Delete key' }).click()
    await rowOf(page, 'Leaving').getByText('Deleting…').waitFor()
    // Nothing is painted as a success before it is one.
    await page.locator('.notice.warning').filter({ hasText: 'The deletion of Leaving' }).waitFor()
    expect(await page.locator('.notice.success').count()).toBe(0)
    await page.getByText('The deletion of Leaving is recorded and being enforced').waitFor()
    await pages.rig.authorities({ fault: 'none' })
    await page.getByText('The key of Leaving was deleted.').waitFor()
    await rowOf(page, 'Leaving').waitFor({ state: 'detached' })
  })

  it('is not an edit of the name alone, which holds at once', async () => {
    const page = await openWith('Plain')
    await page.getByRole('button', { name: 'Edit Plain' }).click()
    await panelOf(page).getByLabel('Application name').fill('Plainer')
    await pages.rig.authorities({ fault: 'unreachable' })
    await submit(page)
    await page.getByText('The changes to Plainer were saved.').waitFor()
    expect(await rowOf(page, 'Plainer').getByText('Applying…').count()).toBe(0)
  })
})
