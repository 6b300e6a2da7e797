// What the admin API does with bodies that are meant to cost much, or to say two things.

import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../../src/admin/openapi/document.ts'
import type { Customer } from '../../harness/customer.ts'
import type { OpenApi } from '../../harness/described.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
})
afterAll(() => rig.stop())

const LIMIT = 64 * 1024
const API = '/admin/api/v1'
/** Calls that take a body from anybody. */
const STRANGERS = Object.entries((openApiDocument() as OpenApi).paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, operation]) => operation.security.length === 0)
    .filter(([, operation]) => operation.requestBody !== undefined)
    .map(([method]) => [method.toUpperCase(), path] as const),
)

async function sendBody(
  method: string,
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const length = String(Buffer.byteLength(body))
  return await rig.send(API + path, {
    method,
    headers: { 'Content-Type': 'application/json', 'Content-Length': length, ...headers },
    body,
  })
}

const asCustomer = (method: string, path: string, body: string | Buffer) =>
  sendBody(method, path, body, { Cookie: customer.cookie })

describe('an answer to a stranger', () => {
  it('is sent by the log-in, at least', () => {
    expect(STRANGERS).toContainEqual(['POST', '/session'])
  })

  const bodies = {
    'short unknown members': (size: number) => unknownMembers(size, () => ''),
    'long unknown members': (size: number) => unknownMembers(size, (i) => `${i}`.padEnd(80, 'x')),
    'names that RFC 6901 escapes': (size: number) => unknownMembers(size, () => '~/~/'),
    'names beyond ASCII': (size: number) => unknownMembers(size, () => 'äß€🔑'),
    'a member that is a long list': (size: number) => `{"email":[${'0,'.repeat(size / 2 - 8)}0]}`,
    'one long name': (size: number) => `{"${'n'.repeat(size - 7)}":0}`,
    'a member given twice': (size: number) =>
      `{"${'n'.repeat(size / 3)}":0}`.replace(/^{(.*)}$/, '{$1,$1}'),
    'no JSON': (size: number) => '['.repeat(size),
  }

  it.each(
    STRANGERS.flatMap(([method, path]) =>
      Object.entries(bodies).map(([name, body]) => [method, path, name, body] as const),
    ),
  )('%s %s: has ten times the bytes of the body at most, for %s', async (method, path, _, body) => {
    for (const size of [40, 100, 200, 500, 2_000, 10_000, 65_000]) {
      const sent = body(size)
      const answer = await sendBody(method, path, sent)
      expect([400, 422], answer.text).toContain(answer.status)
      expect(answer.body.length).toBeLessThan(Math.max(1_200, 10 * Buffer.byteLength(sent)))
    }
  })

  it('lists 50 faults, and says how many more there are', async () => {
    const sent = unknownMembers(LIMIT - 100, () => 'name')
    const count = Object.keys(JSON.parse(sent) as object).length
    const answer = await sendBody('POST', '/session', sent)
    expect(answer.status).toBe(422)
    const faults = answer.json['errors'] as Record<string, string>[]
    expect(faults).toHaveLength(51)
    expect(faults.slice(0, 2).map(({ pointer }) => pointer)).toEqual(['/email', '/password'])
    expect(faults.at(-1)).toEqual({
      pointer: '',
      code: 'too_many_faults',
      detail: `${count + 2 - 50} more faults are not listed`,
    })
  })

  it.each([
    ['{}', ['/email', '/password']],
    ['{"email":1,"pass":""}', ['/email', '/password', '/pass']],
    [
      '{"mail":"a","pass":"b","remember":true}',
      ['/email', '/password', '/mail', '/pass', '/remember'],
    ],
  ])('still lists all faults of an honest mistake: %s', async (sent, pointers) => {
    const answer = await sendBody('POST', '/session', sent)
    const faults = answer.json['errors'] as Record<string, string>[]
    expect(faults.map(({ pointer }) => pointer)).toEqual(pointers)
  })
})

describe('an answer to a customer', () => {
  it('lists 50 faults, and says how many more there are', async () => {
    const body = {
      application_name: 'x',
      platform: 'web',
      password: 'x',
      ip_acl: Array(1_001).fill('x'),
    }
    const answer = await customer.call('POST', '/keys', body)
    expect(answer.status).toBe(422)
    const faults = answer.json['errors'] as Record<string, string>[]
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      '/ip_acl',
      ...Array.from({ length: 49 }, (_, i) => `/ip_acl/${i}`),
      '',
    ])
    expect(faults.at(-1)?.['detail']).toContain('952')
  })
})

