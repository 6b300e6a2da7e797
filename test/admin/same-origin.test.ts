import { describe, expect, it } from 'vitest'
import { isCrossSite } from '../../src/admin/same-origin.ts'

const OWN = 'https://gateway.example'

describe('isCrossSite()', () => {
  it.each([
    ['no browser', {}],
    ['its own origin', { Origin: OWN }],
    ['its own page', { Origin: OWN, 'Sec-Fetch-Site': 'same-origin' }],
    ['its own page, without Origin', { 'Sec-Fetch-Site': 'same-origin' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
    ['capitals', { 'Sec-Fetch-Site': 'Same-Origin' }],
  ])('lets %s be', (_, headers) => {
    expect(isCrossSite(request(headers))).toBe(false)
  })

  it.each([
    ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['another origin, without Fetch Metadata', { Origin: 'https://evil.example' }],
    ['another site, without Origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling host', { Origin: 'https://www.gateway.example', 'Sec-Fetch-Site': 'same-site' }],
    ['a sibling host, without Origin', { 'Sec-Fetch-Site': 'same-site' }],
    ['a sibling host, without Fetch Metadata', { Origin: 'https://www.gateway.example' }],
    ['another site that claims our origin', { Origin: OWN, 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling that claims our origin', { Origin: OWN, 'Sec-Fetch-Site': 'same-site' }],
    [
      'another origin that claims ours',
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'none' },
    ],
    ['a sandboxed page', { Origin: 'null' }],
    ['plain HTTP', { Origin: 'http://gateway.example' }],
    ['another port', { Origin: 'https://gateway.example:8443' }],
    ['a host that begins like ours', { Origin: 'https://gateway.example.evil.example' }],
    ['our origin with a path', { Origin: `${OWN}/` }],
    ['two origins', { Origin: `${OWN}, https://evil.example` }],
    ['an empty Origin', { Origin: '' }],
    ['an empty Sec-Fetch-Site', { 'Sec-Fetch-Site': '' }],
    ['an unknown Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin, cross-site' }],
  ])('finds %s', (_, headers) => {
    expect(isCrossSite(request(headers))).toBe(true)
  })

  it('knows its own origin by the URL, port included', () => {
    const url = 'http://127.0.0.1:8787/admin/api/v1/keys'
    const from = (origin: string) => new Request(url, { headers: { Origin: origin } })
    expect(isCrossSite(from('http://127.0.0.1:8787'))).toBe(false)
    expect(isCrossSite(from('http://127.0.0.1'))).toBe(true)
    expect(isCrossSite(from('http://localhost:8787'))).toBe(true)
  })
})

function request(headers: Record<string, string>): Request {
  return new Request(`${OWN}/admin/api/v1/keys`, { method: 'POST', headers })
}
