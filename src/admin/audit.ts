// Makes audit events: who did what to which key, from which address, and what changed. An event can only
// hold the members listed here, so a token or a password never gets into one. Events are small, because the
// audit is never cleaned and libSQL limits the size of a page.

import type { AuditEvent } from '../db/audit-queries.ts'
import type { KeyDetails } from '../db/key-rows.ts'
import type { ACTORS, AuditAction, Changes } from '../db/schema/audit-events.ts'
import type { AclNotes } from '../keys/acl-notes.ts'
import { newId } from '../shared/ids.ts'
import { withAclChange } from './acl-change.ts'
import { toRateLimitJson } from './rate-limit.ts'

/** Who acts, and from which address. */
export interface Actor {
  readonly kind: (typeof ACTORS)[number]
  readonly accountId: string
  /** Null if unreadable. */
  readonly address: string | null
  /** Which operator, if it is one. */
  readonly operator?: string
  /** Which user, if it is a customer. */
  readonly user?: { readonly id: string; readonly email: string }
}

/** Stands for a password that was set. */
export const HIDDEN_PASSWORD = ['********', '********'] as const

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
    operator: actor.operator ?? null,
    userId: actor.user?.id ?? null,
    userEmail: actor.user?.email ?? null,
    changes: about.changes ?? {},
  }
}

const MEMBERS = [
  ['application_name', 'applicationName'],
  ['application_website', 'applicationWebsite'],
  ['platform', 'platform'],
  ['ip_acl', 'ipAcl'],
  ['ip_acl_mode', 'ipAclMode'],
  ['enabled', 'enabled'],
  ['expires_at', 'expiresAt'],
  ['rate_limit', 'rateLimit'],
] as const

/** As the API shows it; null if there is none. */
function valueOf(details: KeyDetails | undefined, property: (typeof MEMBERS)[number][1]) {
  if (details === undefined) return null
  const { expiresAt, rateLimit } = details
  if (property === 'rateLimit') return toRateLimitJson(rateLimit)
  if (property === 'expiresAt') return expiresAt === null ? null : new Date(expiresAt).toISOString()
  return details[property]
}

/** The differences between two states of a key; a state is undefined if there is no key. */
export function detailChanges(
  before: KeyDetails | undefined,
  after: KeyDetails | undefined,
): Changes {
  const changes: Changes = {}
  for (const [member, property] of MEMBERS) {
    const pair = [valueOf(before, property), valueOf(after, property)] as const
    if (JSON.stringify(pair[0]) !== JSON.stringify(pair[1])) changes[member] = pair
  }
  const notes = changedNotes(before?.ipAclNotes ?? {}, after?.ipAclNotes ?? {})
  return { ...withAclChange(changes), ...notes }
}

/** How many notes that changed are kept. */
const MAX_NOTES = 50

/** Of the notes, only those that differ: an IP ACL may have 1 000 entries. */
function changedNotes(before: AclNotes, after: AclNotes): Changes {
  const entries = Object.keys({ ...before, ...after })
    .filter((entry) => before[entry] !== after[entry])
    .slice(0, MAX_NOTES)
  if (entries.length === 0) return {}
  const only = (notes: AclNotes) =>
    Object.fromEntries(
      entries.flatMap((entry) => {
        const note = notes[entry]
        return note === undefined ? [] : [[entry, note]]
      }),
    )
  return { ip_acl_notes: [only(before), only(after)] }
}
