// What became of a key of a list, and how the answer says it.

import type { KnownToken } from '../../db/import-queries.ts'
import type { Fault } from '../answers/problem.ts'
import type { RowWarning } from './imported-acl.ts'
import type { Candidate, ReadRow } from './read-rows.ts'

export type ImportedRow =
  | {
      readonly index: number
      readonly key_id: string | null
      readonly warnings: readonly RowWarning[]
    }
  | { readonly index: number; readonly errors: readonly Fault[] }

/** `known`: the token, if its key was there already. `isOfToken`: whether the token is at fault. */
export type Outcome =
  | { readonly keyId: string | null; readonly known?: KnownToken }
  | { readonly refused: Omit<Fault, 'pointer'>; readonly isOfToken: boolean }

const REVOKED: Outcome = {
  refused: {
    code: 'token_revoked',
    detail: 'The key with this token was deleted, or has another token now. It stays refused',
  },
  isOfToken: true,
}
const TAKEN: Outcome = {
  refused: { code: 'token_taken', detail: 'A key of another account has this token' },
  isOfToken: true,
}
export const NO_ROOM: Outcome = {
  refused: {
    code: 'key_limit_reached',
    detail: 'The account has as many keys as its key_limit allows. Raise it, and import again',
  },
  isOfToken: false,
}

/** The outcome of a token that is known already. */
export function toOutcome(known: KnownToken, accountId: string): Outcome {
  if (known.deletedAt !== null || known.endedAt !== null) return REVOKED
  return known.accountId === accountId ? { keyId: known.keyId, known } : TAKEN
}

/** The answer to a row that is not wrong by itself. */
export function toResult(
  { candidate, pointer, warnings }: Extract<ReadRow, { faults?: undefined }>,
  index: number,
  outcome: Outcome,
): ImportedRow {
  if ('refused' in outcome) {
    return { index, errors: [{ pointer: outcome.isOfToken ? pointer : '', ...outcome.refused }] }
  }
  const { keyId, known } = outcome
  return { index, key_id: keyId, warnings: [...warnings, ...keptWarnings(candidate, known)] }
}

const COMPARED = [
  'applicationName',
  'applicationWebsite',
  'platform',
  'ipAcl',
  'enabled',
  'expiresAt',
  'rateLimit',
] as const

/** Says so if a key that was there already is not as the row has it. */
function keptWarnings({ details }: Candidate, known: KnownToken | undefined): RowWarning[] {
  if (known === undefined) return []
  if (COMPARED.every((name) => JSON.stringify(known[name]) === JSON.stringify(details[name])))
    return []
  const detail = `The key ${known.keyId} has this token already, and stays as it is`
  return [{ pointer: '', code: 'not_changed', detail }]
}
