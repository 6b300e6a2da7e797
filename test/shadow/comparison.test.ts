import { describe, expect, it } from 'vitest'
import { type Comparison, compare } from '../../src/shadow/comparison.ts'
import type { ProblemCode } from '../../src/problems/table.ts'

describe('compare()', () => {
  it.each<[ProblemCode | undefined, number, Comparison]>([
    [undefined, 200, 'agreed'],
    [undefined, 101, 'agreed'],
    [undefined, 302, 'agreed'],
    [undefined, 404, 'agreed'],
    [undefined, 429, 'agreed'],
    [undefined, 401, 'would_allow'],
    [undefined, 403, 'would_allow'],
    ['ip_denied', 401, 'agreed'],
    ['key_invalid', 403, 'agreed'],
    ['rate_limited', 429, 'agreed'],
    ['rate_limited', 200, 'would_refuse'],
    ['ip_denied', 429, 'would_refuse'],
    ['ip_denied', 200, 'would_refuse'],
    ['credential_ambiguous', 400, 'would_refuse'],
    ['authentication_unavailable', 204, 'would_refuse'],
    [undefined, 500, 'none'],
    ['key_expired', 503, 'none'],
  ])('of the verdict %s and the answer %i is %s', (code, status, comparison) => {
    expect(compare(code, status)).toBe(comparison)
  })
})
