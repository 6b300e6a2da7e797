import { describe, expect, it } from 'vitest'
import { entityTag, ifMatch } from '../../src/admin/entity-tag.ts'

describe('entityTag()', () => {
  it('is the version in quotes', () => {
    expect(entityTag(12)).toBe('"12"')
  })
})

describe('ifMatch()', () => {
  it('reads a header of any length', () => {
    const header = '"1",'.repeat(8_000)
    expect(ifMatch(`${header}"`)(12)).toBe(false)
    expect(ifMatch(`${' , '.repeat(10_000)}x`)(12)).toBe(false)
    expect(ifMatch(`${header}"12"`)(12)).toBe(true)
  })

  it.each([
    ['no header', undefined],
    ['any version', '*'],
    ['any version, in spaces', ' * '],
    ['its tag', '"12"'],
    ['a list with its tag', '"11", "12"'],
    ['a list without spaces', '"12","13"'],
    ['a list with spaces and tabs', '"11" ,\t"12" '],
    ['a list with empty elements (RFC 9110 §5.6.1.2)', ' ,"11",, "12",'],
    // Cloudflare weakens the tag of what it compresses.
    ['its weak tag', 'W/"12"'],
    ['its weak tag in spaces', ' W/"12" '],
    ['a list with its weak tag', 'W/"11", W/"12"'],
    ['a list of both kinds', '"11",W/"12"'],
    ['a list with a tag that has a comma in it', '"a,b", "12"'],
    ['a list with a tag of other software', '"33a64df5-gzip", "12"'],
  ])('lets version 12 be replaced under %s', (_, header) => {
    expect(ifMatch(header)(12)).toBe(true)
  })

  it.each([
    ['another tag', '"11"'],
    ['a list of others', '"1", "2", "121"'],
    ['another weak tag', 'W/"11"'],
    ['a weak tag in lower case (RFC 9110 §8.8.3)', 'w/"12"'],
    ['a weak tag with a space in it', 'W/ "12"'],
    ['a weak tag twice', 'W/W/"12"'],
    ['a weak tag within the quotes', '"W/12"'],
    ['its tag as a part of another', '"a"12"b"'],
    ['its tag behind one that nothing closes', '"11, "12"'],
    ['two tags without a comma', '"11" "12"'],
    ['a list with the asterisk', '*, "12"'],
    ['two asterisks', '*, *'],
    ['an empty tag', '""'],
    ['a space', ' '],
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
