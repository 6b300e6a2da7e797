// The cookies of log-ins and confirmations that were begun: one for each kind, sealed, for ten minutes. They are
// SameSite=Lax, because the identity provider sends the browser back from another site.

import { deleteCookie, setCookie } from 'hono/cookie'
import {
  openPending,
  type Pending,
  PENDING_MS,
  type Purpose,
  sealPending,
} from '../identity/pending.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { AdminContext } from './context.ts'
import { cookieValue, isPlainLocalhost } from './session.ts'

export interface PendingDeps {
  readonly encryptionKeys: KeyRing
  readonly nowMs: () => number
}

const NAMES: Readonly<Record<Purpose['kind'], string>> = {
  log_in: 'portal_log_in',
  confirm: 'portal_confirm',
}

export async function keepPending(
  c: AdminContext,
  pending: Pending,
  { encryptionKeys }: PendingDeps,
): Promise<void> {
  const sealed = await sealPending(pending, encryptionKeys)
  const attributes = { ...attributesOf(c), maxAge: PENDING_MS / 1_000 }
  setCookie(c, nameOf(c, pending.purpose.kind), sealed, attributes)
}

/** What was begun in this browser under this state, and takes away its cookie. Null if there is nothing. */
export async function takePending(
  c: AdminContext,
  state: string,
  { encryptionKeys, nowMs }: PendingDeps,
): Promise<Pending | null> {
  for (const kind of ['log_in', 'confirm'] as const) {
    const sealed = cookieValue(c, nameOf(c, kind))
    const pending = sealed === undefined ? null : await openPending(sealed, encryptionKeys, nowMs())
    if (pending?.state !== state || pending.purpose.kind !== kind) continue
    deleteCookie(c, nameOf(c, kind), attributesOf(c))
    return pending
  }
  return null
}

function nameOf(c: AdminContext, kind: Purpose['kind']): string {
  return `${isPlainLocalhost(c) ? '' : '__Host-'}${NAMES[kind]}`
}

function attributesOf(c: AdminContext) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: !isPlainLocalhost(c) } as const
}
