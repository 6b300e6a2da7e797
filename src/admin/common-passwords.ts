// Which passwords are refused because guessers try them first (NIST SP 800-63B §3.1.1.2): those of a public
// list, and those made of the user's own e-mail address or name. Nobody outside is asked.

import { COMMON_PASSWORDS } from './common-password-list.ts'
import type { Refusal } from './refusal.ts'

/** Who the password is for. */
export interface PasswordOwner {
  readonly email: string
  readonly name: string
}

export const COMMON_PASSWORD = {
  code: 'too_common',
  detail:
    'This password is on a public list of common passwords, with or without digits at its end; choose another',
} as const

const OWN_NAME_PASSWORD = {
  code: 'too_common',
  detail: 'This password is the e-mail address or the name of the user; choose another',
} as const

/** Parsed when the first password is set, because most isolates never set one. */
let parsed: ReadonlySet<string> | undefined

/** Whether a public list has the password, in any case, with or without digits and "!" at its end. */
export function isCommonPassword(password: string): boolean {
  parsed ??= new Set(COMMON_PASSWORDS.trim().split(/\s+/))
  const list = parsed
  return guesses(password).some((guess) => list.has(guess))
}

/** Whether the password is the owner's e-mail address, its local part or the name, perhaps with digits added. */
export function isOwnName(password: string, { email, name }: PasswordOwner): boolean {
  const local = email.slice(0, email.lastIndexOf('@'))
  const own = [email, local, name, name.replaceAll(/\s/g, '')].flatMap(guesses)
  return guesses(password).some((guess) => own.includes(guess))
}

/** A refusal if a new password is the user's own e-mail address or name, else null. */
export function refuseOwnName(password: string | undefined, owner: PasswordOwner): Refusal | null {
  if (password === undefined || !isOwnName(password, owner)) return null
  return {
    reason: 'validation_failed',
    faults: [{ pointer: '/password', ...OWN_NAME_PASSWORD }],
  }
}

/** The text in the form of the list, and the same without digits and "!" at its end. */
function guesses(text: string): string[] {
  const plain = text.normalize('NFC').trim().toLowerCase()
  const stem = plain.replace(/[\d!]+$/, '')
  return stem === '' ? [plain] : [plain, stem]
}
