// The log-in, and the second factor.

import * as z from 'zod'
import { trimmed, wellFormed } from '../text-rules.ts'
import { password } from './password.ts'

/** No rules on its form, because any other text is a wrong code. */
const code = wellFormed().meta({
  description: 'Six digits of the app, or a recovery code',
})

/** The e-mail has no rules on form, because any text but an account's e-mail is unknown. */
export const logInBody = z.strictObject({
  email: trimmed.pipe(wellFormed()),
  password,
  code: code.optional(),
})

export const startEnrolmentBody = z.strictObject({ password })

export const confirmEnrolmentBody = z.strictObject({ code })

export const factorBody = z.strictObject({ password, code })
