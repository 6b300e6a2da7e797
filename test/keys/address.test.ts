import { isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { mutated } from '../../harness/mutated.ts'
import { formatAddress, isMapped, parseAddress, unmapAddress } from '../../src/keys/address.ts'
import {
  addressIn,
  addressLikeText,
  anyAddress,
  anyText,
  dotted,
  ipv6Spelling,
  spelled,
  wordsOf,
} from '../../harness/ip-oracle.ts'

const MAPPED = 0xffffn << 32n

describe('parseAddress()', () => {
  it.each([
    ['0.0.0.0', 4, [0]],
    ['255.255.255.255', 4, [0xffffffff]],
    ['203.0.113.7', 4, [0xcb007107]],
    ['::', 6, [0, 0, 0, 0]],
    ['::1', 6, [0, 0, 0, 1]],
    ['1:2:3:4:5:6:7::', 6, [0x10002, 0x30004, 0x50006, 0x70000]],
    ['::2:3:4:5:6:7:8', 6, [2, 0x30004, 0x50006, 0x70008]],
    ['2001:DB8::ABCD', 6, [0x20010db8, 0, 0, 0xabcd]],
    ['::ffff:1.2.3.4', 6, [0, 0, 0xffff, 0x01020304]],
    ['64:ff9b::192.0.2.33', 6, [0x64ff9b, 0, 0, 0xc0000221]],
    ['0000:0000:0000:0000:0000:ffff:255.255.255.255', 6, [0, 0, 0xffff, 0xffffffff]],
  ] as const)('reads %s', (text, family, words) => {
    expect(parseAddress(text)).toEqual({ family, words })
  })

  it('reads the deprecated ::1.2.3.4 as the IPv6 address that it is', () => {
    expect(parseAddress('::1.2.3.4')).toEqual({ family: 6, words: [0, 0, 0, 0x01020304] })
  })

  it.each([
    ['nothing', ''],
    ['an octal octet', '010.0.0.1'],
    ['an octet with a leading zero', '1.2.3.04'],
    ['a hexadecimal octet', '0x7f.0.0.1'],
    ['one hexadecimal number', '0x7f000001'],
    ['one decimal number', '2130706433'],
    ['two parts', '127.1'],
    ['three parts', '10.0.1'],
    ['five parts', '1.2.3.4.5'],
    ['an octet above 255', '256.0.0.1'],
    ['a last octet above 255', '1.2.3.256'],
    ['an octet of four digits', '1.2.3.1000'],
    ['a trailing dot', '1.2.3.4.'],
    ['a leading dot', '.1.2.3.4'],
    ['an empty octet', '1..3.4'],
    ['a negative octet', '1.2.3.-4'],
    ['a signed octet', '1.2.3.+4'],
    ['full-width digits', '１.２.３.４'],
    ['Arabic-Indic digits', '١.٢.٣.٤'],
    ['an ideographic full stop', '1。2。3。4'],
    ['a space before', ' 1.2.3.4'],
    ['a line feed behind', '1.2.3.4\n'],
    ['a space within', '1.2. 3.4'],
    ['a NUL behind', '1.2.3.4\0'],
    ['a port', '1.2.3.4:80'],
    ['brackets', '[::1]'],
    ['brackets and a port', '[2001:db8::1]:443'],
    ['a zone id', 'fe80::1%eth0'],
    ['a numeric zone id', 'fe80::1%1'],
    ['an encoded zone id', 'fe80::1%25eth0'],
    ['a zone id of a mapped address', '::ffff:1.2.3.4%1'],
    ['one colon', ':'],
    ['three colons', ':::'],
    ['two gaps', '1::2::3'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['eight groups and a gap', '1:2:3:4::5:6:7:8'],
    ['a gap after eight groups', '1:2:3:4:5:6:7:8::'],
    ['a colon before', ':1:2:3:4:5:6:7:8'],
    ['a colon behind', '1:2:3:4:5:6:7:8:'],
    ['a group of five digits', '00001::'],
    ['a letter beyond f', '::g'],
    ['a full-width digit in a group', '::１'],
    ['an octal octet in a dotted tail', '::ffff:1.2.3.010'],
    ['a hexadecimal octet in a dotted tail', '::ffff:0x1.2.3.4'],
    ['a short dotted tail', '::ffff:1.2.3'],
    ['an octet above 255 in a dotted tail', '::ffff:1.2.3.256'],
    ['a dotted head', '1.2.3.4::'],
    ['a dotted middle', '::1.2.3.4:5'],
    ['a dotted tail after seven groups', '1:2:3:4:5:6:7:1.2.3.4'],
    ['two dotted tails', '::1.2.3.4:1.2.3.4'],
    ['a prefix length', '10.0.0.0/8'],
    ['an interface identifier of a host', 'localhost'],
    ['a list', '1.2.3.4,1.2.3.4'],
  ])('refuses %s', (_, text) => {
    expect(parseAddress(text)).toBeNull()
  })

  it('reads every address from its longest spelling', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const { family } = address
        expect(parseAddress(spelled(address))).toEqual({ family, words: wordsOf(address) })
      }),
    )
  })

  it('reads every spelling of RFC 4291 §2.2', () => {
    fc.assert(
      fc.property(ipv6Spelling, ({ text, address }) => {
        expect(isIP(text), text).toBe(6)
        expect(parseAddress(text), text).toEqual({ family: 6, words: wordsOf(address) })
      }),
      { numRuns: 1_000 },
    )
  })

  it('agrees with Node on what an address is', () => {
    fc.assert(
      fc.property(addressLikeText, (text) => {
        expect(parseAddress(text)?.family ?? 0, text).toBe(isIP(text))
      }),
      { numRuns: 5_000 },
    )
  })

  it('agrees with ipaddr.js on IPv6 in hexadecimal groups', () => {
    const text = fc.oneof(
      ipv6Spelling.map((spelling) => spelling.text),
      addressLikeText,
    )
    fc.assert(
      fc.property(mutated(text), (written) => {
        fc.pre(!/[.%]/.test(written)) // a dotted tail and a zone id are more to it than to us
        const expected = ipaddr.IPv6.isValid(written) ? ipaddr.IPv6.parse(written).parts : null
        const words = written.includes(':') ? parseAddress(written)?.words : undefined
        const parts = words?.flatMap((word) => [word >>> 16, word & 0xffff]) ?? null
        expect(parts, written).toEqual(expected)
      }),
      { numRuns: 5_000 },
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(anyText, (text) => void parseAddress(text)))
  })
})

