// Anybody may send a body of 64 KiB, and as often as they like: it is read before reports are counted. So how many
// tokens it has is looked at before the tokens are.

import { expect, it } from 'vitest'
import { leakBody } from '../../src/admin/leak-body.ts'

const MANY = 500

it.each([
  ['tokens', { tokens: Array.from({ length: MANY }, () => 7) }, ['tokens']],
  ['entries', Array.from({ length: MANY }, () => ({})), []],
  ['entries that are none', Array.from({ length: MANY }, () => 7), []],
])('finds one fault in too many %s, however many of them have faults', (_, body, path) => {
  const { issues = [] } = leakBody.safeParse(body, { reportInput: true }).error ?? {}
  expect(issues).toMatchObject([{ path, params: { code: 'too_long' } }])
})
