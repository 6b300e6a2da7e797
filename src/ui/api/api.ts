// The page's client of the admin API. If the session has ended, the customer is asked
// to log in again, and then the same request is repeated.

import { err, ok } from '../../shared/result.ts'
import { eventQuery, usageQuery } from './queries.ts'
import { type Answer, type Failure, type Request, send } from './request.ts'
import type {
  AclPreview,
  AddressCheck,
  Denial,
  Enforcement,
  Enrolment,
  EventPage,
  FoundKey,
  Key,
  KeyInput,
  KeyLimits,
  KeyShadow,
  KeyUsage,
  LiveSession,
  RecoveryCodeList,
  RotationUse,
  SecondFactor,
  Session,
  User,
} from './types.ts'

export type { Answer, Failure } from './request.ts'

export type KeyChange = Partial<
  KeyInput & { readonly enabled: boolean; readonly expires_at: string | null }
>

/** What says who is there: a password, or the id of a confirmation by the identity provider. */
export type Proof = { readonly password: string } | { readonly confirmation: string }

export interface Api {
  /** `logged_out` if the browser did not keep the cookie of the session. */
  readonly logIn: (email: string, password: string, code?: string) => Answer<Session>
  readonly logOut: () => Answer<unknown>
  readonly readSession: () => Answer<Session>
  /** `asksWho`: before it is known whether somebody is logged in. */
  readonly listKeys: (request?: Pick<Request, 'asksWho'>) => Answer<readonly Key[]>
  readonly readKey: (id: string) => Answer<Key>
  readonly createKey: (input: KeyInput, proof: Proof, idempotencyKey: string) => Answer<Key>
  readonly editKey: (key: Key, change: KeyChange) => Answer<Key & { enforcement: Enforcement }>
  readonly deleteKey: (id: string, quiet?: boolean) => Answer<{ enforcement: Enforcement }>
  /** A rotation with the same `idempotencyKey` answers the same token again. */
  readonly rotateKey: (
    id: string,
    overlapSeconds: number,
    proof: Proof,
    idempotencyKey: string,
  ) => Answer<Key & { enforcement: Enforcement }>
  /** The use of 7 days by the hour, or of 400 days by the day. */
  readonly readUsage: (id: string, by: KeyUsage['by']) => Answer<KeyUsage>
  /** What a list would have done to the requests of the last 24 hours. */
  readonly previewAcl: (id: string, acl: readonly string[]) => Answer<AclPreview>
  /** Who still uses the old token. */
  readonly readRotation: (id: string) => Answer<RotationUse>
  readonly moveRotationEnd: (
    id: string,
    endsAt: string,
  ) => Answer<Key & { enforcement: Enforcement }>
  /** `keep`: the token that stays. */
  readonly endRotation: (
    id: string,
    keep: 'new' | 'old',
  ) => Answer<Key & { enforcement: Enforcement }>
  /** The key that a token belongs to. */
  readonly findKey: (token: string) => Answer<FoundKey>
  readonly reveal: (id: string, proof: Proof) => Answer<{ access_token: string }>
  readonly checkAddress: (id: string, address: string) => Answer<AddressCheck>
  readonly listDenials: (id: string) => Answer<{ denials: readonly Denial[] }>
  /** What is left of the limits of a key. */
  readonly readLimits: (id: string) => Answer<KeyLimits>
  /** What would be refused of a key, while the gateway only watches. */
  readonly readShadow: (id: string) => Answer<KeyShadow>
  /** The events of the account or of one key, newest first; from `cursor` on. */
  readonly listEvents: (keyId: string | null, cursor: string | null) => Answer<EventPage>
  readonly listSessions: () => Answer<{ sessions: readonly LiveSession[] }>
  readonly endSession: (id: string) => Answer<unknown>
  /** The user's own second factor. */
  readonly readSecondFactor: () => Answer<SecondFactor>
  readonly startSecondFactor: (password: string) => Answer<Enrolment>
  readonly confirmSecondFactor: (code: string) => Answer<RecoveryCodeList>
  readonly renewRecoveryCodes: (password: string, code: string) => Answer<RecoveryCodeList>
  readonly removeSecondFactor: (password: string, code: string) => Answer<unknown>
  /** The users of the account, for an owner. */
  readonly listUsers: () => Answer<readonly User[]>
}

const PAGE_SIZE = 200