describe('a body that gives a member twice', () => {
  const name = '"application_name":"Twice","platform":"web"'

  it.each([
    ['open and closed', `"ip_acl":["203.0.113.0/24"],"ip_acl":[]`],
    ['closed and open', `"ip_acl":[],"ip_acl":["203.0.113.0/24"]`],
    ['the same', `"ip_acl":[],"ip_acl":[]`],
    ['once escaped', `"ip_acl":["203.0.113.0/24"],"ip\\u005facl":[]`],
    ['__proto__', `"__proto__":{},"__proto__":{}`],
    ['in an object of a list', `"ip_acl":[{"a":1,"a":2}]`],
    ['unknown', `"x":1,"x":2`],
  ])('makes no key: %s', async (_, members) => {
    const password = `"password":${JSON.stringify(customer.password)}`
    const before = await customer.call('GET', '/keys')
    const answer = await asCustomer('POST', '/keys', `{${name},${password},${members}}`)
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ code: 'body_malformed' })
    expect(answer.json['detail']).toContain('twice')
    expect((await customer.call('GET', '/keys')).json).toEqual(before.json)
  })

  it('changes no key, and no account', async () => {
    const { id } = await customer.createKey({ ip_acl: ['203.0.113.0/24'] })
    const before = await customer.call('GET', `/keys/${id}`)
    const edit = await asCustomer('PATCH', `/keys/${id}`, '{"ip_acl":["192.0.2.0/24"],"ip_acl":[]}')
    expect(edit.status).toBe(400)
    expect((await customer.call('GET', `/keys/${id}`)).json).toEqual(before.json)

    const headers = { Authorization: `Bearer ${rig.secrets.OPERATOR_TOKEN}` }
    const path = `/operator/accounts/${customer.id}`
    const twice = '{"status":"active","status":"suspended"}'
    expect((await sendBody('PATCH', path, twice, headers)).status).toBe(400)
    expect((await customer.call('GET', '/session')).json).toMatchObject({
      account: { status: 'active' },
    })
  })

  it('logs nobody in', async () => {
    const { email, password } = customer
    const twice = JSON.stringify({ email, password }).replace('}', ',"password":"x"}')
    const answer = await sendBody('POST', '/session', twice)
    expect(answer.status).toBe(400)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })
})

describe('a body at the edges of JSON', () => {
  const key = (application_name: string) =>
    `{"application_name":${application_name},"platform":"web","password":${JSON.stringify(customer.password)}}`

  it('may begin with a byte order mark, once (RFC 8259 §8.1)', async () => {
    expect((await asCustomer('POST', '/keys', `\ufeff${key('"Mark"')}`)).status).toBe(201)
    expect((await asCustomer('POST', '/keys', `\ufeff\ufeff${key('"Marks"')}`)).status).toBe(400)
  })

  it.each([
    ['UTF-8 that breaks off', Buffer.from([0x22, 0xf0, 0x9f, 0x94, 0x22])],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22])],
    ['UTF-16', Buffer.from('\ufeff"a"', 'utf16le')],
  ])('is refused in another encoding: %s', async (_, text) => {
    const [head = '', tail = ''] = key('@').split('@')
    const body = Buffer.concat([Buffer.from(head), text, Buffer.from(tail)])
    expect((await asCustomer('POST', '/keys', body)).json).toMatchObject({ code: 'body_malformed' })
  })

  it.each(['"\\ud83d"', '"\\udd11\\ud83d"', '"a\\udc00"'])(
    'is refused for half a character: %s',
    async (name) => {
      const answer = await asCustomer('POST', '/keys', key(name))
      expect(answer.json).toMatchObject({
        errors: [{ pointer: '/application_name', code: 'not_unicode' }],
      })
    },
  )

  it.each(['1e999', '-1e999', '123456789012345678901234567890', '1e-999'])(
    'is refused for a number where text is due: %s',
    async (number) => {
      const answer = await asCustomer('POST', '/keys', key(number))
      expect(answer.json).toMatchObject({ errors: [{ pointer: '/application_name' }] })
    },
  )

  it.each([
    ['lists', `${'['.repeat(32_000)}${']'.repeat(32_000)}`, 422],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 422],
    ['lists that nothing closes', '['.repeat(64_000), 400],
  ])('may be nested as deep as it is long: %s', async (_, body, status) => {
    expect((await sendBody('POST', '/session', body)).status).toBe(status)
    expect((await asCustomer('POST', '/keys', body)).status).toBe(status)
  })
})

describe('a tag that the edge has weakened', () => {
  it('lets its version be replaced, and no other', async () => {
    const { id } = await customer.createKey()
    const path = `/keys/${id}`
    const edit = (name: string, tag: string) =>
      customer.call('PATCH', path, { application_name: name }, { 'If-Match': tag })
    expect((await edit('A', 'W/"1"')).headers['etag']).toBe('"2"')
    const late = await edit('B', 'W/"1"')
    expect(late.status).toBe(412)
    expect(late.json).toMatchObject({ code: 'version_conflict' })
    expect((await edit('C', '"9", W/"2"')).status).toBe(200)
    expect((await edit('D', 'W/"3')).status).toBe(412)
    expect((await customer.call('GET', path)).json).toMatchObject({
      application_name: 'C',
      version: 3,
    })
  })
})

/** An object of about `size` bytes with nothing but members that no schema has. */
function unknownMembers(size: number, name: (i: number) => string): string {
  const members: string[] = []
  for (let i = 0, bytes = 1; ; i++) {
    const member = `"${i.toString(36)}${name(i)}":0`
    bytes += Buffer.byteLength(member) + 1
    if (bytes > size && i > 0) return `{${members.join()}}`
    members.push(member)
  }
}
