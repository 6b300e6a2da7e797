import { isEmail } from '../email.ts'
import { rule, text, trimmed } from '../text-rules.ts'

const MAX_EMAIL = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets

export const email = trimmed
  .pipe(
    text(3, MAX_EMAIL).refine(
      isEmail,
      rule('email_invalid', 'This must be an e-mail address such as name@example.com'),
    ),
  )
  .meta({ minLength: 3, maxLength: MAX_EMAIL })
