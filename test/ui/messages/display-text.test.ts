import { describe, expect, it } from 'vitest'
import { isolateDirection, nameOf, toPlainText } from '../../../src/ui/messages/display-text.ts'
import * as doneText from '../../../src/ui/messages/done.ts'
import * as pageText from '../../../src/ui/messages/page.ts'
import * as rowText from '../../../src/ui/messages/row.ts'
import * as removeText from '../../../src/ui/messages/remove.ts'
import * as snippetsText from '../../../src/ui/messages/snippets.ts'

const id = 'key_0123'

describe('nameOf()', () => {
  it.each([
    ['Billing export', 'Billing export'],
    ['  Billing  ', 'Billing'],
    ['\u202Egnp.exe', 'gnp.exe'],
    ['a\u2067b\u2069c', 'abc'],
    ['two\nlines', 'two lines'],
    ['\u001b[31mred', '[31mred'],
    ['a\u0000b', 'a b'],
    ['שלום', 'שלום'],
    ['שלום \u200e(1)', 'שלום \u200e(1)'],
    ['👩‍💻', '👩‍💻'],
    ['', id],
    ['\u200b\u200b', id],
    ['\u202e', id],
    ['\u3164', id],
    ['\u2800', id],
  ])('shows %j as %j', (application_name, shown) => {
    expect(nameOf({ application_name, id })).toBe(shown)
  })
})

describe('isolateDirection()', () => {
  it.each([
    ['Billing export', 'Billing export'],
    ['Büro 1', 'Büro 1'],
    ['שלום', '\u2068שלום\u2069'],
    ['a ‏(1)', '\u2068a ‏(1)\u2069'],
    ['\u202Egnp.exe', 'gnp.exe'],
    ['\u2069\u2069 out', 'out'],
  ])('makes of %j %j', (text, shown) => {
    expect(isolateDirection(text)).toBe(shown)
  })

  it('is what every sentence does with a name', () => {
    const { more: _, namesake, ...row } = rowText
    const sentences = {
      ...row,
      ...removeText,
      ...snippetsText,
      ...doneText,
      noMatch: pageText.noMatch,
      namesake: (name: string) => namesake(name, 'end'),
    }
    const name = 'שם\u202e'
    let count = 0
    for (const sentence of Object.values(sentences)) {
      if (typeof sentence !== 'function') continue
      const text = sentence(name)
      if (!text.includes('שם')) continue
      expect(text).toContain('\u2068שם\u2069')
      expect(text).not.toContain('\u202e')
      count++
    }
    expect(count).toBe(15)
  })
})

describe('toPlainText()', () => {
  it('takes away what turns the order, and nothing else', () => {
    expect(toPlainText('a\u202db\u202cc\u200f')).toBe('abc\u200f')
  })
})
