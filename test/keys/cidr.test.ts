import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CidrFault,
  formatNetwork,
  isSharedByWorkers,
  maskWords,
  parseCidr,
} from '../../src/keys/cidr.ts'
import { parseAddress } from '../../src/keys/address.ts'
import {
  addressIn,
  addressLikeText,
  anyNetwork,
  anyText,
  bitsOf,
  dotted,
  firstOf,
  spelled,
  wordsOf,
} from '../../harness/ip-oracle.ts'

describe('parseCidr()', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['203.0.113.128/25', '203.0.113.128/25'],
    ['::/0', '::/0'],
    ['::1/128', '::1/128'],
    ['8000::/1', '8000::/1'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:0db8:0000:0000:0000:0000:0000:0000/32', '2001:db8::/32'],
    ['2001:db8:0:0:1:0:0:0/80', '2001:db8:0:0:1::/80'],
    ['fe80::/10', 'fe80::/10'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
    ['\t2001:db8::/32\n', '2001:db8::/32'],
    ['::1.2.3.4/128', '::102:304/128'],
    ['::1.2.3.0/120', '::102:300/120'],
    ['::/96', '::/96'],
    ['::/80', '::/80'],
    ['::fffe:0:0/95', '::fffe:0:0/95'],
  ])('reads "%s" as %s', (text, canonical) => {
    expect(canonicalOf(text)).toBe(canonical)
  })

  it.each([
    ['::ffff:1.2.3.0/120', '1.2.3.0/24'],
    ['::ffff:1.2.3.4/128', '1.2.3.4/32'],
    ['::ffff:102:304/128', '1.2.3.4/32'],
    ['0:0:0:0:0:FFFF:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:0.0.0.0/96', '0.0.0.0/0'],
    ['::ffff:128.0.0.0/97', '128.0.0.0/1'],
  ])('reads the mapped %s as %s', (text, canonical) => {
    expect(canonicalOf(text)).toBe(canonical)
  })

  it.each([
    ['nothing', ''],
    ['spaces alone', '   '],
    ['a slash alone', '/'],
    ['a prefix length alone', '/8'],
    ['an octal octet', '010.0.0.0/8'],
    ['a hexadecimal octet', '0x0a.0.0.0/8'],
    ['a decimal number', '167772160/8'],
    ['a short form', '10/8'],
    ['two octets', '10.0/16'],
    ['three octets', '10.0.0/24'],
    ['five octets', '10.0.0.0.0/8'],
    ['an octet above 255', '10.0.0.256/32'],
    ['a trailing dot', '10.0.0.0./8'],
    ['a wildcard', '10.0.0.*'],
    ['a range', '10.0.0.0-10.0.0.255'],
    ['a netmask', '10.0.0.0/255.0.0.0'],
    ['full-width digits', '１０.0.0.0/8'],
    ['a full-width prefix length', '10.0.0.0/８'],
    ['a full-width slash', '10.0.0.0／8'],
    ['a space before the slash', '10.0.0.0 /8'],
    ['a space behind the slash', '10.0.0.0/ 8'],
    ['a space in the address', '10.0. 0.0/8'],
    ['a no-break space in the address', '10.0.\u00a00.0/8'],
    ['a zero-width space before', '\u200b10.0.0.0/8'],
    ['an empty prefix length', '10.0.0.0/'],
    ['a prefix length with a leading zero', '10.0.0.0/08'],
    ['a prefix length of two zeros', '0.0.0.0/00'],
    ['a signed prefix length', '10.0.0.0/+8'],
    ['a negative prefix length', '10.0.0.0/-8'],
    ['a fractional prefix length', '10.0.0.0/8.0'],
    ['a prefix length between two', '10.0.0.0/8.5'],
    ['a prefix length of four digits', '10.0.0.0/1000'],
    ['a prefix length that is no number', '10.0.0.0/NaN'],
    ['an endless prefix length', '10.0.0.0/Infinity'],
    ['an exponent', '10.0.0.0/1e1'],
    ['a hexadecimal prefix length', '10.0.0.0/0x8'],
    ['two prefix lengths', '10.0.0.0/8/8'],
    ['a trailing slash', '10.0.0.0/8/'],
    ['a port', '10.0.0.0:80/8'],
    ['a port behind', '10.0.0.0/8:80'],
    ['brackets', '[2001:db8::]/32'],
    ['a zone id', 'fe80::%eth0/64'],
    ['a zone id behind', 'fe80::/64%eth0'],
    ['two gaps', '2001::db8::/32'],
    ['an octal octet in a mapped network', '::ffff:010.0.0.0/104'],
    ['a host name', 'example.com/32'],
    ['two entries', '10.0.0.0/8,11.0.0.0/8'],
    ['two lines', '10.0.0.0/8\n11.0.0.0/8'],
  ])('refuses %s as malformed', (_, text) => {
    expect(faultOf(text).code).toBe('cidr_malformed')
  })

  it.each([
    ['1.1.1.1', '1.1.1.1/32'],
    [' 1.1.1.1 ', '1.1.1.1/32'],
    ['2001:DB8::1', '2001:db8::1/128'],
    ['::ffff:1.2.3.4', '1.2.3.4/32'],
    ['::1.2.3.4', '::102:304/128'],
  ])('refuses the bare address "%s" and names the entry to write', (text, entry) => {
    const fault = faultOf(text)
    expect(fault).toMatchObject({ code: 'cidr_prefix_missing', suggestion: entry })
    expect(fault.detail).toContain(entry)
  })

  it.each([
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['192.168.1.129/25', '192.168.1.128/25'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['::1/127', '::/127'],
    ['::1/0', '::/0'],
    ['::ffff:1.2.3.4/120', '1.2.3.0/24'],
    ['::ffff:1.2.3.4/96', '0.0.0.0/0'],
    ['::ffff:0:0/95', '::fffe:0:0/95'],
    ['::ffff:1.2.3.4/80', '::/80'],
  ])('refuses the host bits of %s and names the network', (text, network) => {
    const fault = faultOf(text)
    expect(fault).toMatchObject({ code: 'cidr_host_bits_set', suggestion: network })
    expect(fault.detail).toContain(network)
  })

  it.each(['10.0.0.0/33', '10.0.0.0/128', '2001:db8::/129', '::ffff:1.2.3.4/129', '::/999'])(
    'refuses the prefix length of %s',
    (text) => {
      expect(faultOf(text).code).toBe('cidr_prefix_out_of_range')
    },
  )

  it.each([
    '2a06:98c0:3600::103/128',
    '2A06:98C0:3600:0:0:0:0:103/128',
    '2a06:98c0:3600::0.0.1.3/128',
    '2a06:98c0:3600::103',
  ])('refuses the address that all Workers share: %s', (text) => {
    const fault = faultOf(text)
    expect(fault.code).toBe('cidr_shared_by_workers')
    expect(fault.suggestion).toBeUndefined()
  })

  it.each(['2a06:98c0:3600::102/128', '2a06:98c0:3600::102/127', '2a06:98c0::/29'])(
    'takes %s, a neighbour or a wider network',
    (text) => {
      expect(canonicalOf(text)).toBe(text)
    },
  )

  it('refuses exactly the networks that have host bits', () => {
    const networkWithHostBits = fc.tuple(anyNetwork, fc.nat(0xffff)).map(([network, bits]) => {
      return { ...network, value: network.value | BigInt(bits) }
    })
    fc.assert(
      fc.property(networkWithHostBits, (network) => {
        const result = parseCidr(`${spelled(network)}/${network.prefix}`)
        const network0 = { ...network, value: firstOf(network) }
        if (network.value === network0.value) {
          const { family, prefix } = network
          const address = { family, words: wordsOf(network) }
          expect(result).toEqual({ ok: true, value: { address, prefix } })
        } else {
          const suggestion = canonicalOf(`${spelled(network0)}/${network.prefix}`)
          const code = 'cidr_host_bits_set'
          expect(result).toMatchObject({ ok: false, error: { code, suggestion } })
        }
      }),
      { numRuns: 500 },
    )
  })

  it('takes a mapped network for its IPv4 network, whatever its length', () => {
    const prefixIn4 = fc.integer({ min: 0, max: 32 })
    fc.assert(
      fc.property(addressIn(4), prefixIn4, ({ value }, prefix) => {
        const plain = suggestionOrCanonical(`${dotted(value)}/${prefix}`)
        expect(suggestionOrCanonical(`::ffff:${dotted(value)}/${prefix + 96}`)).toBe(plain)
        const asHex = spelled({ family: 6, value: (0xffffn << 32n) + value })
        expect(suggestionOrCanonical(`${asHex}/${prefix + 96}`)).toBe(plain)
      }),
    )
  })

  it('has a canonical form that is its own canonical form', () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const canonical = canonicalOf(`${spelled(network)}/${network.prefix}`)
        expect(canonicalOf(canonical)).toBe(canonical)
      }),
    )
  })

  it('suggests only what it takes', () => {
    const text = fc.oneof(addressLikeText, fc.tuple(addressLikeText, fc.nat(130)).map(join))
    fc.assert(
      fc.property(text, (entry) => {
        const result = parseCidr(entry)
        const suggestion = result.ok ? undefined : result.error.suggestion
        if (suggestion !== undefined) expect(canonicalOf(suggestion)).toBe(suggestion)
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(anyText, (text) => void parseCidr(text)))
    fc.assert(
      fc.property(addressLikeText, fc.nat(1_000), (...parts) => void parseCidr(join(parts))),
    )
  })

  it('repeats a long entry in short', () => {
    expect(faultOf('x'.repeat(60_000)).detail.length).toBeLessThan(200)
  })

  it('never cuts a character in two', () => {
    for (const length of [63, 64, 65]) {
      expect(faultOf(`${'x'.repeat(length)}${'🔑'.repeat(9)}`).detail.isWellFormed()).toBe(true)
    }
  })
})

