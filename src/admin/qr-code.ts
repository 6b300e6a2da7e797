// A QR code for an app that reads it off a screen. It is made here, so that the page does not carry the code for it.

import { encode } from 'uqr'

/** ISO/IEC 18004 asks for so many light modules around. */
const QUIET = 4

/** The rows of a QR code, from the top. Each has a digit for a module: 1 where it is dark. */
export function toQrRows(text: string): string[] {
  const { data } = encode(text, { ecc: 'M', border: QUIET })
  return data.map((row) => row.map((isDark) => (isDark ? '1' : '0')).join(''))
}
