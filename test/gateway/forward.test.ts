import { describe, expect, it } from 'vitest'
import { hasUnforwardableBody, upstreamUrl } from '../../src/gateway/forward.ts'

const BASE = 'https://portal.internal'

describe('upstreamUrl()', () => {
  it.each([
    ['http://gateway.example/', '/'],
    ['https://gateway.example/v1/calls?page=2', '/v1/calls?page=2'],
    ['http://127.0.0.1:8787/v1', '/v1'],
    ['http://a/v1', '/v1'],
    ['http://[::1]:8787/v1', '/v1'],
    ['https://gateway.example//evil.example/x', '//evil.example/x'],
    ['https://gateway.example///evil.example', '///evil.example'],
    ['https://gateway.example/@evil.example/', '/@evil.example/'],
    ['https://gateway.example/:80/', '/:80/'],
    ['https://gateway.example/.evil.example', '/.evil.example'],
    ['https://gateway.example/a%2Fb%252F%20c', '/a%2Fb%252F%20c'],
    ['https://gateway.example/a?u=https://evil.example/', '/a?u=https://evil.example/'],
    ['https://gateway.example/a?', '/a?'],
    ['https://gateway.example/a??b=%00&c=+&&', '/a??b=%00&c=+&&'],
  ])('keeps path and query of %s, on the host of the upstream', (url, rest) => {
    expect(new Request(url).url).toBe(url)
    for (const base of [BASE, `${BASE}/prefix`]) {
      const upstream = upstreamUrl(base, url)
      expect(upstream).toBe(base + rest)
      expect(new URL(upstream).origin).toBe(BASE)
    }
  })

  it.each([
    ['https://gateway.example/../../x', '/x'],
    ['https://gateway.example/a/%2e%2E/%2e/x', '/x'],
    [String.raw`https://gateway.example/\evil.example/x`, '//evil.example/x'],
    ['https://gateway.example/x#fragment', '/x'],
  ])('never leaves the prefix: %s', (url, rest) => {
    const asParsed = new URL(url)
    asParsed.hash = ''
    const upstream = upstreamUrl(`${BASE}/prefix`, asParsed.href)
    expect(upstream).toBe(`${BASE}/prefix${rest}`)
    expect(new URL(upstream).href).toBe(upstream)
  })
})

describe('hasUnforwardableBody()', () => {
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
