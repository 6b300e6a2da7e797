// What is said of credentials that end soon: those of the worker, and the token that deploys it.

import * as z from 'zod'
import { identityVariables } from '../../src/configuration/identity.ts'
import { endingSoon, expiriesOf, type Expiry } from '../../src/configuration/expiries.ts'
import { askApiToken } from './api-token.ts'

const API_TOKEN = 'CLOUDFLARE_API_TOKEN'

/** Of an environment that is deployed with `authToken`. A worker that has another one warns of that itself. */
export function workerNotes(
  variables: Readonly<Record<string, unknown>>,
  authToken: string | undefined,
): string[] {
  const identity = z.object(identityVariables).safeParse(variables).data
  const nowMs = Date.now()
  return endingSoon(expiriesOf({ ...identity, LIBSQL_AUTH_TOKEN: authToken }), nowMs).map(
    (expiry) => toNote(expiry, nowMs),
  )
}

/** Of CLOUDFLARE_API_TOKEN, if it is set: a log-in by `wrangler login` renews itself. Never rejects. */
export async function apiTokenNotes(
  accountId: string | undefined,
  timeoutMs?: number,
): Promise<string[]> {
  const token = process.env[API_TOKEN]
  if (!token) return []
  const told = await askApiToken(token, accountId, timeoutMs)
  const nowMs = Date.now()
  if (!told.known) return [`Cloudflare does not say when ${API_TOKEN} expires (${told.why})`]
  if (told.status !== 'active') return [`${API_TOKEN} is ${told.status}: see ${wayOut(API_TOKEN)}`]
  if (told.expiresAtMs === null) return []
  return endingSoon([{ name: API_TOKEN, expiresAtMs: told.expiresAtMs }], nowMs).map((expiry) =>
    toNote(expiry, nowMs),
  )
}

/** Such as `LIBSQL_AUTH_TOKEN expires on 2027-03-31: see docs/operate/rotation.md#libsql_auth_token`. */
export function toNote({ name, expiresAtMs }: Expiry, nowMs: number): string {
  const date = new Date(expiresAtMs).toISOString().slice(0, 10)
  return `${name} ${expiresAtMs < nowMs ? 'expired' : 'expires'} on ${date}: see ${wayOut(name)}`
}

/** The section about it, whose title is its name. */
function wayOut(name: string): string {
  return `docs/operate/rotation.md#${name.toLowerCase()}`
}
