// A change that is recorded and not yet enforced: shown until it is, and never shown as done before.

import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser, type PageRig, startPageRig } from '../support/page-rig.ts'
import { panelOf, rowOf, submit } from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('a change that is still being enforced', () => {
  let pages: PageRig
  let customer: Customer
  beforeAll(async () => {
    // Under `bounded`, a change is enforced once KV has it; so KV can hold it up.
    pages = await startPageRig({ simulatedStores: true, variables: { CONSISTENCY: 'bounded' } })
  })
  afterEach(async () => {
    await pages.rig.stores({ fault: 'none' })
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
    await pages.rig.stores({ fault: 'throw on put' })
    await submit(page)
    await rowOf(page, 'Slower').getByText('Being enforced…').waitFor()
    await page.getByText('The changes to Slower are recorded and being enforced').first().waitFor()
    await page.reload()
    await rowOf(page, 'Slower').getByText('Being enforced…').waitFor()
    await pages.rig.stores({ fault: 'none' })
    await pages.rig.worker.runCron()
    await page.getByText('The changes to Slower are enforced now.').first().waitFor()
    await rowOf(page, 'Slower').getByText('Being enforced…').waitFor({ state: 'detached' })
  })

  it('keeps a key that is deleted on the page until nobody gets in with it', async () => {
    const page = await openWith('Leaving')
    await page.getByRole('button', { name: 'Delete Leaving' }).click()
    await pages.rig.stores({ fault: 'throw on put' })
    await page.getByRole('button', { name: 'Delete key' }).click()
    await rowOf(page, 'Leaving').getByText('Deleting…').waitFor()
    await page.getByText('The deletion of Leaving is recorded and being enforced').first().waitFor()
    await pages.rig.stores({ fault: 'none' })
    await page.getByText('The key of Leaving was deleted.').first().waitFor()
    await rowOf(page, 'Leaving').waitFor({ state: 'detached' })
  })

  it('says by when a change holds everywhere, where the answer is an estimate', async () => {
    const page = await openWith('Estimated')
    await page.getByRole('button', { name: 'Delete Estimated' }).click()
    await page.getByRole('button', { name: 'Delete key' }).click()
    await page
      .getByText(/was deleted\. This holds everywhere by about \d\d:\d\d:\d\d\./)
      .first()
      .waitFor()
  })
})
