import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Refusal as AdminRefusal } from '../../src/admin/refusal.ts'
import type { Refusal as PortalRefusal } from '../../src/gateway/refusal.ts'
import { ADMIN_PROBLEMS } from '../../src/problems/admin-problems.ts'
import { PORTAL_PROBLEMS } from '../../src/problems/portal-problems.ts'
import { type ProblemCode, PROBLEMS } from '../../src/problems/table.ts'

type AdminCode =
  Exclude<AdminRefusal['reason'], 'account_not_active'> | 'account_pending' | 'account_suspended'

describe('the table of problems', () => {
  it('holds every code that a plane refuses with, and no other', () => {
    expectTypeOf<ProblemCode>().toEqualTypeOf<PortalRefusal['reason'] | AdminCode>()
  })

  it('names no code twice', () => {
    const codes = [...Object.keys(PORTAL_PROBLEMS), ...Object.keys(ADMIN_PROBLEMS)]
    expect(Object.keys(PROBLEMS)).toEqual(codes)
  })

  it.each(Object.entries(PROBLEMS))('says of %s what people need to know', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
    expect(entry.status).toBeGreaterThanOrEqual(400)
    expect(entry.status).toBeLessThan(600)
    expect(entry.title).toMatch(/^[A-Z].*[^.]$/)
    const remedies = Object.values(entry.remedies)
    expect(remedies).not.toHaveLength(0)
    for (const text of [entry.meaning, ...remedies]) {
      expect(text).toMatch(/^[A-Z].*\.$/)
      for (const sentence of text.split(/(?<=[.:]) /)) {
        expect(sentence.split(' ').length, sentence).toBeLessThanOrEqual(25)
      }
    }
  })

  it.each(Object.entries(PROBLEMS))('agrees with the status of %s on a repetition', (_, entry) => {
    const { status, retry } = entry
    if (status === 429) expect(retry).toBe('wait')
    else if (status < 500) expect(retry).toBe('no')
    else expect(retry).not.toBe('no')
  })
})
