import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

it('smoke', async () => {
  const customer = await rig.customer()
  const { id, token } = await customer.createKey()
  const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '192.0.2.1' }
  const use = () => rig.send('/x', { headers })
  const times: number[] = []
  for (let i = 0; i < 20; i++) {
    const t = performance.now()
    expect((await use()).status).toBe(200)
    times.push(Math.round((performance.now() - t) * 10) / 10)
  }
  console.log(times.join(' '))
  let t = performance.now()
  const renamed = await customer.call('PATCH', `/keys/${id}`, { application_name: 'Other' })
  console.log('rename', performance.now() - t, renamed.json)
  t = performance.now()
  const edited = await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
  console.log('edit', performance.now() - t, edited.status)
  console.log((await use()).json)
  for (let i = 0; i < 5; i++) await use()
  t = performance.now()
  const gone = await customer.call('DELETE', `/keys/${id}`)
  console.log('delete', performance.now() - t, gone.json)
  console.log((await use()).json)
  console.log(rig.logs.filter((l) => l.includes('fault')).join('\n'))
})
