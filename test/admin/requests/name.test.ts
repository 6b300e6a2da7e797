import { describe, expect, it } from 'vitest'
import { createAccountBody, editAccountBody } from '../../../src/admin/requests/account.ts'
import { createKeyBody, editKeyBody } from '../../../src/admin/requests/key.ts'
import { ACCOUNT, faultsOf, KEY, valueOf } from './read-body.ts'

describe('application_name', () => {
  it.each([
    ['one character', 'a', 'a'],
    ['spaces around it', ' \t CRM \n', 'CRM'],
    ['spaces within', 'My  CRM', 'My  CRM'],
    ['a hundred characters', 'a'.repeat(100), 'a'.repeat(100)],
    ['a hundred characters and spaces', ` ${'a'.repeat(100)} `, 'a'.repeat(100)],
    ['a hundred characters beyond the BMP', '🔑'.repeat(100), '🔑'.repeat(100)],
  ])('takes %s', async (_, application_name, name) => {
    const value = await valueOf(createKeyBody, { ...KEY, application_name })
    expect(value.application_name).toBe(name)
  })

  it.each([
    ['an emoji of several characters', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['an emoji with a variation selector', '\u2764\ufe0f'],
    ['Arabic with its mark', '\u0634\u0631\u0643\u0629\u061c 5'],
    ['Hebrew with marks of direction', '\u05d0\u200f (CRM)\u200e'],
    ['Persian with a non-joiner', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Devanagari with vowel signs', '\u0928\u092e\u0938\u094d\u0924\u0947'],
    ['a letter with a combining mark', 'e\u0301'],
    ['a zero-width space beside a letter', 'a\u200bb'],
    ['punctuation', '-'],
    ['a digit', '7'],
  ])('takes %s', async (_, name) => {
    const value = await valueOf(createKeyBody, { ...KEY, application_name: name })
    expect(value.application_name).toBe(name)
    expect((await valueOf(createAccountBody, { ...ACCOUNT, name })).name).toBe(name)
  })

  it.each([
    ['zero-width spaces', '\u200b\u200b'],
    ['zero-width joiners', '\u200d\u200c'],
    ['a word joiner', '\u2060'],
    ['marks of direction', '\u200e\u200f\u061c'],
    ['a soft hyphen', '\u00ad'],
    ['a Mongolian vowel separator', '\u180e'],
    ['a Hangul filler', '\u3164'],
    ['half-width and Jamo fillers', '\uffa0\u115f\u1160'],
    ['a combining mark', '\u0301'],
    ['a combining grapheme joiner', '\u034f'],
    ['a variation selector', '\ufe0f'],
    ['an enclosing keycap', '\u20e3'],
    ['blank Braille', '\u2800'],
    ['a null note head', '\u{1d159}'],
    ['an object replacement', '\ufffc'],
    ['tags', '\u{e0041}\u{e007f}'],
    ['invisible operators', '\u2061\u2062\u2063\u2064'],
    ['an interlinear anchor', '\ufff9'],
    ['private use', '\ue000'],
    ['a noncharacter', '\ufffe'],
    ['spaces around a filler', ' \u3164 \u2800 '],
  ])('refuses a name of %s alone', async (_, name) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, application_name: name })
    expect(faults).toMatchObject([{ pointer: '/application_name', code: 'not_visible' }])
    expect(await faultsOf(createAccountBody, { ...ACCOUNT, name })).toMatchObject([
      { pointer: '/name', code: 'not_visible' },
    ])
    expect(await faultsOf(editAccountBody, { name })).toHaveLength(1)
    expect(await faultsOf(editKeyBody, { application_name: name })).toHaveLength(1)
  })

  it.each([
    ['an override', '\u202egnp.exe', 'U+202E', 'gnp.exe'],
    ['an embedding', 'a\u202ab', 'U+202A', 'ab'],
    ['the other embedding', 'a\u202bb', 'U+202B', 'ab'],
    ['a pop', 'a\u202c', 'U+202C', 'a'],
    ['the other override', 'a\u202db', 'U+202D', 'ab'],
    ['an isolate', 'a\u2066b', 'U+2066', 'ab'],
    ['the other isolates', '\u2067a\u2068b\u2069', 'U+2067', 'ab'],
    ['U+0000', 'a\u0000b', 'U+0000', 'a b'],
    ['an escape', '\u001b[31mred', 'U+001B', '[31mred'],
    ['a line feed', 'a\nb', 'U+000A', 'a b'],
    ['a tab', 'a\tb', 'U+0009', 'a b'],
    ['CR and LF', 'a\r\nb', 'U+000D', 'a b'],
    ['a delete', 'a\u007f', 'U+007F', 'a'],
    ['a next line, which trimming leaves', '\u0085a', 'U+0085', 'a'],
    ['a C1 control', 'a\u009bb', 'U+009B', 'a b'],
    ['a line separator', 'a\u2028b', 'U+2028', 'a b'],
    ['a paragraph separator', 'a\u2029b', 'U+2029', 'a b'],
    ['nothing but an override', '\u202e', 'U+202E', undefined],
  ])('refuses %s, by its name and with the rest as suggestion', async (_, name, unsafe, rest) => {
    const [fault, ...others] = await faultsOf(createKeyBody, { ...KEY, application_name: name })
    expect(others).toEqual([])
    expect(fault).toMatchObject({ pointer: '/application_name', code: 'character_not_allowed' })
    expect(fault?.detail).toContain(unsafe)
    expect(fault?.suggestion).toBe(rest)
    expect(await faultsOf(editAccountBody, { name })).toMatchObject([
      { pointer: '/name', code: 'character_not_allowed' },
    ])
  })

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['ideographic spaces', '\u3000\u3000'],
    ['101 characters', 'a'.repeat(101)],
    ['101 characters beyond the BMP', '🔑'.repeat(101)],
    ['half a character', '\ud83d'],
    ['null', null],
    ['a number', 5],
    ['a list', ['CRM']],
  ])('refuses %s', async (_, application_name) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, application_name })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/application_name'])
  })
})
