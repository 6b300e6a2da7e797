// Makes audit events: who did what to which key, from where, and what changed from what to what.
// Only the members listed here can get into one, so a token or a password cannot. No event is big:
// the audit is never cleaned, and each page of it must be readable.

import type { AuditEvent } from '../db/audit-queries.ts'
import type { KeyDetails } from '../db/key-rows.ts'
import type { ACTORS, AuditAction, Changes } from '../db/schema.ts'
import { newId } from '../ids.ts'
import { withAclChange } from './acl-change.ts'

export type { Changes } from '../db/schema.ts'

/** Who does it, and from where. */
export interface Actor {
  readonly kind: (typeof ACTORS)[number]
  readonly accountId: string
  /** Null where unreadable. */
  readonly address: string | null
}

export function auditEvent(
  action: AuditAction,
  actor: Actor,
  nowMs: number,
  about: { readonly keyId?: string; readonly changes?: Changes } = {},
): AuditEvent {
  return {
    id: newId('evt', nowMs),
    at: nowMs,
    accountId: actor.accountId,
    keyId: about.keyId ?? null,
    actor: actor.kind,
    action,
    address: actor.address,
    changes: about.changes ?? {},
  }
}

const MEMBERS = [
  ['application_name', 'applicationName'],
  ['application_website', 'applicationWebsite'],
  ['platform', 'platform'],
  ['ip_acl', 'ipAcl'],
  ['ip_acl_mode', 'ipAclMode'],
] as const

/** What differs between two states of a key; undefined for a key that is not there. */
export function detailChanges(
  before: KeyDetails | undefined,
  after: KeyDetails | undefined,
): Changes {
  const changes: Changes = {}
  for (const [member, property] of MEMBERS) {
    const pair = [before?.[property] ?? null, after?.[property] ?? null] as const
    if (JSON.stringify(pair[0]) !== JSON.stringify(pair[1])) changes[member] = pair
  }
  return withAclChange(changes)
}
