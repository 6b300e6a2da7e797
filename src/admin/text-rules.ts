// Texts of a request: their length, and the characters that they may have.

import * as z from 'zod'
import { isVisible, unsafeCharacter, withoutUnsafe } from '../shared/visible-text.ts'

/** Text of `min` to `max` Unicode code points. */
export function text(min: number, max: number) {
  return wellFormed().refine(
    (value) => isOfLength(value, min, max),
    rule('wrong_length', `This must have ${min} to ${max} characters`),
  )
}

export function isOfLength(value: string, min: number, max: number): boolean {
  const length = [...value].length
  return length >= min && length <= max
}

/** Refuses lone surrogates. UTF-8 has no form for them, so they would come back as another character. */
export function wellFormed() {
  return z
    .string()
    .refine((value) => value.isWellFormed(), rule('not_unicode', 'This is not well-formed Unicode'))
}

/** A rule that ends the checks of its member if it is broken, so that each member has one fault. */
export function rule(code: string, error: string) {
  return { error, params: { code }, abort: true }
}

export const trimmed = z.string().transform((value) => value.trim())

/** A text that people read. Older rows may have names that break this rule. */
export function visibleText(max: number) {
  return trimmed
    .pipe(
      text(1, max).superRefine((value, ctx) => {
        const unsafe = unsafeCharacter(value)
        if (unsafe !== null) {
          const suggestion = withoutUnsafe(value).trim()
          ctx.addIssue(unsafeIssue(unsafe, isVisible(suggestion) ? suggestion : undefined))
        } else if (!isVisible(value)) {
          ctx.addIssue({
            code: 'custom',
            message: 'This has no character that can be seen',
            params: { code: 'not_visible' },
          })
        }
      }),
    )
    .meta({
      minLength: 1,
      maxLength: max,
      description:
        'Unicode code points, counted without the spaces around them, which are trimmed. At least one is visible; controls, line separators and bidirectional controls are refused',
    })
}

export function unsafeIssue(unsafe: string, suggestion: string | undefined) {
  return {
    code: 'custom' as const,
    message: `This has ${unsafe}, a control character that hides or turns text; leave it out`,
    params: { code: 'character_not_allowed', ...(suggestion !== undefined && { suggestion }) },
  }
}
