import { describe, expect, it } from 'vitest'
import { createKeyBody } from '../../../src/admin/requests/key.ts'
import { faultsOf, KEY, valueOf } from './read-body.ts'

describe('application_website', () => {
  it.each([
    'https://example.com',
    'http://example.com/',
    'HTTPS://Example.com/a?b=c#d',
    'http://localhost:3000',
    'http://[::1]/',
    'https://bücher.example/',
    `https://example.com/${'a'.repeat(2028)}`,
    null,
  ])('takes %s', async (application_website) => {
    const value = await valueOf(createKeyBody, { ...KEY, application_website })
    expect(value.application_website).toBe(application_website)
  })

  it('trims it', async () => {
    const application_website = ' https://example.com\n'
    const value = await valueOf(createKeyBody, { ...KEY, application_website })
    expect(value.application_website).toBe('https://example.com')
  })

  it.each([
    ['nothing', ''],
    ['spaces', '  '],
    ['a path', '/about'],
    ['a relative URL', '//example.com'],
    ['no slashes', 'https:example.com'],
    ['one slash', 'https:/example.com'],
    ['three slashes', 'https:///example.com'],
    ['no host', 'https://'],
    ['a query for a host', 'https://?a'],
    ['a space within', 'https://exam ple.com'],
    ['a line feed within', 'https://example.com/\na'],
    ['a port out of range', 'https://example.com:65536'],
    ['javascript:', 'javascript:alert(1)'],
    ['data:', 'data:text/html,a'],
    ['ftp:', 'ftp://example.com'],
    ['mailto:', 'mailto:ada@example.com'],
    ['2049 characters', `https://example.com/${'a'.repeat(2029)}`],
    ['half a character', 'https://example.com/\ud83d'],
    ['a number', 5],
    ['a list', []],
  ])('refuses %s', async (_, application_website) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, application_website })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/application_website'])
  })

  it.each([
    ['example.com', 'https://example.com'],
    ['www.example.com/about?a=b', 'https://www.example.com/about?a=b'],
    ['https://example.com/\u202egnp.exe', 'https://example.com/gnp.exe'],
    ['https://example.com/\u2066a\u2069', 'https://example.com/a'],
    ['https://example.com/a\u0000', undefined],
    ['https://example.com/a\u2028b', undefined],
    ['javascript:alert(1)', undefined],
    ['ftp://example.com', undefined],
    ['nowhere', undefined],
    ['256.256.256.256', undefined],
    [`example.com/${'a'.repeat(2029)}`, undefined],
    [`example.com/${'a'.repeat(2028)}`, `https://example.com/${'a'.repeat(2028)}`],
  ])('suggests for %s: %s', async (application_website, suggestion) => {
    const [fault, ...others] = await faultsOf(createKeyBody, { ...KEY, application_website })
    expect(others).toEqual([])
    expect(fault?.suggestion).toBe(suggestion)
  })
})
