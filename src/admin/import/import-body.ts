// The body of an import: the rows as they came, and the schema of one row. Each row is checked by itself, because
// a row that breaks a rule stops no other.

import { Buffer } from 'node:buffer'
import * as z from 'zod'
import { PLATFORMS } from '../../keys/platform.ts'
import { isImportable } from '../../keys/token-patterns.ts'
import { DIGEST_BYTES, digestOfToken } from '../../keys/imported-token.ts'
import type { Fault } from '../answers/problem.ts'
import { MAX_AHEAD_MS, MINUTE_MS, time } from '../future-time.ts'
import { rateLimitBody } from '../rate-limit.ts'
import { applicationWebsite } from '../requests/application-website.ts'
import { oneOf, visibleName } from '../requests/members.ts'
import { rule } from '../text-rules.ts'
import { importedAcl } from './imported-acl.ts'

const MAX_ROWS = 1_000
export const MAX_IMPORT_BYTES = 4 * 1024 * 1024

const HEX = /^[0-9a-f]{64}$/i
/** The last digit of 32 bytes in base64 has two bits that are zero. */
const BASE64 = /^(?:[0-9A-Za-z+/]{42}|[\w-]{42})[AEIMQUYcgkosw048]=?$/

const token = z
  .string()
  .refine(
    isImportable,
    rule(
      'token_malformed',
      'A token has 1 to 512 visible ASCII characters, without spaces and commas',
    ),
  )

const sha256 = z
  .string()
  .refine(
    (text) => HEX.test(text) || BASE64.test(text),
    rule(
      'sha256_malformed',
      'This must be the SHA-256 of the whole token, 32 bytes in hex or base64',
    ),
  )

const isPast = (timeMs: number) => timeMs >= 0 && timeMs <= Date.now() + MINUTE_MS
const createdAt = time
  .refine(isPast, rule('time_out_of_range', 'This must be a time since 1970 that has passed'))
  .meta({ override: { type: 'string', format: 'date-time' }, description: 'Now if left out' })

/** An end that has passed too. */
const expiresAt = time
  .refine(
    (timeMs) => timeMs >= 0 && timeMs <= Date.now() + MAX_AHEAD_MS,
    rule('time_out_of_range', 'This must be a time since 1970, at most ten years ahead'),
  )
  .meta({
    override: { type: 'string', format: 'date-time' },
    description: 'RFC 3339, with an offset; it may have passed',
  })

/** One key of the list. Exactly one of `token` and `sha256` tells its token. */
export const importRow = z.strictObject({
  token: token.optional(),
  sha256: sha256.optional(),
  application_name: visibleName,
  platform: oneOf(PLATFORMS),
  application_website: applicationWebsite.nullable().default(null),
  ip_acl: importedAcl.prefault([]),
  created_at: createdAt.optional(),
  expires_at: expiresAt.nullable().default(null),
  enabled: z.boolean().default(true),
  rate_limit: rateLimitBody.nullable().default(null),
})

export type ImportRow = z.infer<typeof importRow>

export const importBody = z.strictObject({
  dry_run: z.boolean().default(false),
  keys: z
    .array(z.unknown())
    .refine(
      ({ length }) => length >= 1 && length <= MAX_ROWS,
      rule('too_long', `An import has 1 to ${MAX_ROWS} keys`),
    ),
})

/** The same for the OpenAPI document, which describes the rows. A row that breaks a rule stops no other. */
export const documentedImportBody = z.strictObject({
  dry_run: importBody.shape.dry_run,
  keys: z
    .array(importRow.meta({ id: 'ImportRow' }))
    .min(1)
    .max(MAX_ROWS),
})

/** The SHA-256 of the token of a row. */
export function digestOfRow(row: Pick<ImportRow, 'token' | 'sha256'>): Uint8Array {
  if (row.token !== undefined) return digestOfToken(row.token)
  const text = row.sha256 ?? ''
  const bytes = HEX.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64url')
  if (bytes.length !== DIGEST_BYTES) throw new RangeError('A SHA-256 has 32 bytes')
  return bytes
}

/** The fault of a row that does not tell its token once. It is looked for beside all others. */
export function tokenFault(row: unknown): Fault | null {
  const { token: given, sha256: hash } = Object(row) as { token?: unknown; sha256?: unknown }
  if ((given === undefined) !== (hash === undefined)) return null
  return given === undefined
    ? {
        pointer: '/token',
        code: 'required',
        detail: 'The token is missing: give it, or its SHA-256 as sha256',
      }
    : {
        pointer: '/sha256',
        code: 'token_given_twice',
        detail: 'Give the token or its SHA-256, not both',
      }
}
