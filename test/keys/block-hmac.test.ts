import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blockHmac,
  MAX_MESSAGE_BYTES,
  MAC_BYTES,
  toBlockHmacKey,
} from '../../src/keys/block-hmac.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

describe('blockHmac()', () => {
  // RFC 4231, the cases whose key and message fit.
  it.each([
    [
      '0b'.repeat(20),
      Buffer.from('Hi There').toString('hex'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe').toString('hex'),
      Buffer.from('what do ya want for nothing?').toString('hex'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(20),
      'dd'.repeat(50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
  ])('makes what RFC 4231 says of the key %s', (key, message, mac) => {
    const made = blockHmac(
      toBlockHmacKey(Buffer.from(key, 'hex')),
      Buffer.from(message, 'hex'),
      message.length / 2,
    )
    expect(Buffer.from(made).toString('hex')).toBe(mac)
  })

  it('makes what Node makes, of every length', () => {
    fc.assert(
      fc.property(bytes(64), bytes(MAX_MESSAGE_BYTES), bytes(9), (key, message, behind) => {
        const expected = createHmac('sha256', key).update(message).digest()
        const made = blockHmac(
          toBlockHmacKey(key),
          Buffer.concat([message, behind]),
          message.length,
        )
        expect(Buffer.from(made)).toEqual(expected)
      }),
      { numRuns: 5_000 },
    )
  })

  it('leaves nothing of one message to the next', () => {
    const key = toBlockHmacKey(new Uint8Array(32).fill(1))
    const mac = (message: Uint8Array) => Buffer.from(blockHmac(key, message, message.length))
    const short = mac(new Uint8Array(1))
    mac(new Uint8Array(MAX_MESSAGE_BYTES).fill(0xff))
    expect(mac(new Uint8Array(1))).toEqual(short)
    expect(short).toHaveLength(MAC_BYTES)
  })

  it('refuses a message that does not fit, and a key that does not', () => {
    const key = toBlockHmacKey(new Uint8Array(32))
    const long = new Uint8Array(MAX_MESSAGE_BYTES + 1)
    expect(() => blockHmac(key, long, long.length)).toThrow(RangeError)
    expect(() => toBlockHmacKey(new Uint8Array(65))).toThrow(RangeError)
  })
})
