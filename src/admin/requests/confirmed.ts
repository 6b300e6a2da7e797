// The bodies that confirm who is there.

import * as z from 'zod'
import { type CreateKey, createKeyBody, revealBody } from './key.ts'
import { password } from './password.ts'
import { type RotateKey, rotateKeyBody } from './rotation.ts'

/** Where people confirm at an identity provider. A password says nothing there. */
const byProvider = {
  password: password.optional().meta({ description: 'Needed where `confirm_by` is `password`' }),
  confirmation: z
    .string()
    .optional()
    .meta({ description: 'What `/admin/confirm` ended with, in place of a password' }),
}
export const createKeyByProvider = createKeyBody.extend(byProvider)
export const rotateKeyByProvider = rotateKeyBody.extend(byProvider)
export const revealByProvider = revealBody.extend(byProvider)

/** What a body says about who is there. Which of both counts depends on IDENTITY. */
export interface Confirming {
  readonly password?: string | undefined
  readonly confirmation?: string | undefined
}

interface ConfirmedBodies {
  readonly createKey: z.ZodType<CreateKey & Confirming>
  readonly rotateKey: z.ZodType<RotateKey & Confirming>
  readonly reveal: z.ZodType<Confirming>
}

/** The bodies that confirm who is there, by the identity of the deployment. */
export function confirmedBodies(isByProvider: boolean): ConfirmedBodies {
  return {
    createKey: isByProvider ? createKeyByProvider : createKeyBody,
    rotateKey: isByProvider ? rotateKeyByProvider : rotateKeyBody,
    reveal: isByProvider ? revealByProvider : revealBody,
  }
}
