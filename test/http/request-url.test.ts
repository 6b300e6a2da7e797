import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeUrl, pathStart } from '../../src/http/request-url.ts'

describe('normalizeUrl()', () => {
  it('never leads out of a prefix, whatever a path is made of', () => {
    const pieces = ['/', '.', '..', '%2e', '%2E%2e', '%2f', '\\', 'a', '%61', '?', 'é', '@', ':']
    const rest = fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(''))
    fc.assert(
      fc.property(rest, (path) => {
        const url = `https://gateway.example${path}`
        fc.pre(URL.canParse(url))
        const parsed = normalizeUrl(url)
        const behind = new URL(`https://upstream.example/prefix${parsed.slice(pathStart(parsed))}`)
        expect(behind.pathname).toBe(`/prefix${new URL(url).pathname}`)
        expect(behind.search).toBe(new URL(url).search)
      }),
      { numRuns: 1_000 },
    )
  })

  it('leaves alone what has nothing to be resolved', () => {
    for (const path of ['/', '/a', '//a', '/a%2Fb%20c', '/a.b?c=%2e%2e', '/a?b=%00+&&']) {
      expect(normalizeUrl(`https://gateway.example${path}`)).toBe(`https://gateway.example${path}`)
    }
  })

  it('leaves a URL that is none as it came', () => {
    expect(normalizeUrl('https://[gateway/../x')).toBe('https://[gateway/../x')
    expect(normalizeUrl('https://[gateway')).toBe('https://[gateway')
  })
})
