import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { listFaults, shortenName, unauthenticatedFaultBytes } from '../../src/admin/faults.ts'

const schema = z.strictObject({ name: z.string(), tags: z.array(z.string()).default([]) })

describe('listFaults()', () => {
  it('lists up to 50 faults, each', () => {
    const faults = listFaults(issuesOf({ name: 'a', tags: Array(50).fill(5) }))
    expect(faults.map(({ pointer }) => pointer)).toEqual(
      Array.from({ length: 50 }, (_, i) => `/tags/${i}`),
    )
  })

  it.each([
    [51, 'One more fault is not listed'],
    [52, '2 more faults are not listed'],
    [5_000, '4950 more faults are not listed'],
  ])('says how many of %d it does not list', (count, detail) => {
    for (const body of [
      { name: 'a', tags: Array(count).fill(5) },
      { name: 'a', ...members(count) },
      { tags: Array(40).fill(5), ...members(count - 41) },
    ]) {
      const faults = listFaults(issuesOf(body))
      expect(faults).toHaveLength(51)
      expect(faults.at(-1)).toEqual({ pointer: '', code: 'too_many_faults', detail })
    }
  })

  it('lists no more than a number of bytes, and says how many are left', () => {
    const issues = issuesOf({ ...members(200) })
    for (const maxBytes of [0, 200, 1_348, 5_000]) {
      const faults = listFaults(issues, maxBytes)
      const shown = faults.slice(0, -1)
      expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThanOrEqual(maxBytes + 2)
      expect(shown.length).toBeLessThanOrEqual(50)
      expect(faults.at(-1)?.detail).toBe(`${201 - shown.length} more faults are not listed`)
    }
    expect(listFaults(issues, 1_348).length).toBeGreaterThan(10)
  })

  it('cuts long names, and keeps pointers well-formed (RFC 6901 §3)', () => {
    const long = 'ä~/'.repeat(20_000)
    const [fault] = listFaults(issuesOf({ name: 'a', [long]: 1 }))
    expect(fault?.pointer).toBe(`/${'ä~0~1'.repeat(33)}ä…`)
    const [half] = listFaults(issuesOf({ name: 'a', '\ud83d': 1 }))
    expect(half?.pointer).toBe('/\ufffd')
  })
})

describe('shortName()', () => {
  it.each([
    ['', ''],
    ['a'.repeat(100), 'a'.repeat(100)],
    ['a'.repeat(101), `${'a'.repeat(100)}…`],
    [`${'a'.repeat(99)}🔑`, `${'a'.repeat(99)}\ufffd…`],
  ])('%s', (name, short) => {
    expect(shortenName(name)).toBe(short)
  })
})

describe('unauthenticatedFaultBytes()', () => {
  it('grows with the body, from a floor on', () => {
    expect(unauthenticatedFaultBytes(0)).toBe(500)
    expect(unauthenticatedFaultBytes(120)).toBe(500)
    expect(unauthenticatedFaultBytes(121)).toBe(510)
    expect(unauthenticatedFaultBytes(1_000)).toBe(9_300)
  })
})

function members(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, 0]))
}

function issuesOf(body: unknown) {
  const parsed = schema.safeParse(body, { reportInput: true })
  if (parsed.success) throw new Error('not refused')
  return parsed.error.issues
}
