// Asking a key's authority. Every call has a limit, since the platform sets none, and a stub of its
// own, since a stub of an object that was reset stays broken
// (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/).

import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from '../keys/key-record.ts'
import { withTimeout } from '../time-limit.ts'
import { checkUrl } from './authority-check.ts'
import type { Denial } from './denial-table.ts'
import type { AuthorityAnswer, AuthorityRecord, KeyAuthority } from './key-authority-object.ts'

export type AuthorityNamespace = DurableObjectNamespace<KeyAuthority>

/** What is known of a copy: it is current, or this must be honoured instead, or libSQL must tell. */
export type Standing = 'current' | 'unknown' | KeyRecord

/** What an authority holds; of a record in the form of a later version, the revision alone. */
export type Held = KeyRecord | { readonly kind: 'unreadable'; readonly revision: number }

export interface KeyAuthorities {
  /** Whether a copy at `revision` is current; null where there is no copy at hand. */
  readonly check: (lookupId: string, revision: number | null) => Promise<Standing>
  /** What the authority holds; null where it holds nothing that can be read. */
  readonly peek: (lookupId: string) => Promise<KeyRecord | null>
  /** Brings the record of a change. Answers what the authority now holds. */
  readonly advance: (lookupId: string, record: KeyRecord) => Promise<Held>
  /** Brings what was read in libSQL; answers as `advance` does. */
  readonly seed: (lookupId: string, record: KeyRecord) => Promise<Held>
  readonly countDenials: (lookupId: string, denials: readonly Denial[]) => Promise<void>
  /** Whom the key's IP ACL refused, or would have, within 24 hours; newest first. */
  readonly listDenials: (lookupId: string) => Promise<Denial[]>
}

/** The authority could not be asked: nothing is known. `code` is safe to log. */
export class AuthorityUnavailableError extends Error {
  override readonly name = 'AuthorityUnavailableError'
  readonly code: 'timeout' | 'overloaded' | 'reset' | 'unreachable'

  constructor(code: AuthorityUnavailableError['code'], cause?: unknown) {
    super(`The key authority cannot be asked: ${code}`, { cause })
    this.code = code
  }
}

type Stub = DurableObjectStub<KeyAuthority>

/** All calls reject with AuthorityUnavailableError where the object fails or takes longer than `timeoutMs`. */
export function createKeyAuthorities(
  namespace: AuthorityNamespace,
  timeoutMs: number,
): KeyAuthorities {
  /** For calls that may be repeated, such as those about a record: what an object holds only rises. */
  async function ask<T>(lookupId: string, call: (stub: Stub) => Promise<T>): Promise<T> {
    const once = () => call(namespace.getByName(lookupId))
    return await limited(
      once().catch((error: unknown) => (mayRepeat(error) ? once() : reject(error))),
    )
  }

  async function limited<T>(answer: Promise<T>): Promise<T> {
    const timeout = () => new AuthorityUnavailableError('timeout')
    return await withTimeout(answer, timeoutMs, timeout).catch((error: unknown) => {
      throw error instanceof AuthorityUnavailableError ? error : unavailable(error)
    })
  }

  async function bring(lookupId: string, record: KeyRecord, method: 'advance' | 'seed') {
    const brought = toAuthorityRecord(record)
    const answer = await ask(lookupId, async (stub) => await stub[method](brought))
    return answer.state === 'holds' ? toHeld(answer) : record
  }

  async function check(lookupId: string, revision: number | null): Promise<Standing> {
    const answer = await ask(lookupId, async (stub): Promise<AuthorityAnswer> => {
      const response = await stub.fetch(checkUrl(revision))
      return response.status === 204 ? { state: 'current' } : await response.json()
    })
    if (answer.state !== 'holds') return answer.state
    const held = toHeld(answer)
    return held.kind === 'unreadable' ? 'unknown' : held
  }

  return {
    check,
    async peek(lookupId) {
      const standing = await check(lookupId, null)
      return typeof standing === 'string' ? null : standing
    },
    advance: (lookupId, record) => bring(lookupId, record, 'advance'),
    seed: (lookupId, record) => bring(lookupId, record, 'seed'),
    countDenials: (lookupId, denials) =>
      limited(namespace.getByName(lookupId).countDenials(denials)), // repeated, it would count twice
    listDenials: (lookupId) => ask(lookupId, async (stub) => await stub.denials()),
  }
}

function toAuthorityRecord(record: KeyRecord): AuthorityRecord {
  const { kind, revision } = record
  return { revision, gone: kind === 'gone', record: encodeKeyRecord(record) }
}

/** *Gone* is gone in whatever form; a live record in the form of a later version is a miss. */
function toHeld({ revision, gone, record }: AuthorityRecord): Held {
  const decoded = decodeKeyRecord(record)
  if (decoded !== null) return decoded
  return gone ? { kind: 'gone', revision, keyId: '' } : { kind: 'unreadable', revision }
}

/** What the runtime notes on an error of a Durable Object. */
interface ObjectError {
  readonly overloaded?: boolean
  readonly durableObjectReset?: boolean
  readonly retryable?: boolean
}

function mayRepeat(error: unknown): boolean {
  const { overloaded, durableObjectReset, retryable } = error as ObjectError
  return overloaded !== true && (durableObjectReset === true || retryable === true)
}

function unavailable(error: unknown): AuthorityUnavailableError {
  const { overloaded, durableObjectReset } = error as ObjectError
  if (overloaded === true) return new AuthorityUnavailableError('overloaded', error)
  return new AuthorityUnavailableError(durableObjectReset === true ? 'reset' : 'unreachable', error)
}

function reject(error: unknown): never {
  throw error
}
