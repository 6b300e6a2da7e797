import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAddress } from '../../src/keys/client-address.ts'
import { byteSizeOfIpAcl, compileIpAcl, isEmptyIpAcl, matchesIpAcl } from '../../src/keys/ip-acl.ts'
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
} from '../../harness/ip-oracle.ts'

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

  it.each([
    ['nested', ['10.1.0.0/16', '10.0.0.0/8', '10.1.2.0/24'], [[0x0a000000, 0x0affffff]]],
    ['equal', ['10.0.0.0/8', '10.0.0.0/8'], [[0x0a000000, 0x0affffff]]],
    ['adjacent', ['10.0.1.0/24', '10.0.0.0/24', '10.0.2.0/23'], [[0x0a000000, 0x0a0003ff]]],
    ['the two halves', ['128.0.0.0/1', '0.0.0.0/1'], [[0, 0xffffffff]]],
    [
      'the last address',
      ['255.255.255.255/32', '0.0.0.0/32'],
      [
        [0, 0],
        [0xffffffff, 0xffffffff],
      ],
    ],
    [
      'one apart',
      ['10.0.0.0/32', '10.0.0.2/32'],
      [
        [0x0a000000, 0x0a000000],
        [0x0a000002, 0x0a000002],
      ],
    ],
  ])('makes one range of what overlaps or touches: %s', (_, entries, ranges) => {
    expect([...compileIpAcl(entries)[4]]).toEqual(ranges.flat())
  })

  it('carries over the words of an IPv6 address', () => {
    const acl = compileIpAcl(['2001:db8:0:1::/64', '2001:db8::/64', '2001:db8:0:3::/64'])
    const [first, last] = [0x20010db8, 0xffffffff]
    const merged = [first, 0, 0, 0, first, 1, last, last]
    expect([...acl[6]]).toEqual([...merged, first, 3, 0, 0, first, 3, last, last])
  })

  it('has ranges in order that do not touch, as few as there can be', () => {
    const networks = fc.oneof(
      ...([4, 6] as const).map((f) => fc.array(networkIn(f), { maxLength: 12 })),
    )
    fc.assert(
      fc.property(networks, (list) => {
        const acl = compileIpAcl(list.map(entryOf))
        for (const family of [4, 6] as const) {
          const bounds = boundsOf(acl[family], family)
          for (const [i, bound] of bounds.entries()) {
            const before = bounds[i - 1] ?? -2n
            // A last address may be its first; a first one leaves a gap to the last before it.
            expect(i % 2 === 1 ? bound >= before : bound > before + 1n).toBe(true)
          }
        }
      }),
    )
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
          const acl = compileIpAcl(networks.map(entryOf))
          for (const address of [...networks.flatMap(edges), ...addresses]) {
            const expected = networks.some((network) => contains(network, address))
            expect(matchesIpAcl(acl, toAddress(address)), spelled(address)).toBe(expected)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it('matches the same whatever the order and however often an entry is there', () => {
    fc.assert(
      fc.property(fc.array(networkIn(6), { minLength: 1, maxLength: 8 }), (networks) => {
        const acl = compileIpAcl(networks.map(entryOf))
        const again = compileIpAcl([...networks, ...networks].toReversed().map(entryOf))
        for (const address of networks.flatMap(edges)) {
          expect(matchesIpAcl(again, toAddress(address))).toBe(
            matchesIpAcl(acl, toAddress(address)),
          )
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

  it('takes 8 bytes a range of IPv4 and 32 a range of IPv6', () => {
    const count = 1_000
    const wide = Array.from({ length: count }, (_, i) => `2001:db8:${(i * 2).toString(16)}::/48`)
    expect(byteSizeOfIpAcl(compileIpAcl(wide))).toBe(32 * count)
    expect(byteSizeOfIpAcl(compileIpAcl(['10.0.0.0/8', '12.0.0.0/8']))).toBe(16)
    expect(byteSizeOfIpAcl(compileIpAcl(['10.0.0.0/8', '11.0.0.0/8']))).toBe(8)
  })
})

describe('isEmptyIpAcl()', () => {
  it.each([
    [[], true],
    [['10.0.0.0/8'], false],
    [['0.0.0.0/0'], false],
    [['::/0'], false],
    [['::/128'], false],
  ])('answers for %s: %s', (entries, empty) => {
    expect(isEmptyIpAcl(compileIpAcl(entries))).toBe(empty)
  })
})

function allows(entries: readonly string[], client: string): boolean {
  const address = clientAddress(new Headers({ 'CF-Connecting-IP': client }))
  if (address === null) throw new Error(`"${client}" does not parse`)
  return matchesIpAcl(compileIpAcl(entries), address)
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

/** The first and last addresses of the compiled ranges, one after the other. */
function boundsOf(ranges: Uint32Array, family: Family): bigint[] {
  const width = bitsOf(family) / 32
  const bounds: bigint[] = []
  for (let at = 0; at < ranges.length; at += width) {
    const words = [...ranges.subarray(at, at + width)]
    bounds.push(words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n))
  }
  return bounds
}
