import { describe, expect, it } from 'vitest'
import { entityTag, ifMatch } from '../../src/admin/entity-tag.ts'

describe('entityTag()', () => {
  it('is the version in quotes', () => {
    expect(entityTag(12)).toBe('"12"')
  })
})

describe('ifMatch()', () => {
  it.each([
    ['no header', undefined],
    ['any version', '*'],
    ['any version, in spaces', ' * '],
    ['its tag', '"12"'],
    ['a list with its tag', '"11", "12"'],
    ['a list without spaces', '"12","13"'],
    ['a list with spaces and tabs', '"11" ,\t"12" '],
  ])('lets version 12 be replaced under %s', (_, header) => {
    expect(ifMatch(header)(12)).toBe(true)
  })

  it.each([
    ['another tag', '"11"'],
    ['a list of others', '"1", "2", "121"'],
    // RFC 9110 §13.1.1: If-Match compares strongly, so a weak tag matches nothing.
    ['its weak tag', 'W/"12"'],
    ['its tag without quotes', '12'],
    ['half a tag', '"12'],
    ['spaces within the quotes', '" 12 "'],
    ['a leading zero', '"012"'],
    ['single quotes', "'12'"],
    ['nothing', ''],
    ['commas', ',,'],
  ])('does not let it be replaced under %s', (_, header) => {
    expect(ifMatch(header)(12)).toBe(false)
  })
})
