import { describe, expect, it } from 'vitest'
import { parseEventSecrets } from '../../src/configuration/event-secrets.ts'

const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64')

describe('parseEventSecrets()', () => {
  it.each([24, 25, 26, 32, 64])('reads %i bytes, with padding or without', (bytes) => {
    const key = new Uint8Array(bytes).fill(7)
    expect(parseEventSecrets(`whsec_${base64(bytes)}`)).toEqual([key])
    expect(parseEventSecrets(`whsec_${base64(bytes).replaceAll('=', '')}`)).toEqual([key])
  })

  it('reads several', () => {
    const text = `whsec_${base64(24)}, whsec_${base64(32)}`
    expect(parseEventSecrets(text)?.map(({ length }) => length)).toEqual([24, 32])
  })

  it.each([
    '',
    'whsec_',
    base64(32),
    `whsec_${base64(23)}`,
    `whsec_${base64(65)}`,
    `whsec_${base64(32)},`,
    `whsec_${base64(32)} whsec_${base64(32)}`,
    `whsec_${'A'.repeat(33)}`,
    `whsec_${'!'.repeat(32)}`,
    `whsk_${base64(32)}`,
  ])('refuses %j', (text) => {
    expect(parseEventSecrets(text)).toBeNull()
  })
})