/** `logInAgain` answers whether the customer logged in. */
export function createApi(logInAgain: () => Promise<boolean>): Api {
  let again: Promise<boolean> | undefined

  async function call<T>(method: string, path: string, request: Request = {}): Answer<T> {
    const answer = await send<T>(method, path, request)
    if (answer.ok || !isSessionEnd(answer.error)) return answer
    const loggedOut = { kind: 'logged_out', logInAt: logInAtOf(answer.error) } as const
    if (request.quiet === true) return err(loggedOut)
    again ??= logInAgain().finally(() => (again = undefined))
    return (await again) ? await call(method, path, request) : err(loggedOut)
  }

  /** All pages of a list. */
  async function listAll<Item>(
    name: 'keys' | 'users',
    request: Request = {},
  ): Answer<readonly Item[]> {
    const include = name === 'keys' ? '&include=usage' : ''
    const items: Item[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = await call<{ next_cursor: string | null; keys?: Item[]; users?: Item[] }>(
        'GET',
        `/${name}?limit=${PAGE_SIZE}${include}${query}`,
        request,
      )
      if (!page.ok) return page
      items.push(...(page.value[name] ?? []))
      cursor = page.value.next_cursor
    } while (cursor !== null)
    return ok(items)
  }

  const readSession = () => call<Session>('GET', '/session', { quiet: true, asksWho: true })

  return {
    async logIn(email, password, code) {
      const body = { email, password, ...(code !== undefined && { code }) }
      const answer = await call('POST', '/session', { body })
      return answer.ok ? await readSession() : answer
    },
    logOut: () => call('DELETE', '/session', { quiet: true }),
    readSession,
    readKey: (id) => call('GET', `/keys/${id}`, { quiet: true }),
    listKeys: (request) => listAll<Key>('keys', request),
    listUsers: () => listAll<User>('users'),
    createKey: (input, proof, idempotencyKey) =>
      call('POST', '/keys', {
        body: { ...input, ...proof },
        headers: { 'Idempotency-Key': idempotencyKey },
      }),
    editKey: (key, change) =>
      call('PATCH', `/keys/${key.id}`, {
        body: change,
        headers: { 'If-Match': `"${key.version}"` },
      }),
    deleteKey: (id, quiet = false) => call('DELETE', `/keys/${id}`, { quiet }),
    checkAddress: (id, address) => call('POST', `/keys/${id}/ip-acl/check`, { body: { address } }),
    listDenials: (id) => call('GET', `/keys/${id}/denials`, { quiet: true }),
    readLimits: (id) => call('GET', `/keys/${id}/rate-limit`, { quiet: true }),
    readShadow: (id) => call('GET', `/keys/${id}/shadow`, { quiet: true }),
    listEvents: (keyId, cursor) => call('GET', `/audit?${eventQuery(keyId, cursor)}`),
    listSessions: () => call('GET', '/sessions'),
    endSession: (id) => call('DELETE', `/sessions/${id}`),
    rotateKey: (id, overlapSeconds, proof, idempotencyKey) =>
      call('POST', `/keys/${id}/rotation`, {
        body: { overlap_seconds: overlapSeconds, ...proof },
        headers: { 'Idempotency-Key': idempotencyKey },
      }),
    readUsage: (id, by) => call('GET', `/keys/${id}/usage?${usageQuery(by)}`, { quiet: true }),
    previewAcl: (id, acl) =>
      call('POST', `/keys/${id}/ip-acl/preview`, { body: { ip_acl: acl }, quiet: true }),
    readRotation: (id) => call('GET', `/keys/${id}/rotation`, { quiet: true }),
    moveRotationEnd: (id, endsAt) =>
      call('PATCH', `/keys/${id}/rotation`, { body: { ends_at: endsAt } }),
    endRotation: (id, keep) => call('DELETE', `/keys/${id}/rotation?keep=${keep}`),
    readSecondFactor: () => call('GET', '/second-factor'),
    startSecondFactor: (password) => call('POST', '/second-factor', { body: { password } }),
    confirmSecondFactor: (code) => call('POST', '/second-factor/confirmation', { body: { code } }),
    renewRecoveryCodes: (password, code) =>
      call('POST', '/second-factor/recovery-codes', { body: { password, code } }),
    removeSecondFactor: (password, code) =>
      call('POST', '/second-factor/removal', { body: { password, code } }),
    findKey: (token) => call('POST', '/keys/find', { body: { token } }),
    reveal: (id, proof) => call('POST', `/keys/${id}/reveal`, { body: proof }),
  }
}

function logInAtOf(failure: Failure): string | null {
  return failure.kind === 'unreachable' ? null : failure.logInAt
}

function isSessionEnd(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.code === 'unauthenticated'
}
