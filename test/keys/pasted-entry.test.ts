import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNetwork, parseCidr } from '../../src/keys/cidr.ts'
import { type EntryFault, explainPastedText } from '../../src/keys/pasted-entry.ts'
import { mutated } from '../../harness/mutated.ts'
import {
  addressIn,
  addressLikeText,
  anyNetwork,
  anyText,
  dotted,
  firstOf,
  lastOf,
  readNetwork,
  spelled,
} from '../../harness/ip-oracle.ts'

describe('explainPasted()', () => {
  it.each([
    ['a range', '10.0.0.0-10.0.0.255', '10.0.0.0/24'],
    ['a range with spaces', '10.0.0.0 - 10.255.255.255', '10.0.0.0/8'],
    ['a range with an en dash', '10.0.0.0–10.0.0.3', '10.0.0.0/30'],
    ['a range of one', '10.0.0.7-10.0.0.7', '10.0.0.7/32'],
    ['a range of the last octet', '10.0.0.8-15', '10.0.0.8/29'],
    ['a range of IPv6', '2001:db8::-2001:db8::ffff', '2001:db8::/112'],
    ['a range of mapped addresses', '::ffff:10.0.0.0-::ffff:10.0.0.1', '10.0.0.0/31'],
    ['the range of all', '0.0.0.0-255.255.255.255', '0.0.0.0/0'],
    ['wildcards', '10.1.*.*', '10.1.0.0/16'],
    ['one wildcard for the rest', '10.1.*', '10.1.0.0/16'],
    ['a wildcard octet', '203.0.113.*', '203.0.113.0/24'],
    ['x for wildcards', '10.x.x.x', '10.0.0.0/8'],
    ['four wildcards', '*.*.*.*', '0.0.0.0/0'],
    ['a netmask', '10.0.0.0/255.0.0.0', '10.0.0.0/8'],
    ['a netmask behind a space', '10.0.0.0 255.0.0.0', '10.0.0.0/8'],
    ['a netmask by its name', '10.0.0.0 netmask 255.240.0.0', '10.0.0.0/12'],
    ['a netmask behind a host', '192.168.1.9 255.255.255.0', '192.168.1.0/24'],
    ['the netmask of one address', '10.0.0.1/255.255.255.255', '10.0.0.1/32'],
    ['a netmask of IPv6', '2001:db8::/ffff:ffff::', '2001:db8::/32'],
    ['a wildcard mask', '10.0.0.0 0.255.255.255', '10.0.0.0/8'],
    ['a full stop', '10.0.0.0/8.', '10.0.0.0/8'],
    ['a dot behind an address', '10.0.0.1.', '10.0.0.1/32'],
    ['full-width digits', '１０.０.０.０／８', '10.0.0.0/8'],
    ['ideographic full stops', '10。0。0。0/8', '10.0.0.0/8'],
    ['a zero-width space', '\u200b10.0.0.0/8', '10.0.0.0/8'],
    ['commas for dots', '10,0,0,0/8', '10.0.0.0/8'],
    ['a comma behind', '10.0.0.0/8,', '10.0.0.0/8'],
    ['a semicolon behind', '10.0.0.0/8;', '10.0.0.0/8'],
    ['quotes', '"10.0.0.0/8"', '10.0.0.0/8'],
    ['spaces around the slash', '10.0.0.0 / 8', '10.0.0.0/8'],
    ['a backslash', '10.0.0.0\\8', '10.0.0.0/8'],
    ['brackets', '[2001:db8::]/32', '2001:db8::/32'],
    ['brackets around all of it', '[2001:DB8::/32]', '2001:db8::/32'],
    ['a port', '203.0.113.7:443', '203.0.113.7/32'],
    ['brackets and a port', '[2001:db8::1]:443', '2001:db8::1/128'],
    ['a zone id', '2001:db8::1%eth0', '2001:db8::1/128'],
    ['host bits, too', '[2001:db8::1]/32', '2001:db8::/32'],
    ['the same network twice', '10.0.0.0/8, 10.0.0.0/8', '10.0.0.0/8'],
    ['a row of a table', '203.0.113.0\t255.255.255.0\tHQ', '203.0.113.0/24'],
    ['a rule', 'permit ip 203.0.113.0 0.0.0.255 any', '203.0.113.0/24'],
    [
      'a rule beside one that denies',
      'deny 192.0.2.0/24;\nallow 203.0.113.0/24;',
      '203.0.113.0/24',
    ],
    ['an entry with a comment', '203.0.113.0/24 # was 192.0.2.1', '203.0.113.0/24'],
  ])('suggests what %s stands for: %s, %s', (_, text, network) => {
    const fault = faultOf(text)
    expect(fault).toMatchObject({ code: 'cidr_malformed', suggestion: network })
    expect(fault.detail).toContain(`write ${network}`)
  })

  it.each([
    ['10.0.0.1-10.0.0.6', ['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/31', '10.0.0.6/32']],
    ['10.0.0.254-10.0.1.1', ['10.0.0.254/31', '10.0.1.0/31']],
    ['2001:db8::1-2001:db8::2', ['2001:db8::1/128', '2001:db8::2/128']],
    ['10.0.0.0/8, 192.168.0.0/16', ['10.0.0.0/8', '192.168.0.0/16']],
    ['10.0.0.1;10.0.0.9', ['10.0.0.1/32', '10.0.0.9/32']],
    ['10.0.0.0/8\n2001:db8::/32\n', ['10.0.0.0/8', '2001:db8::/32']],
    ['10.0.0.0/8 2001:db8::/32', ['10.0.0.0/8', '2001:db8::/32']],
    ['["192.0.2.0/24","198.51.100.0/24"]', ['192.0.2.0/24', '198.51.100.0/24']],
    ['- 192.0.2.0/24\n- 198.51.100.0/24', ['192.0.2.0/24', '198.51.100.0/24']],
    ['10.1.*.*, 10.2.0.0-10.2.0.2', ['10.1.0.0/16', '10.2.0.0/31', '10.2.0.2/32']],
  ])('suggests several networks: %s', (text, suggestion) => {
    const fault = faultOf(text)
    expect(fault).toMatchObject({ code: 'cidr_malformed', suggestion })
    expect(fault.detail).toContain(`write ${suggestion[0]} and ${suggestion.length - 1} more`)
  })

  it.each([
    ['a short form, which is a network or an address', '10/8'],
    ['two octets', '10.1'],
    ['octets that could be octal', '010.0.0.1-010.0.0.9'],
    ['a leading zero of the prefix length', '10.0.0.0/08'],
    ['a number', '167772160/8'],
    ['a range the wrong way round', '10.0.0.9-10.0.0.1'],
    ['a range over two families', '10.0.0.1-2001:db8::1'],
    ['a range of three', '10.0.0.1-10.0.0.2-10.0.0.3'],
    ['a range whose last octet is too large', '10.0.0.1-300'],
    ['a range of IPv6 with too many networks', '2001:db8::1-2001:db9::fffe'],
    ['a range of IPv6 over the mapped block', '::fffe:8000:0-::1:0:0:0'],
    ['a wildcard before an octet', '10.*.1.*'],
    ['a wildcard alone, which is any address of both families', '*'],
    ['a wildcard within an octet', '10.0.0.1*'],
    ['five wildcards', '*.*.*.*.*'],
    ['a netmask with a gap', '10.0.0.0/255.0.255.0'],
    ['a mask of all zeros, which is all or one', '10.0.0.0 0.0.0.0'],
    ['a mask of all ones behind zeros, which is one or all', '0.0.0.0 255.255.255.255'],
    ['two addresses', '10.0.0.1 10.0.0.9'],
    ['a list with a fault', '10.0.0.0/8, example.com'],
    ['the address that all Workers share', '[2a06:98c0:3600::103]'],
    ['a list with it', '10.0.0.0/8, 2a06:98c0:3600::103'],
    ['a rule that denies', 'deny 192.0.2.0/24;'],
    ['a negation', '!192.0.2.1'],
    ['a comment', '# 192.0.2.1 old office'],
    ['a list and words that are not known', '10.0.0.0/8\nwhatever'],
    ['a netmask and a gateway', '203.0.113.0 255.255.255.0 203.0.113.1'],
    ['a host name', 'example.com'],
    ['a URL', 'http://203.0.113.7/'],
    ['nothing', ''],
    ['separators alone', ' , ; '],
    ['more networks than help', Array.from({ length: 65 }, (__, i) => `10.0.${i}.0/24`).join(',')],
  ])('suggests nothing for %s', (_, text) => {
    expect(faultOf(text)).toEqual(plainFaultOf(text))
  })

  it('leaves a fault alone that names its network', () => {
    for (const text of ['10.0.0.1/8', '1.1.1.1']) {
      expect(faultOf(text)).toEqual(plainFaultOf(text))
    }
  })

  it('suggests for a range exactly its addresses, in order', () => {
    const span = fc.tuple(addressIn(4), addressIn(4))
    fc.assert(
      fc.property(span, ([{ value: a }, { value: b }]) => {
        const [first, last] = a < b ? [a, b] : [b, a]
        const { suggestion = [] } = faultOf(`${dotted(first)}-${dotted(last)}`)
        let next = first
        for (const entry of [suggestion].flat()) {
          const network = readNetwork(entry)
          if (network === null) throw new Error(`${entry} is no network`)
          expect(firstOf(network)).toBe(next)
          next = lastOf(network) + 1n
        }
        expect(next).toBe(last + 1n)
      }),
    )
  })

  it('reads every network behind its netmask and its wildcard mask', () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const [first, last] = [firstOf(network), lastOf(network)]
        const mask = spelled({
          ...network,
          value: lastOf({ ...network, prefix: 0 }) ^ (last - first),
        })
        fc.pre(network.prefix > 0 && last > first)
        const expected = readNetwork(`${spelled(network)}/${network.prefix}`)
        const suggestion = faultOf(`${spelled(network)} ${mask}`).suggestion
        expect(typeof suggestion === 'string' && readNetwork(suggestion)).toEqual(expected)
        // The wildcard mask of an IPv6 /80, ::ffff:ffff:ffff, is an IPv4-mapped address: not certain.
        if (network.family === 6 && network.prefix === 80) return
        const turned = spelled({ ...network, value: last - first })
        expect(faultOf(`${spelled(network)} ${turned}`).suggestion).toEqual(suggestion)
      }),
    )
  })

  it('suggests only what is taken as it stands, and never throws', () => {
    const good = anyNetwork.map((network) => `${spelled(network)}/${network.prefix}`)
    const text = fc.oneof(mutated(good), addressLikeText, anyText, fc.tuple(good, good).map(String))
    fc.assert(
      fc.property(text, (entry) => {
        if (parseCidr(entry).ok) return
        for (const suggested of [faultOf(entry).suggestion ?? []].flat()) {
          const parsed = parseCidr(suggested)
          expect(parsed.ok && formatNetwork(parsed.value)).toBe(suggested)
        }
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['spaces', ' '.repeat(60_000)],
    ['slashes', `${'1/'.repeat(30_000)} b`],
    ['commas', ','.repeat(60_000)],
    ['addresses', '1.1.1.1,'.repeat(8_000)],
    ['hyphens', '-'.repeat(60_000)],
    ['brackets', '['.repeat(60_000)],
    ...[
      'x',
      '1.',
      "'",
      '#',
      '/*',
      '!',
      'key: ',
      'deny ',
      'a,',
      '1 ',
      '1.1.1.1 ',
      '"1.1.1.1",',
      'ﷺ',
      `1.1.1.1${'\u0301\u0323'.repeat(100)}\n`,
      'a\n',
    ].map((part) => [
      `as much as is read of ${JSON.stringify(part)}`,
      part.repeat(16_000 / part.length),
    ]),
  ])('suggests one value at most for a whole body of %s', (_, text = '') => {
    expect([faultOf(text).suggestion ?? []].flat().length).toBeLessThanOrEqual(1)
  })
})

function plainFaultOf(text: string) {
  const parsed = parseCidr(text)
  if (parsed.ok) throw new Error(`"${text}" is taken as ${formatNetwork(parsed.value)}`)
  return parsed.error
}

function faultOf(text: string): EntryFault {
  return explainPastedText(plainFaultOf(text), text)
}
