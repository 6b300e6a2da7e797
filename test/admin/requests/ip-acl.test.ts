import { describe, expect, it } from 'vitest'
import { createKeyBody } from '../../../src/admin/requests/key.ts'
import { faultsOf, KEY, valueOf } from './read-body.ts'

describe('ip_acl', () => {
  it('stores canonical entries, each once, in their order', async () => {
    const ip_acl = [' 2001:DB8:0::/32 ', '10.0.0.0/8', '::ffff:10.0.0.0/104', '2001:db8::/32']
    const value = await valueOf(createKeyBody, { ...KEY, ip_acl })
    expect(value.ip_acl).toEqual(['2001:db8::/32', '10.0.0.0/8'])
  })

  it('carries what the parser says of an entry', async () => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl: ['1.1.1.1', '10.1.0.0/8'] })
    expect(faults).toEqual([
      {
        pointer: '/ip_acl/0',
        code: 'cidr_prefix_missing',
        detail: expect.stringContaining('1.1.1.1/32'),
        suggestion: '1.1.1.1/32',
      },
      {
        pointer: '/ip_acl/1',
        code: 'cidr_host_bits_set',
        detail: expect.stringContaining('10.0.0.0/8'),
        suggestion: '10.0.0.0/8',
      },
    ])
  })

  it('takes a thousand entries', async () => {
    const ip_acl = entries(1_000)
    expect((await valueOf(createKeyBody, { ...KEY, ip_acl })).ip_acl).toEqual(ip_acl)
  })

  it('refuses 1001 with one fault for the list', async () => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl: entries(1_001) })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/ip_acl'])
  })

  it('finds a list that is too long and an entry that is wrong, both at once', async () => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl: [...entries(1_000), 'x'] })
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual(['/ip_acl', '/ip_acl/1000'])
  })

  it('lists 50 faults and counts the rest, and suggests no more than a list could take', async () => {
    const ip_acl = Array.from({ length: 1_000 }, (_, i) => `10.0.${i >> 8}.1-10.0.255.254`)
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl })
    expect(faults).toHaveLength(51)
    expect(faults.at(-1)).toMatchObject({ pointer: '', code: 'too_many_faults' })
    expect(faults.at(-1)?.detail).toContain('950')
    const suggested = faults.flatMap(({ suggestion }) => suggestion ?? [])
    expect(suggested.length).toBeGreaterThan(900)
    expect(suggested.length).toBeLessThan(1_100)
  })

  // A body has room for 30 000 entries, and a fault in each takes time.
  it.each([1, '', 'x'])(
    'counts twice as many faults as a list can have entries, no more: %j',
    (entry) => {
      const ip_acl = Array.from({ length: 5_000 }, () => entry)
      const { issues = [] } = createKeyBody.safeParse({ ...KEY, ip_acl }).error ?? {}
      expect(issues.length).toBe(2_001)
      expect(issues[0]).toMatchObject({ path: ['ip_acl'], params: { code: 'too_long' } })
    },
  )

  it('explains the faults that it lists, and no others', async () => {
    const ip_acl = Array.from({ length: 60 }, (_, i) => `10.0.0.${i}-10.0.0.${i}`)
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl })
    const explained = faults.filter(({ suggestion }) => suggestion !== undefined)
    expect(explained.map(({ pointer }) => pointer)).toEqual(
      Array.from({ length: 50 }, (_, i) => `/ip_acl/${i}`),
    )
  })

  it.each([null, '10.0.0.0/8', {}, 5])('refuses %j', async (ip_acl) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/ip_acl'])
  })
})

function entries(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
}
