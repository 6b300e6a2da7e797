import { describe, expect, it } from 'vitest'
import { addEntries, judge, listed, networkOfAddress, splitEntries } from '../../src/ui/acl.ts'

describe('splitEntries()', () => {
  it.each([
    ['', []],
    [' , ;\n', []],
    ['1.1.1.1/32', ['1.1.1.1/32']],
    ['1.1.1.1/32 10.0.0.0/8', ['1.1.1.1/32', '10.0.0.0/8']],
    [
      '1.1.1.1,2.2.2.2;3.3.3.3\r\n4.4.4.4\t5.5.5.5',
      ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4', '5.5.5.5'],
    ],
    ['10.0.0.0 255.0.0.0', ['10.0.0.0 255.0.0.0']],
    ['10.0.0.1 - 10.0.0.9, 1.1.1.1', ['10.0.0.1 - 10.0.0.9', '1.1.1.1']],
    ['two words', ['two', 'words']],
  ])('splits %j', (text, entries) => {
    expect(splitEntries(text)).toEqual(entries)
  })
})

describe('addEntries()', () => {
  it('adds in canonical form, each once, and says what it did', () => {
    const { acl, added, duplicates, faults } = addEntries(
      ['10.0.0.0/8'],
      '2001:DB8::/32 10.0.0.0/8 ::ffff:1.2.3.0/120',
    )
    expect(acl).toEqual(['10.0.0.0/8', '2001:db8::/32', '1.2.3.0/24'])
    expect(added).toEqual(['2001:db8::/32', '1.2.3.0/24'])
    expect(duplicates).toEqual(['10.0.0.0/8'])
    expect(faults).toEqual([])
  })

  it.each([
    ['1.1.1.1', ['1.1.1.1/32']],
    ['10.1.2.3/8', ['10.0.0.0/8']],
    ['10.1.*.*', ['10.1.0.0/16']],
    ['10.0.0.0 255.0.0.0', ['10.0.0.0/8']],
    ['10.0.0.1-10.0.0.2', ['10.0.0.1/32', '10.0.0.2/32']],
    ['010.0.0.1/32', []],
    ['10.0.0.0/33', []],
    ['2a06:98c0:3600::103/128', []],
  ])('refuses %j and suggests %j', (entry, suggestions) => {
    const { acl, faults } = addEntries([], entry)
    expect(acl).toEqual([])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ entry, suggestions })
    expect(faults[0]?.message).toContain(`“${entry}”`)
  })

  it('repeats no more of what was pasted than can be read', () => {
    const { faults } = addEntries([], 'x'.repeat(5_000))
    expect(faults[0]?.message.length).toBeLessThan(200)
  })
})

describe('judge()', () => {
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
    expect(judge(acl, address)).toEqual(verdict)
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

describe('listed()', () => {
  it('is short enough for a button', () => {
    expect(listed(['a', 'b', 'c'])).toBe('a, b, c')
    expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
  })
})
