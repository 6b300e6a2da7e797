import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { upstreamUrl } from '../../src/gateway/upstream-url.ts'
import { normalizeUrl } from '../../src/http/request-url.ts'

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
      expect(URL.parse(upstream ?? '')?.origin).toBe(BASE)
    }
  })

  it.each([
    ['https://gateway.example/../../x', '/x'],
    ['https://gateway.example/a/%2e%2E/%2e/x', '/x'],
    [String.raw`https://gateway.example/\evil.example/x`, '//evil.example/x'],
    ['https://gateway.example?x', '/?x'],
  ])('never leaves the prefix: %s', (url, rest) => {
    const upstream = upstreamUrl(`${BASE}/prefix`, normalizeUrl(url))
    expect(upstream).toBe(`${BASE}/prefix${rest}`)
    expect(URL.parse(upstream ?? '')?.href).toBe(upstream)
  })

  const HIDDEN = [
    '/%2e%2e%2fx',
    '/%2E%2E%2Fx',
    '/a/..%5cb',
    '/a/..%2f..%2fb',
    '/a/..;/b',
    '/a/..;v=1/b',
    '/a/.;/b',
    '/a/.%2e;x/b',
    '/a/%2e%2e;x/b',
    '/a/%2e%2e%3bx/',
    '/a/..%3B',
    '/a%2f..%2fb',
    '/a%2f..',
    '/a%5c..',
    '/a%5c..%5cb',
    '/a%2f%2e%2e',
    '/a%2f./b',
    '/a%2f.',
    '/..%00/',
    '/..%00',
    '/.%2e%00x',
    '/a/..%3fx',
    '/a/..%23x',
    '/a/.%09./b',
    '/a/..%0a/b',
    '/a/..%0D',
    '/a/..;/b?q=1',
    '/a/..%2f#x',
  ]

  it.each(HIDDEN)('refuses a dot segment that shows later, where there is a prefix: %s', (path) => {
    const url = normalizeUrl(`https://gateway.example${path}`)
    expect(upstreamUrl(`${BASE}/prefix`, url)).toBeNull()
    expect(upstreamUrl(`${BASE}/a/b`, url)).toBeNull()
  })

  it.each(HIDDEN)('passes it on where there is none: %s', (path) => {
    const url = normalizeUrl(`https://gateway.example${path}`)
    expect(upstreamUrl(BASE, url)).toBe(BASE + url.slice('https://gateway.example'.length))
  })

  it.each([
    '/%252e%252e%252fx', // decoded once, it has no dot segment yet
    '/a/..%252fb',
    '/a/...%2fb',
    '/a..%2fb',
    '/a/..b%2fc',
    '/a/b..;c/d',
    '/a/b;..',
    '/a/b;/c',
    '/a%2fb.c',
    '/a%2f.well-known%2fx',
    '/a/%2ehidden',
    '/%c0%ae%c0%ae/x', // not UTF-8, so no dot
    '/%zz/..x',
    '/a?x=/..;/%2e%2e%2f',
    '/a?/../..%2f',
    '/a/%3b/..x',
  ])('passes what has none: %s', (path) => {
    const url = `https://gateway.example${path}`
    expect(upstreamUrl(`${BASE}/prefix`, normalizeUrl(url))).toBe(`${BASE}/prefix${path}`)
  })

  it('lets nothing through that one more decoding leads out of the prefix', () => {
    const pieces = ['/', '.', '..', '%2e', '%2E', '%2f', '%5c', '\\', ';', '%3b', 'a', '%61', '%00']
    const paths = fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(''))
    fc.assert(
      fc.property(paths, (path) => {
        const upstream = upstreamUrl(
          `${BASE}/prefix`,
          normalizeUrl(`https://gateway.example/${path}`),
        )
        if (upstream === null) return
        const behind = decodeURIComponent(upstream.slice(BASE.length))
        const segments = behind.split(/[/\\]/).map((segment) => segment.replace(/[;\0].*$/, ''))
        expect(segments.filter((segment) => segment === '.' || segment === '..')).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})
