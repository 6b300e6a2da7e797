// Which token a request carries. No I/O: a token of this gateway is told by its tag, and what may be the token of an
// imported key by its form.

import { err, ok, type Result } from '../shared/result.ts'
import { extractCredential } from './credential.ts'
import type { Refusal } from './refusal.ts'

export interface IdentifyDeps {
  /** The lookup id of a token that this gateway issued, or null. */
  readonly verifyToken: (token: string) => string | null
  /** The lookup ids that the token of an imported key may have; null if it can be none. */
  readonly importedLookupIds: (token: string) => ImportedIds | null
}

/** One for each key of TOKEN_KEYS, the newest first. */
export type ImportedIds = readonly string[]

/** The lookup id of a token that this gateway issued, or those of what may be the token of an imported key. */
export type Identified = string | ImportedIds

export function identifyToken(
  headers: Headers,
  { verifyToken, importedLookupIds }: IdentifyDeps,
): Result<Identified, Refusal> {
  const credential = extractCredential(headers)
  if (!credential.ok) return credential
  // A token of this gateway never waits for the patterns of imported ones.
  const identified = verifyToken(credential.value) ?? importedLookupIds(credential.value)
  return identified === null ? err({ reason: 'key_invalid' }) : ok(identified)
}
