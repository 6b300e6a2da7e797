// What an owner sees of a key while the gateway only watches (ENFORCEMENT=shadow).

import { describe, expect, it } from 'vitest'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'

describe.skipIf(missingBrowser !== null)('a key in shadow', () => {
  const pages = usePages({ variables: { ENFORCEMENT: 'shadow' } })

  it('says who would be refused, and why, and how often', async () => {
    const customer = await pages.rig.customer()
    const input = { application_name: 'Fenced', ip_acl: ['198.51.100.0/24'] }
    const { id, token } = await customer.createKey(input)
    const call = async (address: string) =>
      await pages.rig.send('/x', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': address } })
    expect((await call('203.0.113.7')).status).toBe(200)
    await call('203.0.113.7')
    await call('198.51.100.1')
    const read = async () => (await customer.call('GET', `/keys/${id}/shadow`)).json
    await expect.poll(read).toMatchObject({ differences: [{ count: 2 }] })
    const page = await pages.open({ customer })
    await page.goto(`${pages.url}keys/${id}`)
    const list = page.getByRole('list', { name: 'Would be refused' })
    await list.getByText('would be refused from 203.0.113.7').waitFor()
    await list.getByText(/^not on its IP ACL: 2 requests, the last \d\d:\d\d$/).waitFor()
    expect(await list.getByRole('listitem').count()).toBe(1)
    const denials = async () => (await customer.call('GET', `/keys/${id}/denials`)).json['denials']
    await expect.poll(denials).toMatchObject([{ enforced: false }])
    await page.reload()
    const addresses = page.getByRole('list', { name: 'Addresses in the last 24 hours' })
    const outside = addresses.getByRole('listitem').filter({ hasText: '203.0.113.7' })
    await outside.getByText('not on the IP ACL').waitFor()
  })

  it('says nothing where nobody would be', async () => {
    const customer = await pages.rig.customer()
    const { id } = await customer.createKey({ application_name: 'Open' })
    const page = await pages.open({ customer })
    await page.goto(`${pages.url}keys/${id}`)
    await page.getByRole('heading', { name: 'Who may use it' }).waitFor()
    expect(await page.getByText('Would be refused').count()).toBe(0)
  })
})
