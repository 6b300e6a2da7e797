import { describe, expect, it } from 'vitest'
import { patchOnce } from './patch-bundle.ts'

describe('patchOnce()', () => {
  it('replaces the one place', () => {
    expect(patchOnce('a (b) c', /\((\w)\)/, '[$1]')).toBe('a [b] c')
  })

  it.each(['a c', 'a (b) (b) c'])('refuses any other number of places: %s', (bundle) => {
    expect(() => patchOnce(bundle, /\(b\)/, '')).toThrow('adapt this patch')
  })
})
