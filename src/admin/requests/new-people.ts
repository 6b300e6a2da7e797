// The bodies of new accounts and users, by the identity of the deployment.

import type * as z from 'zod'
import { createAccountBody } from './account.ts'
import { newPassword } from './password.ts'
import { createUserBody } from './user.ts'

const withoutPassword = {
  password: newPassword.optional().meta({ description: 'Needed where users are local' }),
}
export const createAccountByProvider = createAccountBody.extend(withoutPassword)
export const createUserByProvider = createUserBody.extend(withoutPassword)

interface PeopleBodies {
  readonly createAccount: z.ZodType<CreateAccount>
  readonly createUser: z.ZodType<CreateUser>
}

/** The bodies of new people. Where an identity provider logs them in, they need no password. */
export function peopleBodies(isByProvider: boolean): PeopleBodies {
  return {
    createAccount: isByProvider ? createAccountByProvider : createAccountBody,
    createUser: isByProvider ? createUserByProvider : createUserBody,
  }
}

export type CreateAccount = z.infer<typeof createAccountByProvider>
export type CreateUser = z.infer<typeof createUserByProvider>
