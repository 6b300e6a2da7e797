import { describe, expect, it } from 'vitest'
import {
  addEntries,
  fit,
  isUnresolved,
  listNetworks,
  EMPTY_REPORT,
} from '../../../src/ui/acl/acl.ts'
import { checkAddress, findExcluded, networkOfAddress } from '../../../src/ui/acl/acl-addresses.ts'

describe('addEntries()', () => {
  it('adds in canonical form, each once, and says what it did', () => {
    const { acl, entry, added, duplicates, report } = addEntries(
      ['10.0.0.0/8'],
      '2001:DB8::/32 10.0.0.0/8 ::ffff:1.2.3.0/120',
    )
    expect(acl).toEqual(['10.0.0.0/8', '2001:db8::/32', '1.2.3.0/24'])
    expect(added).toEqual(['2001:db8::/32', '1.2.3.0/24'])
    expect(duplicates).toEqual(['10.0.0.0/8'])
    expect(entry).toBe('')
    expect(report).toEqual(EMPTY_REPORT)
  })

  it.each([
    ['1.1.1.1', ['1.1.1.1/32']],
    ['10.1.2.3/8', ['10.0.0.0/8']],
    ['10.1.*.*', ['10.1.0.0/16']],
    ['10.0.0.0 255.0.0.0', ['10.0.0.0/8']],
    ['10.0.0.1-10.0.0.2', ['10.0.0.1/32', '10.0.0.2/32']],
    ['203.0.113.0\t255.255.255.0\tHQ', ['203.0.113.0/24']],
    ['["192.0.2.0/24","198.51.100.0/24"]', ['192.0.2.0/24', '198.51.100.0/24']],
    ['allow 192.0.2.0/24;', ['192.0.2.0/24']],
    ['010.0.0.1/32', []],
    ['10.0.0.0/33', []],
    ['2a06:98c0:3600::103/128', []],
    ['192.0.2.0/24 and friends', []],
  ])('refuses %j and suggests %j', (text, suggestions) => {
    const { acl, entry, report } = addEntries([], text)
    expect(acl).toEqual([])
    expect(report.faults).toHaveLength(1)
    expect(report.faults[0]).toMatchObject({ entry: text, suggestions })
    expect(report.faults[0]?.message).toContain(`“${text.replaceAll('\t', ' ')}”`)
    expect(entry).toBe(text)
  })

  it('keeps each fault of a list in the field, where it reads as it did', () => {
    const { acl, entry, report } = addEntries([], '192.0.2.0/24, 1.1.1.1, nonsense, 10.0.0.1/8')
    expect(acl).toEqual(['192.0.2.0/24'])
    expect(entry).toBe('1.1.1.1, nonsense, 10.0.0.1/8')
    expect(report.isInField).toBe(true)
    expect(addEntries(acl, entry, report).report).toEqual(report)
  })

  it.each([
    ['several lines', '[\n"192.0.2.0/24"\n]'],
    ['what another separator would change', '203.0.113.0/24,HQ\n198.51.100.0/24,Branch'],
    ['a long text', `${'x'.repeat(999)}, y`],
  ])('keeps out of the field, and open, %s', (_, text) => {
    const first = addEntries([], text)
    expect(first.acl).toEqual([])
    expect(first.entry).toBe('')
    expect(first.report.isInField).toBe(false)
    const second = addEntries(first.acl, '10.0.0.0/8', first.report)
    expect(second.acl).toEqual(['10.0.0.0/8'])
    expect(second.report.faults).toEqual(first.report.faults)
    expect(isUnresolved(second.report, second.acl)).toBe(true)
  })

  it('leaves out what a text denies and comments on, and says so', () => {
    const { acl, entry, report } = addEntries(
      [],
      'deny 192.0.2.0/24;\nallow 203.0.113.0/24; # 1.1.1.1',
    )
    expect(acl).toEqual([])
    expect(entry).toBe('allow 203.0.113.0/24;')
    expect(report.faults.flatMap(({ suggestions }) => suggestions)).toEqual(['203.0.113.0/24'])
    expect(report.leftOut).toEqual([
      { text: 'deny 192.0.2.0/24;', why: 'denied' },
      { text: '# 1.1.1.1', why: 'comment' },
    ])
  })

  it('leaves a list open that is empty because all was left out', () => {
    const { acl, report } = addEntries([], '# 192.0.2.1 old office')
    expect(isUnresolved(report, acl)).toBe(true)
    expect(isUnresolved(report, ['10.0.0.0/8'])).toBe(false)
  })

  describe('with more than 1,000', () => {
    const networks = (count: number) =>
      Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)

    it('adds nothing and says how many', () => {
      const { acl, added, entry, report } = addEntries([], networks(5_314).join('\n'))
      expect([acl, added, entry]).toEqual([[], [], ''])
      expect(report.tooMany?.count).toBe(5_314)
      expect(isUnresolved(report, acl)).toBe(true)
      const { count, entries } = fit(acl, report.tooMany?.networks ?? [])
      expect(count).toBe(5_314)
      expect(entries?.slice(0, 2)).toEqual(['10.0.0.0/12', '10.16.0.0/14'])
    })

    it('counts those on the list, and those that are only suggested', () => {
      const addresses = networks(600).map((network) => network.replace('/24', ''))
      const { report } = addEntries(networks(401).slice(0, 401), addresses.join('\n'))
      expect(report.tooMany?.count).toBe(600)
      expect(fit(networks(401), report.tooMany?.networks ?? []).count).toBe(1_001)
    })

    it('takes 1,000', () => {
      const { acl, report } = addEntries(networks(500), networks(1_000).join(' '))
      expect(acl).toHaveLength(1_000)
      expect(report).toEqual(EMPTY_REPORT)
    })

    it('stays open while other entries are added', () => {
      const { report } = addEntries([], networks(1_001).join('\n'))
      const next = addEntries([], '192.0.2.0/24', report)
      expect(next.acl).toEqual(['192.0.2.0/24'])
      expect(next.report.tooMany).toBe(report.tooMany)
    })

    it('does not count what an earlier text has only suggested', () => {
      const addresses = networks(1_000).map((network) => network.replace('/24', ''))
      const { report } = addEntries([], addresses.join('\n'))
      expect(report.faults).toHaveLength(1_000)
      expect(addEntries([], '192.0.2.0/24', report).acl).toEqual(['192.0.2.0/24'])
    })

    it('offers no merging that does not help', () => {
      const apart = Array.from({ length: 1_001 }, (_, i) => `10.${i >> 7}.${(2 * i) & 255}.0/24`)
      expect(fit([], apart)).toEqual({ count: 1_001, entries: null })
    })
  })

  it.each([
    [
      '130,000 addresses',
      Array.from({ length: 130_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).join(
        '\n',
      ),
      130_000,
    ],
    ['130,000 faults', Array.from({ length: 130_000 }, (_, i) => `x${i}`).join('\n'), 130_000],
    ['a line without separators', 'x'.repeat(2_000_000), 1],
    ['a line of digits and dots', '1.'.repeat(1_000_000), 1],
    ['nothing but separators', ' ,;\n'.repeat(500_000), 0],
  ])('counts %s, and reads no more', (_, text, count) => {
    const { acl, entry, report } = addEntries([], text)
    expect([acl, entry]).toEqual([[], ''])
    expect(report).toEqual({ ...EMPTY_REPORT, tooMany: { networks: null, count } })
  })

  it('repeats no more of what was pasted than can be read', () => {
    const { report } = addEntries([], 'x'.repeat(5_000))
    expect(report.faults[0]?.message.length).toBeLessThan(200)
  })
})

