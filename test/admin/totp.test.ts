import { TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { hashRecoveryCode, newRecoveryCodes } from '../../src/admin/recovery-codes.ts'
import { findStep, toSecret, toUri } from '../../src/admin/totp.ts'

/** RFC 6238, appendix B: the ASCII text "12345678901234567890". */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('findStep()', () => {
  // The last six of the eight digits of the RFC.
  it.each([
    [59, '287082', 1],
    [1_111_111_109, '081804', 37_037_036],
    [1_111_111_111, '050471', 37_037_037],
    [1_234_567_890, '005924', 41_152_263],
    [2_000_000_000, '279037', 66_666_666],
    [20_000_000_000, '353130', 666_666_666],
  ])('at %i s takes %s (RFC 6238)', (seconds, code, step) => {
    expect(findStep(SECRET, code, seconds * 1_000)).toBe(step)
  })

  it('takes the codes of the half minutes before and after, and says which', () => {
    const at = (steps: number) => 1_800_000_000_000 + steps * 30_000
    const code = new TOTP({ secret: SECRET }).generate({ timestamp: at(0) })
    const steps = [-2, -1, 0, 1, 2].map((offset) => findStep(SECRET, code, at(offset)))
    expect(steps).toEqual([null, 60_000_000, 60_000_000, 60_000_000, null])
  })

  it.each(['', '28708', '2870820', '28708a', ' 287082', '２８７０８２'])('refuses "%s"', (code) => {
    expect(findStep(SECRET, code, 59_000)).toBeNull()
  })
})

it('a secret has 160 bits in base32, and the URI names product and user', () => {
  const secret = toSecret(Uint8Array.from(Buffer.from('12345678901234567890')))
  expect(secret).toBe(SECRET)
  expect(toUri(secret, 'ada+x@example.com')).toBe(
    `otpauth://totp/CommPeak:ada%2Bx%40example.com?issuer=CommPeak&secret=${SECRET}&algorithm=SHA1&digits=6&period=30`,
  )
})

describe('a recovery code', () => {
  it('is one of ten, of 50 bits', () => {
    const codes = newRecoveryCodes()
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[a-z2-7]{5}-[a-z2-7]{5}$/)
  })

  it('has one hash in every spelling, and another under another secret', () => {
    const hash = hashRecoveryCode(SECRET, 'k3x7q-mz2ap')
    for (const text of ['K3X7Q-MZ2AP', 'k3x7qmz2ap', ' k3x7q mz2ap ']) {
      expect(hashRecoveryCode(SECRET, text)).toBe(hash)
    }
    expect(hashRecoveryCode(SECRET.toLowerCase(), 'k3x7q-mz2ap')).not.toBe(hash)
    for (const text of ['', 'k3x7q', '123456', 'k3x7q-mz2a0', 'k3x7q-mz2apq']) {
      expect(hashRecoveryCode(SECRET, text)).toBeNull()
    }
  })
})
