// What becomes of a request where the upstream, or the client's own body, breaks the rules of HTTP.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey } from '../../harness/customer.ts'
import { sendRaw } from '../support/raw.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let key: CreatedKey

beforeAll(async () => {
  rig = await startRig()
  key = await (await rig.customer()).createKey()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

/** Answers with these bytes, whatever they are, and hangs up. */
function answerBytes(bytes: string): void {
  rig.upstream.answerWith((_, response) => {
    response.socket?.end(Buffer.from(bytes, 'latin1'))
  })
}

function call(method: string, body = method === 'POST' ? 'body' : undefined) {
  const length = body === undefined ? {} : { 'Content-Length': String(body.length) }
  const headers = { 'X-API-Key': key.token, ...length }
  return rig.send('/x', { method, headers, ...(body !== undefined && { body }) })
}

const MAY_HAVE = /may have taken effect/

describe('an upstream that answers what is no HTTP answer', () => {
  it.each(['999', '600', '101'])('is upstream_invalid: status %s', async (status) => {
    answerBytes(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`)
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await call(method)
      expect(answer.status).toBe(502)
      expect(answer.json).toMatchObject({ code: 'upstream_invalid' })
      expect(answer.json['detail']).toMatch(MAY_HAVE)
    }
    expect(rig.upstream.received).toHaveLength(3)
  })

  it('is upstream_invalid where Cloudflare says so of its origin', async () => {
    answerBytes('HTTP/1.1 520 X\r\nServer: cloudflare\r\nContent-Length: 0\r\n\r\n')
    expect((await call('GET')).json).toMatchObject({ status: 502, code: 'upstream_invalid' })
  })

  // The runtime says the same of these as of a refused connection.
  it.each([
    ['nothing', ''],
    ['another protocol', '220 mail.example ESMTP\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nok'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n'],
    ['another version', 'HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 1000 X\r\nContent-Length: 0\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
    ['100 alone', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('is a 502 that does not say that nothing happened: %s', async (_, bytes) => {
    answerBytes(bytes)
    for (const method of ['GET', 'POST']) {
      const answer = await call(method)
      expect(answer.json).toMatchObject({ status: 502, code: 'upstream_unreachable' })
      expect(answer.json['detail']).toMatch(MAY_HAVE)
    }
    expect(rig.upstream.received.length).toBeGreaterThanOrEqual(2)
  })

  it.each([521, 523, 525, 526, 530])(
    'was not sent anything where Cloudflare says %i',
    async (status) => {
      answerBytes(`HTTP/1.1 ${status} X\r\nServer: cloudflare\r\nContent-Length: 0\r\n\r\n`)
      const answer = await call('POST')
      expect(answer.json).toMatchObject({ status: 502, code: 'upstream_unreachable' })
      expect(answer.json['detail']).not.toMatch(MAY_HAVE)
      expect(answer.json['detail']).toMatch(/Nothing was sent/)
    },
  )

  it('says the same of a preflight, which has no key', async () => {
    answerBytes('')
    const headers = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' }
    const answer = await rig.send('/x', { method: 'OPTIONS', headers })
    expect(answer.json).toMatchObject({ status: 502, code: 'upstream_unreachable' })
    expect(answer.json['detail']).not.toMatch(/key/)
  })
})

describe('an upstream that is odd but right', () => {
  it.each([
    ['early hints', 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'],
    ['a 100 that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a 102', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('is passed on: %s', async (_, before) => {
    answerBytes(`${before}HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok`)
    for (const method of ['GET', 'POST']) {
      const answer = await call(method)
      expect([answer.status, answer.text]).toEqual([201, 'ok'])
    }
  })

  it('is passed on where it answers before it has read the body', async () => {
    answerBytes('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno')
    const head = `POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: ${key.token}\r\nConnection: close\r\n`
    const parts = [`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n`, '4\r\nmore\r\n']
    expect(await sendRaw(rig.url, { parts })).toMatch(/^HTTP\/1\.1 413 /)
  })
})

describe("a client's body", () => {
  const head = (length: string) =>
    `POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: ${key.token}\r\nConnection: close\r\n${length}\r\n\r\n`
  const CHUNKED = 'Transfer-Encoding: chunked'

  it.each([
    ['a chunk whose length is none', CHUNKED, ['zz\r\nbody\r\n'], false],
    ['a later chunk whose length is none', CHUNKED, ['4\r\nbody\r\n', 'zz\r\n'], false],
    ['a chunk that is longer than it says', CHUNKED, ['4\r\nbodyXX4\r\nbody\r\n0\r\n\r\n'], false],
    ['a length beyond all numbers', CHUNKED, ['fffffffffffffffffff\r\nbody'], false],
    ['chunks that break off', CHUNKED, ['4\r\nbody\r\n'], true],
    ['a length that no body can have', 'Content-Length: 9007199254740993', ['body'], false],
    ['a body that breaks off', 'Content-Length: 10', ['body'], true],
    ['a body that breaks off later', 'Content-Length: 10', ['body', 'body'], true],
  ])('is 400 request_malformed: %s', async (_, length, rest, ends) => {
    rig.upstream.answerWith(() => undefined) // it waits for a body that will not come
    const [first = '', ...more] = rest
    const answer = await sendRaw(rig.url, { parts: [head(length) + first, ...more], ends })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"code":"request_malformed"')
    expect(answer).toMatch(MAY_HAVE)
    for (const { body } of rig.upstream.received) expect((await body).bytes).toBeLessThan(10)
  })

  // What is sent fits in the sockets' buffers. A client that is still writing when the connection is reset
  // may lose the answer that has come.
  it("is not blamed for the upstream's end, however much of it is still to come", async () => {
    const parts = [head('Content-Length: 20000000') + 'a'.repeat(200_000)]
    rig.upstream.answerWith((request) => void request.once('data', () => request.socket.destroy()))
    for (let i = 0; i < 10; i++) {
      const answer = await sendRaw(rig.url, { parts })
      expect(answer).toMatch(/^HTTP\/1\.1 502 /)
      expect(answer).toContain('"code":"upstream_unreachable"')
    }
  })

  it('that breaks off under an answer ends what the upstream sees', async () => {
    const closed = new Promise<void>((resolve) => {
      rig.upstream.answerWith((request, response) => {
        request.once('close', () => resolve())
        response.write('first')
      })
    })
    const parts = [`${head(CHUNKED)}4\r\nbody\r\n`, 'zz\r\n']
    await Promise.all([sendRaw(rig.url, { parts }), closed])
  })

  it('of the admin API is body_malformed', async () => {
    const line = 'POST /admin/api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n'
    const type = 'Content-Type: application/json\r\n'
    for (const [length, rest, ends] of [
      [CHUNKED, 'zz\r\n{}\r\n', false],
      ['Content-Length: 10', '{}', true],
    ] as const) {
      const answer = await sendRaw(rig.url, {
        parts: [`${line}${type}${length}\r\n\r\n${rest}`],
        ends,
      })
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toContain('"code":"body_malformed"')
    }
  })
})
