// Reads the rows of an import: what is wrong with each by itself, and which rows have the same token.

import { Buffer } from 'node:buffer'
import type { KeyDetails } from '../../db/key-rows.ts'
import { importedLookupIds, type ImportedTokens } from '../../keys/imported-token.ts'
import { verifyToken } from '../../keys/token.ts'
import type { Fault } from '../answers/problem.ts'
import { listFaults } from '../faults.ts'
import type { MakeTokenDeps } from '../new-token.ts'
import type { RowWarning } from './imported-acl.ts'
import { digestOfRow, importRow, type ImportRow, tokenFault } from './import-body.ts'

export interface ReadRowsDeps extends Pick<MakeTokenDeps, 'tokenPrefix' | 'tokenKeys'> {
  readonly importedTokens: ImportedTokens
}

/** A key to import, of one row or of several that say the same. */
export interface Candidate {
  /** Null if only the SHA-256 is known. */
  token: string | null
  readonly lookupIds: readonly string[]
  readonly details: KeyDetails
  readonly createdAt: number | null
  /** The index of the first row. */
  readonly index: number
}

/** A row that is wrong by itself, or the key that it stands for. */
export type ReadRow =
  | { readonly faults: readonly Fault[] }
  | {
      readonly faults?: undefined
      readonly candidate: Candidate
      /** Where the row tells its token. */
      readonly pointer: string
      readonly warnings: readonly RowWarning[]
    }

/** So many characters of a token take long enough to guess. */
const LONG_ENOUGH = 16

export function readRows(rows: readonly unknown[], deps: ReadRowsDeps): ReadRow[] {
  const candidates = new Map<string, Candidate>()
  return rows.map((given, index): ReadRow => {
    const missing = tokenFault(given)
    const parsed = importRow.safeParse(given, { reportInput: true })
    const faults = [
      ...(missing === null ? [] : [missing]),
      ...(parsed.success ? [] : listFaults(parsed.error.issues)),
    ]
    if (!parsed.success || faults.length > 0) return { faults }
    const row = parsed.data
    const pointer = row.token === undefined ? '/sha256' : '/token'
    if (row.token !== undefined && isOwnToken(row.token, deps)) {
      return { faults: [{ pointer, ...TOKEN_OF_OURS }] }
    }
    const digest = digestOfRow(row)
    const name = Buffer.from(digest).toString('base64url')
    const candidate = toCandidate(row, digest, index, deps)
    const earlier = candidates.get(name)
    if (earlier !== undefined && !isSameKey(earlier, candidate)) {
      const detail = `Row ${earlier.index} has the same token, and says something else about its key`
      return { faults: [{ pointer, code: 'token_repeated', detail }] }
    }
    const meant = earlier ?? candidate
    meant.token ??= candidate.token
    candidates.set(name, meant)
    return {
      candidate: meant,
      pointer,
      warnings: [...row.ip_acl.warnings, ...tokenWarnings(row, deps)],
    }
  })
}

const TOKEN_OF_OURS = {
  code: 'token_of_this_gateway',
  detail: 'This gateway made this token itself, so there is nothing to import',
}

function isOwnToken(token: string, { tokenPrefix, tokenKeys }: ReadRowsDeps): boolean {
  return verifyToken(tokenPrefix, tokenKeys, token) !== null
}

function toCandidate(
  row: ImportRow,
  digest: Uint8Array,
  index: number,
  { tokenKeys }: ReadRowsDeps,
): Candidate {
  const details: KeyDetails = {
    applicationName: row.application_name,
    applicationWebsite: row.application_website,
    platform: row.platform,
    ipAcl: row.ip_acl.entries,
    ipAclMode: 'enforce',
    ipAclNotes: {},
    enabled: row.enabled,
    expiresAt: row.expires_at,
    rateLimit: row.rate_limit,
  }
  return {
    token: row.token ?? null,
    lookupIds: importedLookupIds(tokenKeys, digest),
    details,
    createdAt: row.created_at ?? null,
    index,
  }
}

function isSameKey(a: Candidate, b: Candidate): boolean {
  return a.createdAt === b.createdAt && JSON.stringify(a.details) === JSON.stringify(b.details)
}

function tokenWarnings({ token }: ImportRow, { importedTokens }: ReadRowsDeps): RowWarning[] {
  if (token === undefined) return []
  const warn = (code: RowWarning['code'], detail: string) => [{ pointer: '/token', code, detail }]
  return [
    ...(importedTokens.isExpected(token)
      ? []
      : warn(
          'token_not_expected',
          'No pattern of IMPORTED_TOKENS matches this token, so requests with it are refused',
        )),
    ...(token.length >= LONG_ENOUGH
      ? []
      : warn('token_short', 'This token is so short that it can be guessed: rotate the key soon')),
  ]
}
