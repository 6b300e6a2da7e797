import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestIdOf } from '../../src/http/request-id.ts'

const NEW = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe('requestIdOf()', () => {
  it.each(['a', '0', '.', '-', '_', 'Req-1.2_3', 'x'.repeat(128), crypto.randomUUID()])(
    'keeps %s',
    (id) => {
      expect(requestIdOf(new Headers({ 'X-Request-Id': id }))).toBe(id)
    },
  )

  it.each([
    ['an empty one', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a space within', 'a b'],
    ['a comma', 'a,b'],
    ['a slash', 'a/b'],
    ['an equals sign', 'a=b'],
    ['quotes', '"a"'],
    ['a letter beyond ASCII', 'é'],
    ['markup', '<script>'],
  ])('replaces %s', (_, id) => {
    expect(requestIdOf(new Headers({ 'X-Request-Id': id }))).toMatch(NEW)
  })

  it('replaces a repeated one', () => {
    const headers = new Headers({ 'X-Request-Id': 'a' })
    headers.append('X-Request-Id', 'a')
    expect(requestIdOf(headers)).toMatch(NEW)
  })

  it('makes a new one each time where there is none', () => {
    const [first, second] = [requestIdOf(new Headers()), requestIdOf(new Headers())]
    expect(first).toMatch(NEW)
    expect(second).not.toBe(first)
  })

  it('answers nothing but 1 to 128 harmless characters', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 140 }), (id) => {
        const answered = requestIdOf(new Headers({ 'X-Request-Id': id }))
        expect(answered).toMatch(/^[0-9A-Za-z._-]{1,128}$/)
      }),
    )
  })
})
