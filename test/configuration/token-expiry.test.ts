import { SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { expiryOf } from '../../src/configuration/token-expiry.ts'

const KEY = new Uint8Array(32)

it('reads when a token expires', async () => {
  const token = new SignJWT({ a: 'rw' }).setProtectedHeader({ alg: 'HS256' })
  expect(expiryOf(await token.setExpirationTime(1_800_000_000).sign(KEY))).toBe(1_800_000_000_000)
})

it('knows of no end where the token tells none', async () => {
  const endless = await new SignJWT({ a: 'rw' }).setProtectedHeader({ alg: 'HS256' }).sign(KEY)
  const texts = [
    endless,
    undefined,
    '',
    'a',
    'a.b.c',
    `.${btoa('null')}.`,
    `.${btoa('{"exp":"1"}')}.`,
    `.${btoa('{"exp":-1e300}')}.`,
  ]
  expect(texts.map(expiryOf)).toEqual(texts.map(() => null))
})