describe('formatAddress()', () => {
  it.each([
    // RFC 5952 §4.1, §4.2.1, §4.2.2, §4.2.3, §4.3
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:1:0:1:0:1:0:1', '0:1:0:1:0:1:0:1'],
    ['::1.2.3.4', '::102:304'],
    ['1.2.3.4', '1.2.3.4'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalOf(text)).toBe(canonical)
  })

  it('writes one text for all spellings of an address', () => {
    fc.assert(
      fc.property(ipv6Spelling, ({ text, address }) => {
        expect(canonicalOf(text)).toBe(canonicalOf(spelled(address)))
      }),
    )
  })

  it('agrees with the URL standard, which serialises IPv6 as RFC 5952 §4 does', () => {
    fc.assert(
      fc.property(ipv6Spelling, ({ text }) => {
        expect(`[${canonicalOf(text)}]`).toBe(new URL(`http://[${text}]/`).hostname)
      }),
      { numRuns: 500 },
    )
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const canonical = canonicalOf(spelled(address))
        expect(canonicalOf(canonical)).toBe(canonical)
      }),
    )
  })
})

describe('unmapAddress()', () => {
  it('turns every IPv4-mapped address into its IPv4 address, in both spellings', () => {
    fc.assert(
      fc.property(addressIn(4), ({ value }) => {
        const asHex = spelled({ family: 6, value: MAPPED + value })
        for (const text of [`::ffff:${dotted(value)}`, `::FFFF:${dotted(value)}`, asHex]) {
          const address = parsed(text)
          expect(isMapped(address)).toBe(true)
          expect(formatAddress(unmapAddress(address))).toBe(dotted(value))
        }
      }),
    )
  })

  it.each([
    '1.2.3.4',
    '::1.2.3.4',
    '::fffe:1.2.3.4',
    '::1:ffff:1.2.3.4',
    '::ffff:0:1.2.3.4',
    '64:ff9b::1.2.3.4',
    '2002:102:304::',
    '1::ffff:1.2.3.4',
  ])('leaves %s as it is', (text) => {
    const address = parsed(text)
    expect(isMapped(address)).toBe(false)
    expect(unmapAddress(address)).toEqual(address)
  })
})

function parsed(text: string) {
  const address = parseAddress(text)
  if (address === null) throw new Error(`"${text}" does not parse`)
  return address
}

function canonicalOf(text: string): string {
  return formatAddress(parsed(text))
}
