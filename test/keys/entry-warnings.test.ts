import { describe, expect, it } from 'vitest'
import { entryWarnings } from '../../src/keys/entry-warnings.ts'

describe('entryWarnings()', () => {
  it.each([
    ['10.0.0.0/8', 'private'],
    ['10.1.2.3/32', 'private'],
    ['172.31.0.0/16', 'private'],
    ['192.168.0.0/16', 'private'],
    ['fc00::/7', 'private'],
    ['fd00:1::/48', 'private'],
    ['127.0.0.1/32', 'loopback'],
    ['::1/128', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['fe80::/64', 'link-local'],
    ['192.0.2.0/24', 'documentation'],
    ['198.51.100.128/25', 'documentation'],
    ['203.0.113.7/32', 'documentation'],
    ['2001:db8::/32', 'documentation'],
    ['3fff:abc::/32', 'documentation'],
    ['224.0.0.0/4', 'multicast'],
    ['239.1.2.3/32', 'multicast'],
    ['ff00::/8', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    ['255.255.255.255/32', 'reserved'],
    ['224.0.0.0/3', 'multicast and reserved'],
  ])('warns that %s, which is %s, never matches', (entry, kind) => {
    const detail = `${entry} is ${kind} address space: no client on the internet calls from there`
    expect(entryWarnings([entry])).toEqual([
      { pointer: '/ip_acl/0', code: 'never_matches', detail },
    ])
  })

  it.each([
    ['0.0.0.0/0', '/8'],
    ['128.0.0.0/1', '/8'],
    ['10.0.0.0/7', '/8'],
    ['192.0.0.0/4', '/8'],
    ['::/0', '/16'],
    ['2000::/3', '/16'],
    ['2a00::/15', '/16'],
    ['fc00::/6', '/16'],
  ])('warns that %s is wider than a %s', (entry, widest) => {
    const detail = `${entry} is wider than a ${widest}: it lets in a large part of the internet`
    expect(entryWarnings([entry])).toEqual([{ pointer: '/ip_acl/0', code: 'very_wide', detail }])
  })

  it.each([
    '1.0.0.0/8',
    '8.8.8.8/32',
    '100.64.0.0/10',
    '172.0.0.0/8',
    '172.32.0.0/16',
    '192.0.0.0/16',
    '192.0.2.0/23',
    '2001::/16',
    '2001:db8::/31',
    '2606:4700::/32',
    '::2/128',
  ])('has nothing to say of %s', (entry) => {
    expect(entryWarnings([entry])).toEqual([])
  })

  it('points at each entry, once', () => {
    const warnings = entryWarnings(['8.8.8.8/32', '10.0.0.0/8', '1.1.1.1/32', '::/0'])
    expect(warnings.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/ip_acl/1', 'never_matches'],
      ['/ip_acl/3', 'very_wide'],
    ])
    expect(entryWarnings([])).toEqual([])
  })
})
