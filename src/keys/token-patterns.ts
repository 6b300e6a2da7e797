// IMPORTED_TOKENS: which credentials may be tokens of imported keys.

import { err, ok, type Result } from '../shared/result.ts'
import { findPatternFault } from './linear-pattern.ts'

export interface TokenPatterns {
  /** Whether a credential may be the token of an imported key. */
  readonly match: (token: string) => boolean
}

/** What may stand alone in a credential: visible ASCII without a comma, which separates credentials. */
const FORM = /^[\x21-\x2b\x2d-\x7e]{1,512}$/
const MAX_PATTERNS = 20
const MAX_LENGTH = 200
const LIST = 'must be a JSON list of regular expressions, such as ["^old_[0-9a-f]{32}$"]'

/** Whether a text has the form of a token that can be imported. */
export function isImportable(token: string): boolean {
  return FORM.test(token)
}

/** The patterns, or what is wrong: a sentence that goes on after the name of the variable. */
export function parseTokenPatterns(text: string): Result<TokenPatterns, string> {
  const sources = parseList(text)
  if (sources === null) return err(LIST)
  if (sources.length === 0) return err(`${LIST}; leave it out for none`)
  if (sources.length > MAX_PATTERNS) return err(`must have ${MAX_PATTERNS} patterns at most`)
  for (const [index, source] of sources.entries()) {
    const fault =
      source.length > MAX_LENGTH
        ? `is longer than ${MAX_LENGTH} characters`
        : findPatternFault(source)
    if (fault !== null) return err(`${LIST}: pattern ${index + 1} ${fault}`)
  }
  const patterns = sources.map((source) => new RegExp(source))
  return ok({
    match: (token) => isImportable(token) && patterns.some((pattern) => pattern.test(token)),
  })
}

/** A list of texts, or one text alone. Null for anything else. */
function parseList(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text)
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    return list.every((item) => typeof item === 'string') ? list : null
  } catch {
    return null
  }
}
