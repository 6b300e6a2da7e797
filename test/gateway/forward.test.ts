import { describe, expect, it } from 'vitest'
import { upstreamUrl } from '../../src/gateway/forward.ts'
import { parsedUrl } from '../../src/request-url.ts'

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
    ['https://gateway.example?x', '/?x'],
  ])('never leaves the prefix: %s', (url, rest) => {
    const upstream = upstreamUrl(`${BASE}/prefix`, parsedUrl(url))
    expect(upstream).toBe(`${BASE}/prefix${rest}`)
    expect(new URL(upstream).href).toBe(upstream)
  })
})
