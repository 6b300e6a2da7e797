import { describe, expect, it } from 'vitest'
import { hasUnforwardableBody } from '../../src/gateway/incoming.ts'

describe('hasUnforwardableBody()', () => {
  it('takes a Content-Length of 0 for none only where nothing else says that there is a body', () => {
    const headers = new Headers({ 'Content-Length': '0', 'Transfer-Encoding': 'chunked' })
    const request = { method: 'GET', headers, body: new ReadableStream() } as unknown as Request
    expect(hasUnforwardableBody(request)).toBe(true)
  })

  it.each([
    ['GET', 'a body', '4', true],
    ['HEAD', 'a body', '4', true],
    ['GET', 'a body', null, true],
    ['GET', 'an empty body', '0', false],
    ['HEAD', 'an empty body', '0', false],
    ['GET', 'no body', null, false],
    ['POST', 'a body', '4', false],
    ['DELETE', 'a body', '4', false],
    ['OPTIONS', 'a body', null, false],
  ])('%s with %s and Content-Length %s: %s', (method, body, length, expected) => {
    const headers = new Headers(length === null ? {} : { 'Content-Length': length })
    const stream = body === 'no body' ? null : new ReadableStream()
    // Only workerd makes a GET that has a body.
    const request = { method, headers, body: stream } as unknown as Request
    expect(hasUnforwardableBody(request)).toBe(expected)
  })
})
