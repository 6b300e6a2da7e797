import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addEntries } from '../../../src/ui/acl/acl.ts'
import { readNotedText, toListText } from '../../../src/ui/acl/acl-text.ts'
import { aclNotes } from '../../../src/admin/acl-notes.ts'

const HEAD = '# IP ACL: a network on each line, and its note after the #'
const network = fc.oneof(
  fc.ipV4().map((address) => `${address}/32`),
  fc.ipV6().map((address) => `${address}/128`),
)

/** What the page has after it was given a text. */
function give(text: string) {
  const noted = readNotedText(text)
  const { acl, report } = addEntries([], noted?.networks ?? text)
  return { acl, notes: noted?.notes ?? {}, faults: report.faults, leftOut: report.leftOut }
}

describe('toListText()', () => {
  it('is a plain list where nothing is noted', () => {
    expect(toListText(['192.0.2.0/24', '2001:db8::/32'], {})).toBe('192.0.2.0/24\n2001:db8::/32')
  })

  it('has each note behind its network, and says so', () => {
    const acl = ['192.0.2.0/24', '2001:db8::/32']
    expect(toListText(acl, { '192.0.2.0/24': 'Office', '10.0.0.0/8': 'gone' })).toBe(
      `${HEAD}\n192.0.2.0/24 # Office\n2001:db8::/32`,
    )
  })
})

describe('readNotedText()', () => {
  it('loses nothing of what the API takes for a note', () => {
    const notes = fc.dictionary(network, fc.string({ unit: 'grapheme', maxLength: 100 }))
    const property = fc.property(notes, fc.constantFrom('\n', '\r\n'), (given, end) => {
      const parsed = aclNotes.safeParse(given)
      fc.pre(parsed.success)
      const text = toListText(Object.keys(parsed.data), parsed.data).replaceAll('\n', end)
      const { acl, notes: read, faults, leftOut } = give(`${text}${end}`)
      expect({ acl, read, faults, leftOut }).toEqual({
        acl: Object.keys(parsed.data),
        read: parsed.data,
        faults: [],
        leftOut: [],
      })
    })
    fc.assert(property, { numRuns: 2_000 })
  })

  it('takes for a note what would deny a network anywhere else', () => {
    const lines = '192.0.2.0/24 # blocked until May\n198.51.100.0/24'
    expect(give(`${HEAD}\n${lines}`)).toMatchObject({
      acl: ['192.0.2.0/24', '198.51.100.0/24'],
      notes: { '192.0.2.0/24': 'blocked until May' },
    })
    expect(give(lines).acl).toEqual(['198.51.100.0/24'])
  })

  it.each([
    ['another first line', '# Mine\n192.0.2.0/24 # Office'],
    ['a line that is no network', `${HEAD}\n192.0.2.0/24 # Office\ndeny all`],
    ['a note that is too long', `${HEAD}\n192.0.2.0/24 # ${'x'.repeat(101)}`],
    ['more than can be read', `${HEAD}\n${'192.0.2.0/24 # Office\n'.repeat(20_000)}`],
  ])('leaves %s to the reader of any text', (_, text) => {
    expect(readNotedText(text)).toBeNull()
  })
})
