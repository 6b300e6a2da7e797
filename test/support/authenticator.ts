// An app that makes the codes of a second factor.

import { TOTP } from 'otpauth'

/** The code of a secret, of now or of a time step before or after. */
export function codeOf(secret: string, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 })
}

/** A code that is wrong now, and in the half minutes around. */
export function wrongCode(secret: string): string {
  const right = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps))
  const wrong = ['000000', '111111', '222222', '333333', '444444', '555555']
  return wrong.find((code) => !right.includes(code)) ?? ''
}
