import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNetwork, parseCidr } from '../../src/keys/cidr.ts'
import { mergeNetworks } from '../../src/keys/merged-networks.ts'
import { dotted } from '../../harness/ip-oracle.ts'

const MOST = 1_000

describe('mergeNetworks()', () => {
  it.each([
    ['nothing', [], []],
    ['one', ['10.0.0.0/8'], ['10.0.0.0/8']],
    ['neighbours', ['10.0.0.0/25', '10.0.0.128/25'], ['10.0.0.0/24']],
    ['neighbours in another order', ['10.0.0.128/25', '10.0.0.0/25'], ['10.0.0.0/24']],
    ['what lies within another', ['10.1.2.0/24', '10.0.0.0/8', '10.9.9.9/32'], ['10.0.0.0/8']],
    ['neighbours of neighbours', ['10.0.0.0/26', '10.0.0.64/26', '10.0.0.128/25'], ['10.0.0.0/24']],
    [
      'neighbours of two networks',
      ['10.0.0.128/25', '10.0.1.0/25'],
      ['10.0.0.128/25', '10.0.1.0/25'],
    ],
    ['the halves of all', ['128.0.0.0/1', '0.0.0.0/1'], ['0.0.0.0/0']],
    ['the last addresses', ['255.255.255.254/32', '255.255.255.255/32'], ['255.255.255.254/31']],
    [
      'both families',
      ['2001:db8::/33', '10.0.0.0/8', '2001:db8:8000::/33'],
      ['10.0.0.0/8', '2001:db8::/32'],
    ],
    ['the same bits of both', ['::a00:0/104', '10.0.0.0/8'], ['10.0.0.0/8', '::a00:0/104']],
    ['the halves of all of IPv6', ['8000::/1', '::/1'], ['::/0']],
    [
      'a carry over the words',
      ['2001:db8::ffff:ffff:0:0/96', '2001:db8:0:1::/96'],
      ['2001:db8::ffff:ffff:0:0/96', '2001:db8:0:1::/96'],
    ],
  ])('merges %s', (_, entries, merged) => {
    expect(mergeNetworks(entries, MOST)).toEqual(merged)
  })

  it('gives up where there are more than they may be', () => {
    const entries = ['10.0.0.0/32', '10.0.0.2/32', '10.0.0.4/32']
    expect(mergeNetworks(entries, 3)).toEqual(entries)
    expect(mergeNetworks(entries, 2)).toBeNull()
  })

  // 8 bits of an address, so that each of its 256 values can be asked for.
  const small = fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }))
  it.each([
    ['IPv4', (bits: number, prefix: number) => `${dotted(BigInt(0x0a000000 + bits))}/${prefix}`],
    ['IPv6', (bits: number, prefix: number) => `2001:db8::${bits.toString(16)}/${prefix + 96}`],
  ])('holds exactly the same addresses, in the fewest networks: %s', (_, written) => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 40 }), (pairs) => {
        const blocks = pairs.map(([bits, prefix]) => toBlock(bits, prefix))
        const entries = blocks.map(({ first, prefix }) => canonical(written(first, prefix)))
        const merged = mergeNetworks(entries, MOST) ?? []
        const wanted = setOf(blocks)
        expect(setOf(merged.map(toLowBlock))).toEqual(wanted)
        expect(merged).toHaveLength(fewest(wanted, 0, 256))
        expect(merged.map(canonical)).toEqual(merged)
      }),
    )
  })
})

interface Block {
  readonly first: number
  readonly prefix: number
}

function toBlock(bits: number, prefix: number): Block {
  const size = 2 ** (32 - prefix)
  return { first: bits - (bits % size), prefix }
}

/** The lowest byte of a network that was written by the test. */
function toLowBlock(network: string): Block {
  const [address = '', prefix = ''] = network.split('/')
  const isIpv6 = address.includes(':')
  const low = isIpv6
    ? Number.parseInt(`0${address.split(':').at(-1)}`, 16)
    : Number(address.split('.')[3])
  return { first: low, prefix: Number(prefix) - (isIpv6 ? 96 : 0) }
}

function setOf(blocks: readonly Block[]): Set<number> {
  const all = blocks.flatMap(({ first, prefix }) =>
    Array.from({ length: 2 ** (32 - prefix) }, (_, i) => first + i),
  )
  return new Set(all.toSorted((a, b) => a - b))
}

/** How few blocks make up the part of a set in [start, start + size), found by halving. */
function fewest(set: ReadonlySet<number>, start: number, size: number): number {
  const held = Array.from({ length: size }, (_, i) => set.has(start + i))
  if (held.every((isHeld) => !isHeld)) return 0
  if (held.every(Boolean)) return 1
  return fewest(set, start, size / 2) + fewest(set, start + size / 2, size / 2)
}

function canonical(entry: string): string {
  const parsed = parseCidr(entry)
  if (!parsed.ok) throw new Error(parsed.error.detail)
  return formatNetwork(parsed.value)
}
