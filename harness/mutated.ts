// Near misses: a good text with a few characters changed, added, removed or doubled.

import fc from 'fast-check'

/** What addresses, headers and their readers' mistakes are made of. */
const PIECES = [
  ...'0123456789abcdefABCDEFxXoO:./%,;-+_*[]" \t',
  '::',
  ':::',
  '255',
  '256',
  '::ffff:',
  '0x',
  '\0',
  '\n',
  '\u00a0',
  '\u200b',
  '１',
]

const edit = fc.record({
  at: fc.nat(80),
  removed: fc.nat(2),
  added: fc.constantFrom('', ...PIECES),
})

export function mutated(good: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(good, fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([text, edits]) => edits.reduce(apply, text))
}

function apply(
  text: string,
  { at, removed, added }: { at: number; removed: number; added: string },
) {
  const start = at % (text.length + 1)
  return text.slice(0, start) + added + text.slice(start + removed)
}
