// The query of /admin/confirm: what a person is about to confirm. The API Keys page always says it. Where it is left
// out, the confirmation is good for any one call of the session.

import * as z from 'zod'
import { CONFIRMED_CALLS, type ConfirmedCall } from '../../shared/confirmed-call.ts'
import { isId } from '../../shared/ids.ts'
import { oneOf } from './members.ts'

/** Parsed to the call that it names, or null. Other parameters are ignored. */
export const confirmQuery = z
  .object({ for: oneOf(CONFIRMED_CALLS).optional(), key: z.string().optional() })
  .transform(({ for: name, key }, ctx): ConfirmedCall | null => {
    if (name === undefined && key === undefined) return null
    if (name === undefined) return refuse('for', 'required', 'A key needs "for" beside it')
    if (name === 'create_key') {
      return key === undefined
        ? { name, keyId: null }
        : refuse('key', 'not_allowed', 'A key that is to be created has no id yet')
    }
    return key !== undefined && isId('key', key)
      ? { name, keyId: key }
      : refuse('key', 'id_invalid', `"${name}" needs the id of a key`)

    function refuse(member: string, code: string, message: string): never {
      ctx.addIssue({ code: 'custom', path: [member], message, params: { code } })
      return z.NEVER
    }
  })