describe('isSharedByWorkers()', () => {
  it.each([
    ['2a06:98c0:3600::103', true],
    ['2A06:98C0:3600:0000:0000:0000:0000:0103', true],
    ['2a06:98c0:3600::104', false],
    ['2a06:98c0:3600::1:103', false],
    ['0.0.1.3', false],
    ['::ffff:0.0.1.3', false],
  ])('answers for %s: %s', (text, shared) => {
    const address = parseAddress(text)
    expect(address !== null && isSharedByWorkers(address)).toBe(shared)
  })
})

describe('maskWords()', () => {
  it('keeps the first bits and no others', () => {
    fc.assert(
      fc.property(anyNetwork, addressIn(6), (network, { value }) => {
        const { family, prefix } = network
        const address = { family, value: BigInt.asUintN(bitsOf(family), value) }
        const first = firstOf({ ...address, prefix })
        expect(maskWords(wordsOf(address), prefix)).toEqual(wordsOf({ family, value: first }))
      }),
    )
  })
})

function join([address, prefix]: readonly [string, number]): string {
  return `${address}/${prefix}`
}

function canonicalOf(text: string): string {
  const result = parseCidr(text)
  if (!result.ok) throw new Error(`"${text}" is refused: ${result.error.code}`)
  return formatNetwork(result.value)
}

function faultOf(text: string): CidrFault {
  const result = parseCidr(text)
  if (result.ok) throw new Error(`"${text}" is taken as ${formatNetwork(result.value)}`)
  return result.error
}

function suggestionOrCanonical(text: string): string | undefined {
  const result = parseCidr(text)
  return result.ok ? formatNetwork(result.value) : result.error.suggestion
}
