// The users of accounts. The operator makes and changes them.

import * as z from 'zod'
import { USER_STATUSES } from '../../db/schema/users.ts'
import { ROLES } from '../../shared/roles.ts'
import { email } from './email.ts'
import { oneOf, visibleName } from './members.ts'
import { newPassword } from './password.ts'

export const createUserBody = z.strictObject({
  email,
  name: visibleName,
  role: oneOf(ROLES),
  password: newPassword,
})

export const editUserBody = z.strictObject({
  name: visibleName.optional(),
  role: oneOf(ROLES).optional(),
  status: oneOf(USER_STATUSES).optional(),
  password: newPassword.optional(),
  second_factor: z
    .literal(false, 'This can only be false, which removes the second factor')
    .optional()
    .meta({ description: 'Removes the second factor of a user who lost it' }),
})

export type EditUser = z.infer<typeof editUserBody>
