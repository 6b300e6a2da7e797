// The calls of the doctor to a gateway.

import { setTimeout } from 'node:timers/promises'
import * as z from 'zod'
import { Failure } from '../../harness/failure.ts'
import { toNote } from '../deployment/expiry-notes.ts'

const accessStateSchema = z.object({
  account_status: z.string(),
  ip_acl_size: z.number(),
  ip_acl_mode: z.string(),
})
export type AccessState = z.infer<typeof accessStateSchema>

const driftSchema = z.object({
  key_id: z.string().nullable(),
  kind: z.string(),
  store: z.string(),
  repaired: z.boolean(),
  /** Of `authority_ahead`: what the database says, and what holds for requests. */
  database: accessStateSchema.optional(),
  authority: accessStateSchema.nullish(),
})
export type Drift = z.infer<typeof driftSchema>

const pageSchema = z.object({
  checked: z.number(),
  drift: z.array(driftSchema),
  next_cursor: z.string().nullable(),
  total: z.number().optional(),
})
type Page = z.infer<typeof pageSchema>

const healthSchema = z.object({
  database: z.string().optional(),
  detail: z.string().optional(),
  enforcement: z.string().optional(),
  expiring: z.array(z.object({ name: z.string(), expires_at: z.iso.datetime() })).optional(),
})

/** How to mend what is found: `as_database` also lets keys in again that the database lets in. */
export type Repair = boolean | 'as_database'

const TIMEOUT_MS = 60_000
const TRIES = 3
const RETRY_AFTER_MS = 1_000

/** One page of what differs. Throws a Failure that says why it cannot be known. */
export async function reconcile(
  url: string,
  token: string,
  repair: Repair,
  cursor: string | null,
): Promise<Page> {
  const target = new URL('/admin/api/v1/operator/reconcile', url).href
  const response = await fetchPatiently(target, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ repair, ...(cursor !== null && { cursor }) }),
  }).catch((error: unknown) => {
    throw new Failure(`${target} cannot be reached (${String(error)}): give its address with --url`)
  })
  const body = await response.json<{ detail?: string } | null>().catch(() => null)
  if (response.ok) {
    const page = pageSchema.safeParse(body)
    if (page.success) return page.data
    throw new Failure(
      `${target} answered ${response.status}, but not as this gateway does. Either something stands before it, such as a log-in page, or it has another version.`,
    )
  }
  const hint =
    response.status === 401
      ? ' OPERATOR_TOKEN is not the one of this gateway, or its admin API is on another host: give that with --url.'
      : ''
  throw new Failure(`${target} answered ${response.status}: ${body?.detail ?? 'no detail'}${hint}`)
}

/**
 * What health has to say, a sentence each. Throws a Failure if the database is not its own: what it says would be
 * about other keys.
 */
export async function readHealth(url: string): Promise<string[]> {
  const target = new URL('/admin/api/v1/health', url).href
  const answer = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then((response) => response.json())
    .catch(() => ({})) // the reconciliation says what is wrong
  const health = healthSchema.safeParse(answer).data ?? {}
  if (health.database === 'foreign') throw new Failure(health.detail ?? 'The database is foreign')
  const shadow = 'Nothing is enforced: see docs/operate/switching-over.md'
  return [
    ...(health.enforcement === 'shadow' ? [shadow] : []),
    ...(health.expiring ?? []).map(({ name, expires_at: end }) =>
      toNote({ name, expiresAtMs: Date.parse(end) }, Date.now()),
    ),
  ]
}

/** One page of many may meet a moment in which a store does not answer. */
async function fetchPatiently(target: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(target, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.status !== 503 || tries === TRIES) return response
    await setTimeout(RETRY_AFTER_MS)
  }
}
