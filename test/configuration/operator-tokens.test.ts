import { expect, it } from 'vitest'
import { parseOperatorTokens } from '../../src/configuration/operator-tokens.ts'

it.each([
  ['one', [['operator', 'one']]],
  [
    'one, two',
    [
      ['operator', 'one'],
      ['operator', 'two'],
    ],
  ],
  [
    'alice:one,deploy: two,three',
    [
      ['alice', 'one'],
      ['deploy', 'two'],
      ['operator', 'three'],
    ],
  ],
  ['alice:o:n:e', [['alice', 'o:n:e']]],
  // No name: it would not begin with a letter, or be too long.
  ['1:one', [['operator', '1:one']]],
  [`${'a'.repeat(33)}:one`, [['operator', `${'a'.repeat(33)}:one`]]],
])('reads %j', (text, expected) => {
  const tokens = parseOperatorTokens(text)
  expect(tokens?.map(({ name, token }) => [name, token])).toEqual(expected)
})

it.each(['', ' ', 'one,', 'one,,two', 'alice:', 'alice: ,one'])(
  'takes no empty token: %j',
  (text) => {
    expect(parseOperatorTokens(text)).toBeNull()
  },
)
