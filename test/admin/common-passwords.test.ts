import { describe, expect, it } from 'vitest'
import { isCommonPassword, isOwnName } from '../../src/admin/common-passwords.ts'

describe('isCommonPassword()', () => {
  it.each([
    ['a password of the list', 'qwertyuiop123'],
    ['in another case', 'QwertyUiop123'],
    ['a short one of the list with a year', 'Password2026'],
    ['with digits and exclamation marks', 'letmein12345!!'],
    ['digits alone', '123456789012'],
    ['a single character', 'aaaaaaaaaaaa'],
    ['with spaces around it', ' administrator '],
  ])('refuses %s', (_, password) => {
    expect(isCommonPassword(password)).toBe(true)
  })

  it.each([
    ['words that are in no list together', 'correct horse battery staple'],
    ['a word of the list within others', 'my password is administrator'],
    ['what the secrets of the project look like', 'x9Qk-2LmVb_7'],
    ['spaces alone', ' '.repeat(12)],
    ['text of another script', 'пароль для входа'],
  ])('takes %s', (_, password) => {
    expect(isCommonPassword(password)).toBe(false)
  })
})

describe('isOwnName()', () => {
  const owner = { email: 'Grace.Hopper@example.com', name: 'Grace Brewster Hopper' }

  it.each([
    'grace.hopper@example.com',
    'Grace.Hopper',
    'GRACE.HOPPER1906',
    'Grace Brewster Hopper',
    'gracebrewsterhopper!',
  ])('refuses %s', (password) => {
    expect(isOwnName(password, owner)).toBe(true)
  })

  it.each(['grace hopper of arlington', '190619061906', 'example.com/hopper'])(
    'takes %s',
    (password) => {
      expect(isOwnName(password, owner)).toBe(false)
    },
  )
})
