// Finds the only credential of a request: `Authorization: Token …`, `Bearer …` or `Bearer Token …`
// (which CommPeak's published collection sends), or `X-API-Key`. The runtime joins repeated headers with a
// comma. A token has no comma, so a comma means a second credential.

import { err, ok, type Result } from '../shared/result.ts'

export type CredentialRefusal =
  | { readonly reason: 'credential_missing'; readonly seen: 'nothing' | 'other_scheme' | 'query' }
  | { readonly reason: 'credential_ambiguous' }

const SCHEME = /^(?:bearer[ \t]+token|bearer|token)(?:[ \t]+|$)/i
/** After a comma, "name=value" is an auth-param of the same credential, and "scheme value" is another one. */
const AUTH_PARAM = /^[\w!#$%&'*+.^`|~-]+[ \t]*=/
/** Also matches a string that is not closed. Otherwise the match would restart at each quote in it. */
const QUOTED = /"(?:[^"\\]|\\.?)*("|$)/g
/** Names under which clients put a key into a query string. */
const QUERY_NAME = /^(?:x[-_])?(?:api[-_]?key|access[-_]?token|auth[-_]?token|token|key)$/i

/** The token as presented, which may be empty or malformed. */
export function extractCredential(headers: Headers): Result<string, CredentialRefusal> {
  const authorization = headers.get('authorization')
  const apiKey = headers.get('x-api-key')
  if (authorization === null) {
    if (apiKey === null) return err({ reason: 'credential_missing', seen: 'nothing' })
    return apiKey.includes(',') ? err({ reason: 'credential_ambiguous' }) : ok(apiKey)
  }
  if (apiKey !== null) return err({ reason: 'credential_ambiguous' })

  const scheme = SCHEME.exec(authorization)
  if (authorization.includes(',') && (scheme !== null || hasSecondCredential(authorization))) {
    return err({ reason: 'credential_ambiguous' })
  }
  if (scheme === null) return err({ reason: 'credential_missing', seen: 'other_scheme' })
  return ok(authorization.slice(scheme[0].length))
}

/** Whether a query string seems to carry a key. Only used to explain a refusal. */
export function hasKeyInQuery(url: string, prefix: string): boolean {
  for (const [name, value] of new URL(url).searchParams) {
    if (QUERY_NAME.test(name) || value.startsWith(prefix)) return true
  }
  return false
}

/** Whether a comma starts a second credential. Schemes such as Digest have commas between parameters. */
function hasSecondCredential(authorization: string): boolean {
  const unquoted = authorization.replaceAll(QUOTED, (text, end) => (end === '"' ? '""' : text))
  const [, ...rest] = unquoted.split(',')
  return rest.some((part) => part.trim() !== '' && !AUTH_PARAM.test(part.trim()))
}
