import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
})
afterAll(() => rig.stop())

interface Fault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
  readonly suggestion?: string | readonly string[]
}

async function faultsOf(body: unknown, path = '/keys', method = 'POST'): Promise<Fault[]> {
  const answer = await customer.call(method, path, body)
  expect(answer.status, answer.text).toBe(422)
  expect(answer.json).toMatchObject({ code: 'validation_failed' })
  return answer.json['errors'] as Fault[]
}

function newKey(input: Record<string, unknown>) {
  const { password } = customer
  return { application_name: 'My app', platform: 'server', password, ...input }
}

describe('a body that breaks rules', () => {
  it('gets all its faults at once', async () => {
    const faults = await faultsOf({
      application_name: ' ',
      application_website: 'example.com',
      platform: 'fridge',
      ip_acl: ['1.1.1.1', '10.0.0.1/8', 'x', 7],
      'a/b~c': 1,
    })
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/application_name',
      '/application_website',
      '/a~1b~0c',
      '/ip_acl/0',
      '/ip_acl/1',
      '/ip_acl/2',
      '/ip_acl/3',
      '/password',
      '/platform',
    ])
    for (const { code, detail } of faults) {
      expect(code).toMatch(/^[a-z_]+$/)
      expect(detail.length).toBeGreaterThan(10)
    }
  })

  it.each([
    ['an empty name', { application_name: '' }, '/application_name'],
    ['101 characters', { application_name: 'é'.repeat(101) }, '/application_name'],
    ['a name that is no text', { application_name: 5 }, '/application_name'],
    ['a lone surrogate', { application_name: 'a\ud800' }, '/application_name'],
    ['a name that reads backwards', { application_name: '\u202egnp.exe' }, '/application_name'],
    ['a name that nobody sees', { application_name: '\u200b\u200b' }, '/application_name'],
    ['a name of two lines', { application_name: 'a\nb' }, '/application_name'],
    [
      'a URL that reads backwards',
      { application_website: 'https://a.b/\u202ec' },
      '/application_website',
    ],
    ['no absolute URL', { application_website: '/path' }, '/application_website'],
    ['another scheme', { application_website: 'javascript:alert(1)' }, '/application_website'],
    ['a URL without host', { application_website: 'https://' }, '/application_website'],
    ['a URL with a space', { application_website: 'https://a.b/c d' }, '/application_website'],
    [
      'a long URL',
      { application_website: `https://a.b/${'x'.repeat(2_040)}` },
      '/application_website',
    ],
    ['an unknown platform', { platform: 'Web' }, '/platform'],
    ['a missing platform', { platform: undefined }, '/platform'],
    ['an ACL that is no list', { ip_acl: '1.1.1.1/32' }, '/ip_acl'],
    ['an ACL that is null', { ip_acl: null }, '/ip_acl'],
    ['a list too long', { ip_acl: Array.from({ length: 1_001 }, () => '10.0.0.0/8') }, '/ip_acl'],
    ['a missing password', { password: undefined }, '/password'],
    ['an unknown member', { access_token: 'cpk_' }, '/access_token'],
  ])('is refused: %s', async (_, input, pointer) => {
    const faults = await faultsOf(newKey(input))
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer])
  })

  it.each([
    ['an array', []],
    ['a text', 'text'],
    ['a number', 1],
    ['null', null],
  ])('is refused at "" when it is %s', async (_, body) => {
    const faults = await faultsOf(body)
    expect(faults.map(({ pointer }) => pointer)).toEqual([''])
  })

  it('is refused for a member called __proto__', async () => {
    const body = `{"application_name":"x","platform":"web","password":"x","__proto__":{"a":1}}`
    const answer = await rig.send('/admin/api/v1/keys', {
      method: 'POST',
      headers: { Cookie: customer.cookie, 'Content-Type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({ errors: [{ pointer: '/__proto__' }] })
  })

  it('is refused on PATCH by the same rules', async () => {
    const { id } = await customer.createKey()
    const faults = await faultsOf({ platform: 'x', id: 'y' }, `/keys/${id}`, 'PATCH')
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/platform', '/id'])
  })
})

describe('an ACL entry', () => {
  it.each([
    ['1.1.1.1', '1.1.1.1/32'],
    ['2001:DB8::1', '2001:db8::1/128'],
    ['::ffff:1.1.1.1', '1.1.1.1/32'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['10.1.*.*', '10.1.0.0/16'],
    ['10.0.0.0 255.0.0.0', '10.0.0.0/8'],
    ['10.0.0.0-10.0.0.255', '10.0.0.0/24'],
    ['１０.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.0/8.', '10.0.0.0/8'],
  ])('%s is refused, with %s as the suggestion', async (entry, suggestion) => {
    const [fault, ...others] = await faultsOf(newKey({ ip_acl: ['10.0.0.0/8', entry] }))
    expect(others).toEqual([])
    expect(fault).toMatchObject({ pointer: '/ip_acl/1', suggestion })
    expect(fault?.detail).toContain(suggestion)
  })

  it('is refused, with several networks as the suggestion', async () => {
    const faults = await faultsOf(newKey({ ip_acl: ['10.0.0.1-10.0.0.3'] }))
    const suggestion = ['10.0.0.1/32', '10.0.0.2/31']
    expect(faults).toMatchObject([{ pointer: '/ip_acl/0', code: 'cidr_malformed', suggestion }])
  })

  it.each([
    ['["192.0.2.0/24","198.51.100.0/24"]', ['192.0.2.0/24', '198.51.100.0/24']],
    ['203.0.113.0\t255.255.255.0\tHQ', '203.0.113.0/24'],
    ['deny 192.0.2.0/24;\nallow 203.0.113.0/24;', '203.0.113.0/24'],
    ['deny 192.0.2.0/24;', undefined],
    ['# 192.0.2.1 old office', undefined],
    ['!192.0.2.1', undefined],
    ['203.0.113.0 255.255.255.0 203.0.113.1', undefined],
  ])('%j is refused, and what it denies is not suggested', async (entry, suggestion) => {
    const [fault] = await faultsOf(newKey({ ip_acl: [entry] }))
    expect(fault).toMatchObject({ pointer: '/ip_acl/0', code: 'cidr_malformed' })
    expect(fault?.suggestion).toEqual(suggestion)
  })

  it.each([
    ['of 60 kB', ['allow 10.0.0.1, '.repeat(3_750)]],
    ['of 60 kB without a separator', ['1.'.repeat(30_000)]],
    ['of 15 kB, four of them', Array.from({ length: 4 }, () => 'deny x '.repeat(2_100))],
    [
      'of 40 bytes, a thousand of them',
      Array.from({ length: 1_000 }, (_, i) => `- x${i}=\u202e'"[`.padEnd(40)),
    ],
  ])('%s has an answer that is shorter than the body', async (_, ip_acl) => {
    const body = newKey({ ip_acl })
    const faults = await faultsOf(body)
    expect(faults[0]?.pointer).toBe('/ip_acl/0')
    expect(JSON.stringify(faults).length).toBeLessThan(JSON.stringify(body).length)
  })

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0.0/8/8',
    '010.0.0.0/8',
    '0x0a.0.0.0/8',
    '10.0/16',
    '167772160/8',
    '256.0.0.0/8',
    'fe80::1%eth0/128',
    '2001:db8::/129',
    '2001:db8:::/32',
    '12345::/16',
    '1.1.1.1 /32',
    '１０.0.0.0/8',
    'example.com/32',
    '2a06:98c0:3600::103/128',
    '2a06:98c0:3600::103',
  ])('%j is refused', async (entry) => {
    const faults = await faultsOf(newKey({ ip_acl: [entry] }))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ pointer: '/ip_acl/0' })
  })

  it('may be there a thousand times, and works', async () => {
    const acl = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    const { token } = await customer.createKey({ ip_acl: acl })
    const from = (address: string) =>
      rig.send('/x', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': address } })
    expect((await from('10.3.231.9')).status).toBe(200)
    expect((await from('10.3.232.9')).json).toMatchObject({ code: 'ip_denied' })
  })

  it('of any family is matched by its family alone', async () => {
    const { token } = await customer.createKey({ ip_acl: ['::/0'] })
    const from = (address: string) =>
      rig.send('/x', { headers: { 'X-API-Key': token, 'CF-Connecting-IP': address } })
    expect((await from('2001:db8::1')).status).toBe(200)
    expect((await from('192.0.2.1')).json).toMatchObject({ code: 'ip_denied' })
    expect((await from('::ffff:192.0.2.1')).json).toMatchObject({ code: 'ip_denied' })
    expect((await from('2a06:98c0:3600::103')).json).toMatchObject({ code: 'ip_denied' })
  })
})

