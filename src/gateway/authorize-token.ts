// Decides a request by its token: one that this gateway issued, or what may be the token of an imported key. Only
// the stores know whether such a token is one. An unknown one costs at most one look into the stores in ten
// seconds, see unknown-tokens.ts. Once found, it is judged as every other token.

import type { CompiledKey } from '../keys/access.ts'
import { clientAddress } from '../keys/client-address.ts'
import { err, type Result } from '../shared/result.ts'
import {
  type Attempt,
  authorize,
  type AuthorizeDeps,
  type Grant,
  judge,
  type Verdict,
} from './authorize.ts'
import { byteSizeOf, newCachedKey } from './cached-key.ts'
import type { Identified, IdentifyDeps, ImportedIds } from './identify-token.ts'
import type { Incoming } from './incoming.ts'
import { askNewest, type Unavailable } from './key-records.ts'
import type { Refusal } from './refusal.ts'
import type { Trace } from './trace.ts'
import type { UnknownTokens } from './unknown-tokens.ts'

export interface AuthorizeTokenDeps extends AuthorizeDeps, IdentifyDeps {
  readonly unknownTokens: UnknownTokens
}

const KEY_INVALID = { reason: 'key_invalid' } as const
const UNAVAILABLE: Unavailable = { reason: 'authentication_unavailable' }
/** The pauses of a request that waits for the answer to another one. */
const FIRST_PAUSE_MS = 5
const PAUSE_PART = 0.25
/** A look into the stores asks KV and an authority, then libSQL, then the authority again. */
const STORE_CALLS = 4

export function authorizeToken(
  token: Identified,
  request: Incoming,
  trace: Trace,
  deps: AuthorizeTokenDeps,
): Verdict {
  return typeof token === 'string'
    ? authorize(token, request, trace, deps)
    : authorizeImported(token, request, trace, deps)
}

function authorizeImported(
  ids: ImportedIds,
  request: Incoming,
  trace: Trace,
  deps: AuthorizeTokenDeps,
): Verdict {
  const known = ids.find((id) => hasRecord(id, deps))
  if (known !== undefined) return withoutRow(authorize(known, request, trace, deps), trace)
  if (deps.unknownTokens.isAbsent(nameOf(ids))) return err(KEY_INVALID)
  return look(ids, request, trace, deps)
}

/** Looks for a token in the stores, unless another request does so already. */
async function look(
  ids: ImportedIds,
  request: Incoming,
  trace: Trace,
  deps: AuthorizeTokenDeps,
): Promise<Result<Grant, Refusal>> {
  const { unknownTokens: unknown, addressWatch } = deps
  const name = nameOf(ids)
  if (unknown.isLookedFor(name)) return await waitForLook(ids, request, trace, deps)
  const address = clientAddress(request.headers)
  addressWatch.observe(request.headers, address)
  const waitSeconds = unknown.startLook(name, address)
  if (waitSeconds > 0) return err({ reason: 'throttled', retryAfterSeconds: waitSeconds })
  const finding = find(ids, trace, deps).then((done) => {
    const outcome = done === 'unavailable' ? 'failed' : done === null ? 'absent' : 'found'
    unknown.endLook(name, address, outcome)
    return done
  })
  // If the client goes away, its request ends. Requests that wait for the look must still get what it finds.
  deps.later(finding.then(noop, noop))
  const found = await finding
  if (found === 'unavailable') return err(UNAVAILABLE)
  return found === null
    ? err(KEY_INVALID)
    : judge(found.record, { ...found.used, request, address, trace }, deps)
}

/** Waits for what another request finds. */
async function waitForLook(
  ids: ImportedIds,
  request: Incoming,
  trace: Trace,
  deps: AuthorizeTokenDeps,
): Promise<Result<Grant, Refusal>> {
  const { unknownTokens: unknown, wait, timeoutMs } = deps
  const name = nameOf(ids)
  for (let waitedMs = 0; unknown.isLookedFor(name);) {
    if (waitedMs >= STORE_CALLS * timeoutMs) return err(UNAVAILABLE)
    const pauseMs = Math.max(FIRST_PAUSE_MS, waitedMs * PAUSE_PART)
    await wait(pauseMs)
    waitedMs += pauseMs
  }
  return await authorizeImported(ids, request, trace, deps)
}

interface Found {
  readonly record: CompiledKey
  readonly used: Pick<Attempt, 'lookupId' | 'cached'>
}

/** The newest record of a token, which is then cached. Null if it is the token of no key. */
async function find(
  ids: ImportedIds,
  trace: Trace,
  deps: AuthorizeTokenDeps,
): Promise<Found | 'unavailable' | null> {
  const found = await Promise.all(
    ids.map(async (lookupId): Promise<Found | 'unavailable' | null> => {
      // What is not found must not push records out of the cache.
      const cached = newCachedKey()
      const cache = { get: () => cached, set: () => undefined }
      const newest = await askNewest(lookupId, cached, trace, { ...deps, cache })
      if (!newest.ok) return 'unavailable'
      const record = newest.value
      return isOfNoKey(record) ? null : { record, used: { lookupId, cached } }
    }),
  )
  const first = found.find((one) => one !== null && one !== 'unavailable')
  if (first === undefined) return found.includes('unavailable') ? 'unavailable' : null
  const { record, used } = first
  deps.cache.set(used.lookupId, used.cached, byteSizeOf(record))
  return first
}

/** A token whose row is gone is none of this service: without a tag, nothing else tells that it was one. */
function withoutRow(verdict: Verdict, trace: Trace): Verdict {
  if (verdict instanceof Promise) return verdict.then((settled) => asUnknown(settled, trace))
  return asUnknown(verdict, trace)
}

function asUnknown(verdict: Result<Grant, Refusal>, trace: Trace): Result<Grant, Refusal> {
  if (!verdict.ok)
    return trace.key !== undefined && isOfNoKey(trace.key) ? err(KEY_INVALID) : verdict
  const { confirm } = verdict.value
  if (confirm === null) return verdict
  const confirmed = async (end?: () => void) => asUnknown(await confirm(end), trace)
  return { ok: true, value: { ...verdict.value, confirm: confirmed } }
}

/** Whether a record stands for that libSQL has no row, see key-records.ts. */
function isOfNoKey({ kind, keyId }: CompiledKey): boolean {
  return kind === 'tombstone' && keyId === ''
}

function hasRecord(id: string, { cache }: AuthorizeTokenDeps): boolean {
  return (cache.get(id)?.record ?? null) !== null
}

/** The names of all tokens differ in their first lookup id already. */
function nameOf([first = '']: ImportedIds): string {
  return first
}

function noop(): void {}
