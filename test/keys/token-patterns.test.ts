import { describe, expect, it } from 'vitest'
import { parseTokenPatterns } from '../../src/keys/token-patterns.ts'

const parse = (...sources: string[]) => parseTokenPatterns(JSON.stringify(sources))

function patternsOf(...sources: string[]) {
  const parsed = parse(...sources)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

function faultOf(source: string): string {
  const parsed = parse(source)
  return parsed.ok ? '' : parsed.error
}

describe('parseTokenPatterns()', () => {
  it.each([
    ['^old_[0-9a-f]{32}$', 'old_0123456789abcdef0123456789abcdef', 'old_0123'],
    ['^[A-Za-z0-9]{40}$', 'a'.repeat(40), 'a'.repeat(41)],
    ['^[a-z0-9]+$', 'abc', 'abC'],
    ['^.+$', 'a/b+c', ''],
    [String.raw`^sk_(?:live|test)_[\w-]{24,}$`, `sk_live_${'-'.repeat(24)}`, 'sk_prod_'],
    [
      '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      '0b0b0b0b-1111-4222-8333-444444444444',
      '0b0b0b0b-1111-4222-444444444444',
    ],
    [String.raw`^[\w-]+\.[\w-]+\.[\w-]+$`, 'aaa.bbb.ccc', 'aaa.bbb'],
    [String.raw`^crm-\d{3,5}(-beta)?$`, 'crm-1234-beta', 'crm-12'],
    ['^a(b|c(d|e))f$', 'acdf', 'adf'],
    ['^[^a-z]+$', 'ABC', 'ABc'],
    ['^[A-Z]?[a-z]*=?$', 'Abc=', 'A=b'],
    ['^x-y/z$', 'x-y/z', 'xyz'],
    [String.raw`^[\x21-\x7e]{3}\x41$`, '!~aA', '!~aB'],
    [String.raw`^\S\D\W$`, '1a-', '11-'],
    [String.raw`^\$\^\(a\)$`, '$^(a)', 'a'],
  ])('takes %s', (source, match, other) => {
    const { match: matches } = patternsOf(source)
    expect([matches(match), matches(other)]).toEqual([true, false])
  })

  it('takes several, and one alone', () => {
    const { match } = patternsOf('^a$', '^b$')
    expect(['a', 'b', 'c'].map(match)).toEqual([true, true, false])
    expect(parseTokenPatterns('"^a$"').ok).toBe(true)
  })

  it.each([
    ['old_.*', 'does not begin with ^'],
    ['^old', 'does not begin with ^'],
    [String.raw`^old\$`, 'escape'],
    ['^a|b$', 'alternatives outside'],
    ['^(a+)+$', 'repeats a group'],
    ['^(?:a|b)*$', 'repeats a group'],
    ['^(?:ab){1,2}$', 'repeats a group'],
    ['^a*a*b$', 'varying length'],
    ['^[a-z]+[a-z0-9]{8}$', 'varying length'],
    ['^a?a$', 'varying length'],
    ['^.*x$', 'varying length'],
    ['^a*b?a$', 'varying length'],
    ['^a*(?:b|a)$', 'varying length'],
    ['^(?:a*)(?:a*)$', 'varying length'],
    [String.raw`^(a)\1$`, 'escape'],
    ['^(?=a)b$', 'group other than'],
    ['^(?<n>a)$', 'group other than'],
    ['^(?i:a)$', 'group other than'],
    ['^a{1,2}{3}$', 'repetition of a repetition'],
    ['^a+?$', 'repetition of a repetition'],
    ['^(a$', 'not closed'],
    ['^a)$', 'not open'],
    ['^[a$', 'not closed'],
    ['^[]a]$', 'without a character'],
    ['^[z-a]$', 'no range'],
    [String.raw`^[\w-.]$`, 'no range'],
    ['^a^b$', 'stand for itself'],
    ['^a]$', 'stand for itself'],
    ['^a{x}$', 'stand for itself'],
    ['^*$', 'stand for itself'],
    [String.raw`^\s$`, 'escape'],
    [String.raw`^\x0a$`, 'escape'],
    [String.raw`^\u0041$`, 'escape'],
    ['^a b$', 'no token can have'],
    ['^ä$', 'no token can have'],
    ['^a{513}$', 'count'],
    ['^a{2,1}$', 'count'],
    [`^${'(?:a|b)'.repeat(7)}$`, 'alternatives'],
    ['^(?:(?:(?:abcdefgh){9}){9}){9}$', 'too long'],
    [`^${'a'.repeat(200)}$`, 'longer than 200'],
  ])('refuses %s', (source, reason) => {
    expect(faultOf(source)).toMatch(/^must be a JSON list .*: pattern 1 /)
    expect(faultOf(source)).toContain(reason)
  })

  it.each(['', '^a$', '[1]', '{}', 'null', '[]', '["^a$",null]', '[["^a$"]]'])(
    'refuses what is no list of texts: %s',
    (text) => {
      expect(parseTokenPatterns(text)).toMatchObject({ ok: false })
    },
  )

  it('names the pattern that is wrong, and counts them', () => {
    const parsed = parse('^a$', 'b')
    expect(parsed).toMatchObject({ error: expect.stringContaining('pattern 2 ') as string })
    expect(parse(...Array.from({ length: 21 }, () => '^a$'))).toMatchObject({ ok: false })
  })

  it('matches no credential that could not be imported', () => {
    const { match } = patternsOf('^[^a]+$', '^.*$')
    for (const token of ['', 'x,y', 'x y', 'x\n', 'é', 'x'.repeat(513)]) {
      expect(match(token), token).toBe(false)
    }
  })
})
