import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRepeatedMember } from '../../src/admin/repeated-member.ts'

describe('findRepeatedMember()', () => {
  it.each([
    ['at the top', '{"a":1,"a":2}', 'a'],
    ['with the same value', '{"a":1,"a":1}', 'a'],
    ['with others between', '{"a":1,"b":2,"c":3,"a":4}', 'a'],
    ['with spaces around it', ' {\n"a" :\t1 , "a" : 2 } ', 'a'],
    ['in an object in an object', '{"x":{"y":{"a":1,"a":2}}}', 'a'],
    ['in an object in a list', '[1,[{"b":1},{"a":1,"a":2}]]', 'a'],
    ['behind an object', '{"a":{"b":1},"a":2}', 'a'],
    ['behind a list', '{"a":["b"],"a":2}', 'a'],
    ['behind an empty object', '{"a":{},"a":[]}', 'a'],
    ['behind a string with punctuation', '{"a":"},{]\\"[,:","a":2}', 'a'],
    ['once as it is, once escaped', '{"ip_acl":1,"ip\\u005facl":2}', 'ip_acl'],
    ['escaped in two ways', '{"\\/":1,"\\u002F":2}', '/'],
    ['with escapes in upper and lower case', '{"\\u00e4":1,"\\u00E4":2}', 'ä'],
    ['beyond the BMP', '{"🔑":1,"\\ud83d\\udd11":2}', '🔑'],
    ['without a name', '{"":1,"":2}', ''],
    ['that is called __proto__', '{"__proto__":1,"__proto__":2}', '__proto__'],
    ['that is half a character', '{"\\ud83d":1,"\\ud83d":2}', '\ud83d'],
    ['with a backslash at its end', '{"a\\\\":1,"a\\\\":2}', 'a\\'],
    ['with a quote in it', '{"a\\"b":1,"a\\"b":2}', 'a"b'],
  ])('finds one %s', (_, json, name) => {
    expect(() => JSON.parse(json) as unknown).not.toThrow()
    expect(findRepeatedMember(json)).toBe(name)
  })

  it.each([
    'null',
    '5',
    '"a"',
    '"{\\"a\\":1,\\"a\\":2}"',
    '[]',
    '{}',
    '["a","a"]',
    '[["a"],"a",{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":{"a":{"a":["a","a"]}}}',
    '{"a":{"b":1},"c":{"b":1}}',
    '{"a":1,"A":2,"a ":3,"\\u0430":4}',
    '{"ä":1,"a\\u0308":2}',
    '{"__proto__":1,"constructor":2,"toString":3}',
  ])('finds none in %s', (json) => {
    expect(findRepeatedMember(json)).toBeNull()
  })

  it('finds none in what JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, spaces) => {
        expect(findRepeatedMember(JSON.stringify(value, null, spaces))).toBeNull()
      }),
    )
  })

  it('finds what a model of the text says, however it is written', () => {
    fc.assert(
      fc.property(tree(), (given) => {
        JSON.parse(given.json)
        expect(findRepeatedMember(given.json) !== null).toBe(given.repeats)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
  ])('reads %s of any depth', (_, nested) => {
    expect(findRepeatedMember(nested(32_000))).toBeNull()
    expect(findRepeatedMember(`{"b":${nested(32_000)},"b":1}`)).toBe('b')
  })

  it.each([
    `{${Array.from({ length: 6_000 }, (_, i) => `"${i}":0`).join()}}`,
    JSON.stringify('\\'.repeat(32_000)),
    JSON.stringify('"'.repeat(32_000)),
    `{"${'\\u0061'.repeat(10_000)}":1}`,
  ])('reads the longest texts: %.40s', (json) => {
    expect(findRepeatedMember(json)).toBeNull()
  })
})

interface Tree {
  readonly json: string
  readonly repeats: boolean
}

/** Texts of JSON whose objects may give a name twice, and whether one does. */
function tree(): fc.Arbitrary<Tree> {
  const name = fc.constantFrom('a', 'b', '', '/', '__proto__', '🔑', '"', '\\', ',', '{')
  const spelled = fc.tuple(name, fc.boolean()).map(([text, escaped]) => {
    const units = text.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
    const json = escaped ? `"${units.map((unit) => `\\u${unit}`).join('')}"` : JSON.stringify(text)
    return { text, json }
  })
  const { value } = fc.letrec<{ value: Tree }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1', 'null', '"a"', '"},{\\""').map((json) => ({ json, repeats: false })),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => ({
        json: `[${items.map(({ json }) => json).join(' ,')}]`,
        repeats: items.some(({ repeats }) => repeats),
      })),
      fc.array(fc.tuple(spelled, tie('value')), { maxLength: 3 }).map((members) => ({
        json: `{ ${members.map(([{ json }, item]) => `${json} :${item.json}`).join(',\n')}}`,
        repeats:
          new Set(members.map(([{ text }]) => text)).size < members.length ||
          members.some(([, { repeats }]) => repeats),
      })),
    ),
  }))
  return value
}
