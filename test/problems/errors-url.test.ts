import { describe, expect, it } from 'vitest'
import { errorsUrl } from '../../src/problems/errors-url.ts'

describe('errorsUrl()', () => {
  it('is absolute where the admin surface has a host of its own', () => {
    expect(errorsUrl('keys.example.com')).toBe('https://keys.example.com/admin/errors/')
  })

  it('is a relative reference where every host answers', () => {
    const type = `${errorsUrl(undefined)}key_invalid`
    expect(new URL(type, 'https://api.example.com/v1/calls?x=1').href).toBe(
      'https://api.example.com/admin/errors/key_invalid',
    )
  })
})
