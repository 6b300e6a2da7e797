import { describe, expect, it } from 'vitest'
import { canonicalEmail, isEmail, legacyEmailKey } from '../../src/admin/email.ts'

describe('canonicalEmail()', () => {
  it.each([
    ['jane@example.com', 'jane@example.com'],
    ['Jane.Doe@EXAMPLE.com', 'jane.doe@example.com'],
    ['info@bücher.example', 'info@xn--bcher-kva.example'],
    ['info@BÜCHER.example', 'info@xn--bcher-kva.example'],
    ['info@bu\u0308cher.example', 'info@xn--bcher-kva.example'],
    ['INFO@XN--BCHER-KVA.EXAMPLE', 'info@xn--bcher-kva.example'],
    ['info@xn--bcher-kva.example.', 'info@xn--bcher-kva.example'],
    ['jane@example.com.', 'jane@example.com'],
    ['jane@example\u3002com', 'jane@example.com'], // ideographic full stop
    ['jane@example\uff0ecom\uff61', 'jane@example.com'], // full-width and half-width ones
    ['jane@\uff45xample.com', 'jane@example.com'], // a full-width letter
    ['jane@exam\u00adple.com', 'jane@example.com'], // UTS 46 drops a soft hyphen
    ['jane@straße.example', 'jane@xn--strae-oqa.example'],
    ['jane@STRA\u1e9eE.example', 'jane@xn--strae-oqa.example'],
    ['ren\u00e9@example.com', 'ren\u00e9@example.com'],
    ['rene\u0301@example.com', 'ren\u00e9@example.com'],
    ['RENE\u0301@example.com', 'ren\u00e9@example.com'],
    ['\u1e9e@example.com', 'ß@example.com'],
    ['\u212a@example.com', 'k@example.com'], // the Kelvin sign
    ['ΝΊΚΟΣ@example.com', 'νίκοσ@example.com'],
    ['νίκος.α@example.com', 'νίκοσ.α@example.com'],
    ['ΝΊΚΟΣ.Α@example.com', 'νίκοσ.α@example.com'],
    ['jane+tag@example.com', 'jane+tag@example.com'],
    ['jane@localhost', 'jane@localhost'],
  ])('makes %j to %j', (text, canonical) => {
    expect(canonicalEmail(text)).toBe(canonical)
    expect(canonicalEmail(canonical)).toBe(canonical)
  })

  it.each([
    ['ss@example.com', 'ß@example.com'],
    ['a\u00adb@example.com', 'ab@example.com'],
    ['\uff41@example.com', 'a@example.com'],
    ['jane.doe@example.com', 'janedoe@example.com'],
    ['jane@strasse.example', 'jane@straße.example'],
    ['jane@example.com', 'jane@example.com..'],
  ])('keeps %j and %j apart', (one, other) => {
    expect(canonicalEmail(one)).not.toBe(canonicalEmail(other))
  })

  it.each([
    '',
    '@',
    'jane',
    'jane@',
    '@example.com',
    'Jane@b@example.com',
    'jane\uff20example.com',
    'jane@exa mple.com',
    'jane@example.com/path',
    'jane@example.com?q',
    'jane@example.com#f',
    'jane@example.com:80',
    'jane@ex%61mple.com',
    'jane@[192.0.2.1]',
    'jane@192.0.2.1',
    'jane@0x7f.1',
    'jane@xn--a',
    'jane@\u00ad',
    'a\\b@exam\\ple.com',
    'jane@ex\tample.com',
  ])('has no form for %j but its own in lower case', (text) => {
    expect(canonicalEmail(text)).toBe(legacyEmailKey(text))
  })
})

describe('a text that is longer than any address', () => {
  it('is not normalised, which would take the square of its length', () => {
    const marks = `a${'\u0301'.repeat(1_000)}${'\u0323'.repeat(1_000)}`
    const text = `${marks}@Example.com`
    expect(marks.normalize('NFC')).not.toBe(marks)
    expect(canonicalEmail(text)).toBe(legacyEmailKey(text))
    expect(isEmail(text)).toBe(false)
  })

  it('leaves room for an address that is typed decomposed', () => {
    const local = '\u1ed9'.repeat(200)
    const canonical = `${local}@example.com`
    expect(canonicalEmail(`${local.normalize('NFD')}@example.com`)).toBe(canonical)
  })
})

describe('isEmail()', () => {
  it.each([
    'jane@example.com',
    "o'hara+x_y.z@example.com",
    'info@bücher.example',
    'info@xn--bcher-kva.example',
    'ren\u00e9@example.com',
    'rene\u0301@example.com',
    '用户@例子.例え',
    'jane@example.com.',
    'jane@localhost',
    `jane@${'a'.repeat(63)}.example`,
  ])('takes %j', (text) => {
    expect(isEmail(text)).toBe(true)
  })

  it.each([
    'jane',
    'jane@b@example.com',
    'jane\uff20example.com',
    'ja ne@example.com',
    'ja\u00a0ne@example.com',
    'ja\0ne@example.com',
    'ja\u001bne@example.com',
    'ja\u007fne@example.com',
    'jane\u200b@example.com',
    'ja\u00adne@example.com',
    'ja\u202ene@example.com',
    'ja\u2066ne@example.com',
    'ja\u200ene@example.com',
    '\ufeffjane@example.com',
    'jane\ufe0f@example.com',
    'jane\u3164@example.com',
    'jane\u{e0061}@example.com',
    'jane\ue000@example.com',
    'jane@exam\u00adple.com',
    'jane@exam\u200bple.com',
    'jane@exam\u202eple.com',
    '"jane"@example.com',
    '"ja@ne"@example.com',
    'jane(home)@example.com',
    '<jane@example.com>',
    'mailto:jane@example.com',
    'a@example.com,b@example.com',
    'jane@example..com',
    'jane@.example.com',
    'jane@example.com..',
    'jane@192.0.2.1',
    'jane@[192.0.2.1]',
    `jane@${'a'.repeat(64)}.example`,
    `jane@${'ü'.repeat(60)}.example`,
  ])('refuses %j', (text) => {
    expect(isEmail(text)).toBe(false)
  })
})
