import { describe, expect, it } from 'vitest'
import { formatAddress } from '../../src/keys/address.ts'
import { clientAddress } from '../../src/keys/client-address.ts'

describe('clientAddress()', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['::203.0.113.7', '::cb00:7107'],
  ])('reads %s as %s', (value, address) => {
    expect(textOf(new Headers({ 'CF-Connecting-IP': value }))).toBe(address)
  })

  it.each([
    ['an empty value', ''],
    ['a port', '203.0.113.7:443'],
    ['brackets', '[2001:db8::1]'],
    ['brackets and a port', '[2001:db8::1]:443'],
    ['a zone id', 'fe80::1%eth0'],
    ['a list', '203.0.113.7, 203.0.113.7'],
    ['a trailing comma', '203.0.113.7,'],
    ['a short form', '127.1'],
    ['an octal octet', '0203.0.113.7'],
    ['a network', '203.0.113.7/32'],
    ['a word', 'unknown'],
  ])('cannot read %s', (_, value) => {
    expect(clientAddress(new Headers({ 'CF-Connecting-IP': value }))).toBeNull()
  })

  it('cannot read a second header, an equal one neither', () => {
    const headers = new Headers({ 'CF-Connecting-IP': '203.0.113.7' })
    headers.append('CF-Connecting-IP', '203.0.113.7')
    expect(clientAddress(headers)).toBeNull()
  })

  it('looks at no other header', () => {
    const others = new Headers({
      'X-Forwarded-For': '203.0.113.7',
      'X-Real-IP': '203.0.113.7',
      'True-Client-IP': '203.0.113.7',
      'X-Client-IP': '203.0.113.7',
      Forwarded: 'for=203.0.113.7',
      'CF-Connecting-IPv6': '2001:db8::1',
      'CF-Pseudo-IPv4': '203.0.113.7',
      CF_Connecting_IP: '203.0.113.7',
    })
    expect(clientAddress(others)).toBeNull()
    others.set('CF-Connecting-IP', '198.51.100.1')
    expect(textOf(others)).toBe('198.51.100.1')
  })
})

function textOf(headers: Headers): string | null {
  const address = clientAddress(headers)
  return address === null ? null : formatAddress(address)
}
