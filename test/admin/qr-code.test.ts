import { describe, expect, it } from 'vitest'
import { toQrRows } from '../../src/admin/qr-code.ts'

const URI =
  'otpauth://totp/CommPeak:ada%40example.com?issuer=CommPeak&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30'
/** A corner of a QR code, by which a camera finds it. */
const FINDER = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']

describe('toQrRows()', () => {
  const rows = toQrRows(URI)
  const size = rows.length

  it('is a square of one of the sizes of ISO/IEC 18004, with light all around', () => {
    expect((size - 8 - 17) % 4).toBe(0)
    expect(rows.every((row) => row.length === size && /^0{4}[01]+0{4}$/.test(row))).toBe(true)
    for (const edge of [...rows.slice(0, 4), ...rows.slice(-4)]) expect(edge).toMatch(/^0+$/)
  })

  it.each([
    ['the top left', 4, 4],
    ['the top right', 4, size - 11],
    ['the bottom left', size - 11, 4],
  ])('can be found at %s', (_, y, x) => {
    expect(rows.slice(y, y + 7).map((row) => row.slice(x, x + 7))).toEqual(FINDER)
  })

  it('is another code for another text', () => {
    expect(toQrRows(URI.replace('ada', 'eve'))).not.toEqual(rows)
  })
})
