import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAddress } from '../../src/keys/client-address.ts'
import { compileIpAcl } from '../../src/keys/ip-acl.ts'
import {
  addressIn,
  anyAddress,
  anyNetwork,
  bitsOf,
  contains,
  dotted,
  type Family,
  firstOf,
  lastOf,
  networkIn,
  type PlainAddress,
  type PlainNetwork,
  spelled,
  wordsOf,
} from './ip-oracle.ts'

describe('compileIpAcl()', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0', true],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '9.255.255.255', false],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['203.0.113.7/32', '203.0.113.7', true],
    ['203.0.113.7/32', '203.0.113.8', false],
    ['128.0.0.0/1', '255.255.255.255', true],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['0.0.0.0/0', '0.0.0.0', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::1/128', '2001:db8::1', true],
    ['2001:db8::/65', '2001:db8::8000:0:0:0', false],
    ['::/0', '::1', true],
    ['::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', true],
  ])('%s and %s: %s', (entry, client, allowed) => {
    expect(allows([entry], client)).toBe(allowed)
  })

  it.each([
    ['::/0', '1.2.3.4', false],
    ['::/0', '::ffff:1.2.3.4', false],
    ['0.0.0.0/0', '::1', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['0.0.0.0/0', '::1.2.3.4', false],
    ['0.0.0.0/0', '64:ff9b::1.2.3.4', false],
    ['1.2.3.4/32', '::1.2.3.4', false],
    ['::1.2.3.4/128', '1.2.3.4', false],
    ['::1.2.3.4/128', '::102:304', true],
    ['::/96', '1.2.3.4', false],
    ['::/80', '::ffff:1.2.3.4', false],
    ['::/80', '::1:0:1', true],
    ['1.2.3.0/24', '::ffff:1.2.3.4', true],
    ['1.2.3.0/24', '::ffff:102:304', true],
    ['::ffff:1.2.3.0/120', '1.2.3.4', true],
    ['::ffff:1.2.3.0/120', '::ffff:1.2.3.4', true],
    ['::ffff:1.2.3.0/120', '1.2.4.4', false],
    ['::ffff:0:0/96', '255.255.255.255', true],
    ['::ffff:0:0/96', '::1', false],
  ])('keeps the families apart: %s and %s: %s', (entry, client, allowed) => {
    expect(allows([entry], client)).toBe(allowed)
  })

  it.each([
    ['::/0'],
    ['2a06:98c0:3600::102/127'],
    ['2a06:98c0::/29'],
    ['2a06:98c0:3600::/48', '::/0', '0.0.0.0/0', '2000::/3'],
  ])('refuses the address that all Workers share, however wide: %s', (...entries) => {
    expect(allows(entries, '2a06:98c0:3600::103')).toBe(false)
    expect(allows(entries, '2A06:98C0:3600:0:0:0:0.0.1.3')).toBe(false)
    expect(allows(entries, '2a06:98c0:3600::102')).toBe(true)
  })

  it('matches nothing where it is empty', () => {
    expect(allows([], '1.2.3.4')).toBe(false)
    expect(allows([], '::1')).toBe(false)
  })

  it('throws for an entry that cannot be read, rather than skip it', () => {
    expect(() => compileIpAcl(['10.0.0.0/8', '10.0.0.1/8'])).toThrow(TypeError)
    expect(() => compileIpAcl([''])).toThrow(TypeError)
    expect(() => compileIpAcl(['2a06:98c0:3600::103/128'])).toThrow(TypeError)
  })

  it('matches what one of its networks contains, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(anyNetwork, { maxLength: 12 }),
        fc.array(anyAddress, { maxLength: 6 }),
        (networks, addresses) => {
          const matches = compileIpAcl(networks.map(entryOf))
          for (const address of [...networks.flatMap(edges), ...addresses]) {
            const expected = networks.some((network) => contains(network, address))
            expect(matches(toAddress(address)), spelled(address)).toBe(expected)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it('matches the same whatever the order and however often an entry is there', () => {
    fc.assert(
      fc.property(fc.array(networkIn(6), { minLength: 1, maxLength: 8 }), (networks) => {
        const matches = compileIpAcl(networks.map(entryOf))
        const again = compileIpAcl([...networks, ...networks].toReversed().map(entryOf))
        for (const address of networks.flatMap(edges)) {
          expect(again(toAddress(address))).toBe(matches(toAddress(address)))
        }
      }),
    )
  })

  it('matches a mapped client by IPv4 entries, and an IPv4 client by mapped entries', () => {
    fc.assert(
      fc.property(networkIn(4), addressIn(4), (network, { value }) => {
        const entry = entryOf(network)
        const mappedEntry = `::ffff:${dotted(network.value)}/${network.prefix + 96}`
        for (const { value: probe } of [...edges(network), { value }]) {
          const expected = contains(network, { family: 4, value: probe })
          const client = dotted(probe)
          expect(allows([entry], `::ffff:${client}`)).toBe(expected)
          expect(allows([mappedEntry], client)).toBe(expected)
          expect(allows([mappedEntry], `::ffff:${client}`)).toBe(expected)
        }
      }),
    )
  })

  it('holds a thousand entries', () => {
    const entries = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    expect(allows(entries, '10.3.231.9')).toBe(true)
    expect(allows(entries, '10.3.232.0')).toBe(false)
    expect(allows(entries, '10.0.0.0')).toBe(true)
    expect(allows(entries, '9.255.255.255')).toBe(false)
  })
})

function allows(entries: readonly string[], client: string): boolean {
  const address = clientAddress(new Headers({ 'CF-Connecting-IP': client }))
  if (address === null) throw new Error(`"${client}" does not parse`)
  return compileIpAcl(entries)(address)
}

function entryOf(network: PlainNetwork): string {
  return `${spelled(network)}/${network.prefix}`
}

function toAddress(address: PlainAddress): { family: Family; words: number[] } {
  return { family: address.family, words: wordsOf(address) }
}

/** The first and last address of a network, and those just outside. */
function edges(network: PlainNetwork): PlainAddress[] {
  const { family } = network
  const [first, last] = [firstOf(network), lastOf(network)]
  return [first - 1n, first, last, last + 1n]
    .filter((value) => value >= 0n && value < 1n << BigInt(bitsOf(family)))
    .map((value) => ({ family, value }))
}