describe('findExcluded()', () => {
  it('tells which addresses a list keeps out', () => {
    const addresses = ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.1', 'unreadable', null]
    expect(findExcluded(['10.0.0.0/8'], addresses)).toEqual(new Set(['192.0.2.1']))
    expect(findExcluded([], addresses)).toEqual(new Set())
  })
})

describe('checkAddress()', () => {
  it.each([
    [[], '192.0.2.1', { allowed: true, entry: null }],
    [['10.0.0.0/8'], '10.1.2.3', { allowed: true, entry: '10.0.0.0/8' }],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', { allowed: true, entry: '10.0.0.0/8' }],
    [['10.0.0.0/8'], '11.0.0.1', { allowed: false, entry: null }],
    [['0.0.0.0/0'], '2001:db8::1', { allowed: false, entry: null }],
    [['::/0'], '2a06:98c0:3600::103', { allowed: false, entry: null }],
    [['10.0.0.0/8'], '10.0.0.0/8', null],
    [['10.0.0.0/8'], '', null],
  ])('judges by %j what comes from %j', (acl, address, verdict) => {
    expect(checkAddress(acl, address)).toEqual(verdict)
  })
})

describe('networkOfAddress()', () => {
  it.each([
    [null, null],
    ['192.0.2.1', '192.0.2.1/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['2a06:98c0:3600::103', null],
  ])('makes of %j %j', (address, network) => {
    expect(networkOfAddress(address)).toBe(network)
  })
})

describe('listNetworks()', () => {
  it('is short enough for a button', () => {
    expect(listNetworks(['a', 'b', 'c'])).toBe('a, b, c')
    expect(listNetworks(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
  })
})