describe('100 characters', () => {
  it('are counted as Unicode code points, after trimming', async () => {
    const name = '😀'.repeat(100)
    const answer = await customer.call('POST', '/keys', newKey({ application_name: ` ${name}\n` }))
    expect(answer.status).toBe(201)
    expect(answer.json['application_name']).toBe(name)
  })
})

describe('a name from before the rules', () => {
  it('stays, is listed, and does not keep its key from being edited and deleted', async () => {
    const { id } = await customer.createKey()
    const name = '\u202egnp.exe'
    const client = createClient({ url: rig.libsqlUrl })
    await client.execute({
      sql: 'UPDATE api_keys SET application_name = ? WHERE id = ?',
      args: [name, id],
    })
    const path = `/keys/${id}`
    expect((await customer.call('GET', path)).json).toMatchObject({ application_name: name })
    const edit = await customer.call('PATCH', path, { platform: 'web', ip_acl: ['192.0.2.0/24'] })
    expect(edit.status).toBe(200)
    expect(edit.json).toMatchObject({ application_name: name, platform: 'web' })
    const list = await customer.call('GET', '/keys')
    expect(list.json['keys']).toContainEqual(expect.objectContaining({ application_name: name }))
    expect((await customer.call('DELETE', path)).status).toBe(200)

    await client.execute({
      sql: 'UPDATE accounts SET name = ? WHERE id = ?',
      args: [name, customer.id],
    })
    client.close()
    expect((await customer.call('GET', '/session')).json).toMatchObject({ account: { name } })
    const edited = await rig.operator('PATCH', `/accounts/${customer.id}`, { status: 'active' })
    expect(edited.json).toMatchObject({ name, status: 'active' })
  })
})
