import { describe, expect, it } from 'vitest'
import { redactText } from '../../src/keys/redacted-text.ts'

const BODY = 'A9fOd7b3acsQPwqvctOpGKPuBHf4furR1lRlpm9h1phX'
const COMMIT = '9b3e6f1f3a2d9c100b6d1c2e5c414f6e9b3e6f1f'

const NONE = () => false

describe('redactText()', () => {
  it.each([
    ['a token', `see cpk_${BODY}.`, 'see cpk_[redacted].'],
    [
      'a token in a query',
      `https://x.example/?k=cpk_${BODY}&a=b`,
      'https://x.example/?k=cpk_[redacted]&a=b',
    ],
    ['a token without its prefix', `k=${BODY}`, 'k=[redacted]'],
    ['a token whose prefix is encoded', `cpk%5F${BODY}`, 'cpk%[redacted]'],
    ['the beginning of a token', `cpk_${BODY.slice(0, 20)}`, 'cpk_[redacted]'],
    ['two tokens', `cpk_${BODY} cpk_${BODY}`, 'cpk_[redacted] cpk_[redacted]'],
    ['controls', 'a\u0000b\u202Ec\r\n', 'a bc'],
    ['a lone surrogate', 'a\uD800', 'a\uFFFD'],
  ])('redacts %s', (_, text, redacted) => {
    expect(redactText(text, 'cpk_', 500, NONE)).toBe(redacted)
  })

  it('redacts what is a token of others', () => {
    const isForeign = (piece: string) => /^old_\d+$/.test(piece)
    const text = 'https://x.example/old_1?key=old_22&a=b#old_3 "old_4", old_x'
    expect(redactText(text, 'cpk_', 500, isForeign)).toBe(
      'https://x.example/[redacted]?key=[redacted]&a=b#[redacted] "[redacted]", old_x',
    )
  })

  it('keeps the address of a file in a commit', () => {
    const url = `https://code.example/o/r/blob/${COMMIT}/.env#L3`
    expect(redactText(url, 'cpk_', 500, NONE)).toBe(url)
  })

  it('cuts after it has redacted, between code points', () => {
    const text = `${'☎️'.repeat(50)}cpk_${BODY}`
    for (let max = 1; max < 120; max++) {
      const cut = redactText(text, 'cpk_', max, NONE)
      expect([...cut].length).toBeLessThanOrEqual(max)
      expect(cut.isWellFormed()).toBe(true)
      expect(cut).not.toContain(BODY.slice(0, 4))
    }
  })

  // Anybody may send it, and each piece of it is compared with tokens.
  it('looks at no more of a long text than it may need, and at no piece in part', () => {
    const looked: string[] = []
    const isForeign = (piece: string) => {
      looked.push(piece)
      return piece.startsWith('old_')
    }
    const text = 'old_1234567 '.repeat(10_000)
    expect(redactText(text, 'cpk_', 200, isForeign)).toBe(`${'[redacted] '.repeat(18)}[…`)
    expect(looked.length).toBeLessThan(1_000)
    expect(new Set(looked)).toEqual(new Set(['old_1234567']))
    const beforeToken = 'y'.repeat(3_970)
    expect(redactText(`${beforeToken} ${BODY}`, 'cpk_', 200, NONE)).toBe('[redacted]')
  })
})
