import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { readBody, readPage } from '../../src/admin/input.ts'

const LIMIT = 64 * 1024
const URL_ = 'https://gateway.example/admin/api/v1/keys'
const JSON_TYPE = 'application/json'

const schema = z.strictObject({ name: z.string(), tags: z.array(z.string()).default([]) })

const TOO_LARGE = { ok: false, error: { reason: 'payload_too_large', maxBytes: LIMIT } }

describe('readBody(), the body', () => {
  it.each([
    JSON_TYPE,
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json ; charset="UTF-8"',
  ])('reads one of type %s', async (type) => {
    const value = { name: 'ä', tags: [] }
    expect(await read('{"name":"ä"}', type)).toEqual({ ok: true, value })
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/problem+json',
    'application/jsonp',
    'text/json',
    'text/plain; application/json',
    '',
  ])('refuses one of type "%s"', async (type) => {
    expect(await read('{"name":"a"}', type)).toEqual(refused('unsupported_media_type'))
  })

  it('refuses one without a type', async () => {
    const request = new Request(URL_, { method: 'POST', body: Buffer.from('{"name":"a"}') })
    expect(await readBody(request, schema)).toEqual(refused('unsupported_media_type'))
  })

  it.each([
    ['nothing', ''],
    ['spaces', '  '],
    ['half an object', '{"name":"a"'],
    ['a trailing comma', '{"name":"a",}'],
    ['single quotes', "{'name':'a'}"],
    ['a comment', '{"name":"a"} // b'],
    ['two objects', '{"name":"a"}{"name":"b"}'],
    ['NaN', '{"name":NaN}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['UTF-16', Buffer.from('{"name":"a"}', 'utf16le')],
  ])('refuses %s', async (_, body) => {
    expect(await read(body)).toEqual(refused('body_malformed'))
  })

  it('reads 64 KiB and no byte more', async () => {
    const largest = `{"name":"${'a'.repeat(LIMIT - 11)}"}`
    expect(Buffer.byteLength(largest)).toBe(LIMIT)
    expect((await read(largest)).ok).toBe(true)
    expect(await read(`${largest} `)).toEqual(TOO_LARGE)
  })

  it('counts bytes, not characters', async () => {
    const body = `{"name":"${'ä'.repeat(LIMIT / 2)}"}`
    expect(body.length).toBeLessThan(LIMIT)
    expect(await read(body)).toEqual(TOO_LARGE)
  })

  it('reads no further than the limit, whatever length is declared', async () => {
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 4096
        controller.enqueue(new Uint8Array(4096).fill(0x20))
      },
    })
    const init = { method: 'POST', headers: { 'Content-Type': JSON_TYPE }, duplex: 'half' }
    const request = new Request(URL_, { ...init, body: endless })
    expect(await readBody(request, schema)).toEqual(TOO_LARGE)
    expect(sent).toBeLessThan(2 * LIMIT)
  })

  it('refuses in order: type, size, form, rules', async () => {
    const large = 'x'.repeat(LIMIT + 1)
    expect(await read(large, 'text/plain')).toEqual(refused('unsupported_media_type'))
    expect(await read(large)).toEqual(TOO_LARGE)
    expect(await read('x')).toEqual(refused('body_malformed'))
    expect(await read('{}')).toMatchObject(refused('validation_failed'))
  })
})

describe('readBody(), the rules', () => {
  it.each(['null', '5', '"name"', 'true', '[]', '[{"name":"a"}]'])(
    'finds a fault at "" where the body is %s',
    async (body) => {
      expect(await pointers(body)).toEqual([''])
    },
  )

  it('finds all faults at once', async () => {
    const body = { tags: ['a', 5, null], other: 1, another: {} }
    expect((await pointers(JSON.stringify(body))).toSorted()).toEqual([
      '/another',
      '/name',
      '/other',
      '/tags/1',
      '/tags/2',
    ])
  })

  it('escapes a pointer (RFC 6901 §3)', async () => {
    const body = '{"name":"a","a/b":1,"m~n":1,"~1":1,"":1,"ä":1}'
    expect((await pointers(body)).toSorted()).toEqual(['/', '/a~1b', '/m~0n', '/~01', '/ä'])
  })

  it.each(['__proto__', 'constructor', 'toString', 'Name', 'name '])(
    'knows no member "%s"',
    async (member) => {
      const result = await read(`{"name":"a","${member}":1}`)
      const faults = [{ pointer: `/${member}`, code: 'unknown_member' }]
      expect(result).toMatchObject({ ok: false, error: { faults } })
    },
  )

  it('tells what is missing from what is of another type', async () => {
    const faultOf = async (body: string) => {
      const result = await read(body)
      return result.ok || result.error.reason !== 'validation_failed' ? [] : result.error.faults
    }
    expect(await faultOf('{}')).toMatchObject([{ pointer: '/name', code: 'required' }])
    expect(await faultOf('{"name":null}')).toMatchObject([{ pointer: '/name', code: 'wrong_type' }])
    expect(await faultOf('{"name":5}')).toMatchObject([{ pointer: '/name', code: 'wrong_type' }])
  })
})

describe('readPage()', () => {
  const cursor = `key_${'0'.repeat(32)}`

  it.each([
    ['', { limit: 50, before: undefined }],
    ['?limit=1', { limit: 1, before: undefined }],
    ['?limit=200', { limit: 200, before: undefined }],
    [`?cursor=${cursor}`, { limit: 50, before: cursor }],
    [`?limit=7&cursor=${cursor}`, { limit: 7, before: cursor }],
    ['?other=1', { limit: 50, before: undefined }],
  ])('reads "%s"', (query, page) => {
    expect(readPage(URL_ + query, 'key')).toEqual({ ok: true, value: page })
  })

  it.each(['0', '201', '1000', '-1', '+1', '1.0', '1e1', '0x10', '05', '', '%20', 'ten', '١'])(
    'refuses the limit "%s"',
    (limit) => {
      const faults = [{ pointer: '/limit', code: 'out_of_range' }]
      const error = { reason: 'validation_failed', faults }
      expect(readPage(`${URL_}?limit=${limit}`, 'key')).toMatchObject({ ok: false, error })
    },
  )

  it.each([
    '',
    'x',
    'key_',
    cursor.slice(0, -1),
    `${cursor}0`,
    cursor.toUpperCase(),
    cursor.replace('key', 'acc'),
    "key_'%20OR%201=1--",
  ])('refuses the cursor "%s"', (value) => {
    const faults = [{ pointer: '/cursor' }]
    const error = { reason: 'validation_failed', faults }
    expect(readPage(`${URL_}?cursor=${value}`, 'key')).toMatchObject({ ok: false, error })
  })

  it('finds both faults at once', () => {
    const result = readPage(`${URL_}?limit=0&cursor=x`, 'key')
    const faults = [{ pointer: '/limit' }, { pointer: '/cursor' }]
    expect(result).toMatchObject({ ok: false, error: { faults } })
  })
})

function refused(reason: string) {
  return { ok: false, error: { reason } }
}

async function read(body: string | Uint8Array, type = JSON_TYPE) {
  const bytes = Buffer.from(body)
  const headers = { 'Content-Type': type, 'Content-Length': String(bytes.length) }
  return await readBody(new Request(URL_, { method: 'POST', headers, body: bytes }), schema)
}

async function pointers(body: string): Promise<string[]> {
  const result = await read(body)
  if (result.ok || result.error.reason !== 'validation_failed') throw new Error('not a 422')
  return result.error.faults.map(({ pointer }) => pointer)
}
