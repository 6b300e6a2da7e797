import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let key: CreatedKey

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  key = await customer.createKey()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

/** TOKEN stands for the token of a live key. */
function withToken(headers: Record<string, string | string[]>): Record<string, string | string[]> {
  const fill = (value: string) => value.replaceAll('TOKEN', key.token)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? fill(value) : value.map(fill),
    ]),
  )
}

describe('a presented key', () => {
  it.each([
    ['Token', { Authorization: 'Token TOKEN' }],
    ['token in lower case', { Authorization: 'token TOKEN' }],
    ['Bearer', { Authorization: 'Bearer TOKEN' }],
    ['BEARER in upper case', { Authorization: 'BEARER TOKEN' }],
    ['Bearer Token', { Authorization: 'Bearer Token TOKEN' }],
    ['X-API-Key', { 'X-API-Key': 'TOKEN' }],
    ['several spaces', { Authorization: 'Token   TOKEN' }],
  ])('is accepted as %s, and is not forwarded', async (_, headers) => {
    const answer = await rig.send('/customer', { headers: withToken(headers) })
    expect(answer.status).toBe(200)
    expect(rig.upstream.received).toHaveLength(1)
    const forwarded = rig.upstream.received[0]?.headers ?? {}
    expect(forwarded).not.toHaveProperty('authorization')
    expect(forwarded).not.toHaveProperty('x-api-key')
    expect(JSON.stringify(forwarded)).not.toContain(key.token)
  })

  it("passes as CommPeak's published collection sends it", async () => {
    const accept = 'application/vnd.commpeak.com; version=1,application/json'
    const headers = withToken({ Authorization: 'Token TOKEN', Accept: accept })
    const answer = await rig.send('/customer', { headers })
    expect(answer.status).toBe(200)
    expect(rig.upstream.received[0]).toMatchObject({ method: 'GET', url: '/customer' })
    expect(rig.upstream.received[0]?.headers['accept']).toBe(accept)
  })
})

describe('a refused credential', () => {
  it.each([
    ['two headers', { Authorization: 'Token TOKEN', 'X-API-Key': 'TOKEN' }],
    ['another scheme beside a key', { Authorization: 'Basic eDp5', 'X-API-Key': 'TOKEN' }],
    ['a bare Authorization beside a key', { Authorization: 'TOKEN', 'X-API-Key': 'TOKEN' }],
    ['a repeated Authorization', { Authorization: ['Token TOKEN', 'Token TOKEN'] }],
    ['two schemes', { Authorization: ['Basic eDp5', 'Token TOKEN'] }],
    ['a repeated X-API-Key', { 'X-API-Key': ['TOKEN', 'TOKEN'] }],
    ['a comma-joined X-API-Key', { 'X-API-Key': 'TOKEN,TOKEN' }],
    ['a comma-joined Authorization', { Authorization: 'Bearer TOKEN, Bearer TOKEN' }],
  ])('is ambiguous: %s', async (_, headers) => {
    const answer = await rig.send('/customer', { headers: withToken(headers) })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ code: 'credential_ambiguous', status: 400 })
    expect(answer.text).not.toContain(key.token)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it.each([
    ['nothing', '/customer', {}],
    ['Basic', '/customer', { Authorization: 'Basic dXNlcjpwYXNz' }],
    ['Digest with its commas', '/customer', { Authorization: 'Digest username="a", realm="b"' }],
    ['a bare token', '/customer', { Authorization: 'TOKEN' }],
    ['a key in the query', '/customer?api_key=TOKEN', {}],
    ['a key in the query under any name', '/customer?x=TOKEN', {}],
  ])('is missing: %s', async (_, path, headers) => {
    const answer = await rig.send(path.replace('TOKEN', key.token), { headers: withToken(headers) })
    expect(answer.status).toBe(401)
    expect(answer.json).toMatchObject({ code: 'credential_missing' })
    expect(answer.json['detail']).toContain('Authorization: Token <key>')
    expect(answer.json['detail']).toContain('X-API-Key')
    expect(answer.headers['www-authenticate']).toContain('Bearer')
    expect(answer.headers['www-authenticate']).not.toContain('error')
    expect(answer.text).not.toContain(key.token)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('says of a key in the query string that it is not accepted there', async () => {
    const answer = await rig.send(`/customer?access_token=${key.token}`)
    expect(answer.json['detail']).toContain('query string')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('looks at the query for nothing else: a good key passes with any query', async () => {
    const answer = await rig.send(`/customer?api_key=x&token=${key.token}`, {
      headers: withToken({ Authorization: 'Token TOKEN' }),
    })
    expect(answer.status).toBe(200)
    expect(rig.upstream.received).toHaveLength(1)
  })

  it.each([
    ['an empty Bearer', { Authorization: 'Bearer' }],
    ['an empty Token', { Authorization: 'Token ' }],
    ['an empty Bearer Token', { Authorization: 'Bearer Token' }],
    ['an empty X-API-Key', { 'X-API-Key': '' }],
    ['a word', { 'X-API-Key': 'secret' }],
    ['the prefix alone', { Authorization: 'Token cpk_' }],
    ['two tokens', { Authorization: 'Token TOKEN TOKEN' }],
    ['a token cut off', { Authorization: 'Token cpk_A0000' }],
    ['a well-formed forgery', { Authorization: `Token cpk_A${'0'.repeat(43)}` }],
    ['an unknown ring key', { Authorization: `Token cpk_z${'0'.repeat(43)}` }],
    ['a value of 2^256 and more', { Authorization: `Token cpk_A${'z'.repeat(43)}` }],
    ['another prefix', { Authorization: `Token sk_A${'0'.repeat(43)}` }],
    ['letters beyond ASCII', { 'X-API-Key': `cpk_A${'é'.repeat(43)}` }],
  ])('is invalid: %s, with one answer for all', async (_, headers) => {
    const options = { headers: { ...withToken(headers), 'X-Request-Id': 'same' } }
    const answer = await rig.send('/customer', options)
    const reference = await rig.send('/customer', {
      headers: { Authorization: 'Token nonsense', 'X-Request-Id': 'same' },
    })
    expect(answer.status).toBe(401)
    expect(answer.json).toMatchObject({ code: 'key_invalid' })
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
    expect(answer.text).toBe(reference.text)
    expect(answer.headers).toEqual(reference.headers)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is invalid when one character is mistyped', async () => {
    for (let at = 4; at < key.token.length; at += 5) {
      const other = key.token[at] === 'x' ? 'y' : 'x'
      const mistyped = key.token.slice(0, at) + other + key.token.slice(at + 1)
      const answer = await rig.send('/customer', { headers: { 'X-API-Key': mistyped } })
      expect(answer.json).toMatchObject({ code: 'key_invalid' })
    }
    expect(rig.upstream.received).toHaveLength(0)
  })
})
