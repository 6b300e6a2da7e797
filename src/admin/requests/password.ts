// Passwords: those to check, and those to set.

import { COMMON_PASSWORD, isCommonPassword } from '../common-passwords.ts'
import { isOfLength, rule, wellFormed } from '../text-rules.ts'

const MIN_PASSWORD = 12
const MAX_PASSWORD = 256

/** HMAC pads its key with zeros (RFC 2104 §2), so U+0000 at the end of a password would not count. */
const passwordText = wellFormed().refine(
  (value) => !value.includes('\0'),
  rule('character_not_allowed', 'A password cannot contain U+0000'),
)
/** A password to check. It has no rules on length, because any other password than the account's is wrong. */
export const password = passwordText.meta({ format: 'password' })

/** Its length is counted in NFC, as it is hashed. */
export const newPassword = passwordText
  .refine(
    (value) => isOfLength(value.normalize('NFC'), MIN_PASSWORD, MAX_PASSWORD),
    rule('wrong_length', `This must have ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`),
  )
  .refine((value) => !isCommonPassword(value), rule(COMMON_PASSWORD.code, COMMON_PASSWORD.detail))
  .meta({
    format: 'password',
    minLength: MIN_PASSWORD,
    maxLength: MAX_PASSWORD,
    description:
      'Unicode code points, counted in NFC, in which passwords are compared. Common passwords are refused, and the e-mail address and the name of the user',
  })
