// Rows as the admin API shows them: snake_case, RFC 3339 times, the token hidden.

import type { AccountRow } from '../db/account-queries.ts'
import type { EventRow } from '../db/audit-queries.ts'
import { currentToken, isPending, type LiveKey } from '../db/key-rows.ts'
import type { OperatorKeyRow } from '../db/operator-key-queries.ts'
import type { ListedSession } from '../db/session-queries.ts'
import type { ListedUser, UserWithAccount } from '../db/user-queries.ts'
import { keepNotes } from '../keys/acl-notes.ts'
import type { Denial } from '../keys/denial.ts'
import { findRotation, type TokenTimes } from '../keys/rotation.ts'
import { lastFourOf } from '../keys/token.ts'
import { withoutUnsafe } from '../shared/visible-text.ts'
import { withAclChange } from './acl-change.ts'
import type { AccountAnswer, OperatorAccountAnswer } from './answers/account.ts'
import type { EventAnswer, OperatorEventAnswer } from './answers/event.ts'
import type { DenialAnswer } from './answers/ip-acl.ts'
import type { KeyAnswer } from './answers/key.ts'
import type { OperatorKeyAnswer } from './answers/operator-key.ts'
import type { RotationAnswer } from './answers/rotation.ts'
import type { LiveSessionAnswer, SessionAnswer } from './answers/session.ts'
import type { UserAnswer } from './answers/user.ts'
import { toRateLimitJson } from './rate-limit.ts'

const HIDDEN_TOKEN = '********'

export function toAccountJson({ id, email, name, status }: AccountRow): AccountAnswer {
  return { id, email, name, status }
}

/** Who is logged in, and from where. `isByProvider`: whether an identity provider confirms who is there. */
export function toCurrentSessionJson(
  { account, user: { id, email, name, role } }: UserWithAccount,
  isByProvider: boolean,
  clientIp: string | null,
  isSecondFactorDue: boolean,
): SessionAnswer {
  return {
    account: toAccountJson(account),
    user: { id, email, name, role },
    confirm_by: isByProvider ? 'identity_provider' : 'password',
    client_ip: clientIp,
    ...(isSecondFactorDue && { second_factor: 'due' as const }),
  }
}

/** `isByProvider`: whether users come from an identity provider, whose factors are not known here. */
export function toUserJson(
  { id, email, name, role, status, createdAt, lastLoginAt, hasSecondFactor }: ListedUser,
  isByProvider: boolean,
): UserAnswer {
  return {
    id,
    email,
    name,
    role,
    status,
    created_at: toTime(createdAt),
    last_login_at: lastLoginAt === null ? null : toTime(lastLoginAt),
    ...(!isByProvider && { second_factor: hasSecondFactor }),
  }
}

/** What the operator sees of an account. */
export function toOperatorAccountJson(account: AccountRow): OperatorAccountAnswer {
  return {
    ...toAccountJson(account),
    external_id: account.externalId,
    key_limit: account.keyLimit,
    rate_limit: toRateLimitJson(account.rateLimit),
    created_at: toTime(account.createdAt),
    updated_at: toTime(account.updatedAt),
  }
}

/** `token`: shown in clear; hidden if left out. */
export function toKeyJson(key: LiveKey, nowMs: number, token = HIDDEN_TOKEN): KeyAnswer {
  return {
    id: key.id,
    application_name: key.details.applicationName,
    application_website: key.details.applicationWebsite,
    platform: key.details.platform,
    ip_acl: key.details.ipAcl,
    ip_acl_mode: key.details.ipAclMode,
    // An older version changes an ACL without its notes.
    ip_acl_notes: keepNotes(key.details.ipAclNotes, key.details.ipAcl),
    enabled: key.details.enabled,
    expires_at: key.details.expiresAt === null ? null : toTime(key.details.expiresAt),
    leaked_at: key.leakedAt === null ? null : toTime(key.leakedAt),
    rotation: toRotationJson(key.tokens, nowMs),
    rate_limit: toRateLimitJson(key.details.rateLimit),
    access_token: token,
    access_token_ends_with:
      token === HIDDEN_TOKEN ? (currentToken(key)?.lastFour ?? null) : lastFourOf(token),
    created_at: toTime(key.createdAt),
    updated_at: toTime(key.updatedAt),
    version: key.version,
    enforcement_state: isPending(key) ? 'pending' : 'done',
  }
}

/** The rotation that is under way; null if there is none. */
export function toRotationJson(
  tokens: readonly TokenTimes[],
  nowMs: number,
): RotationAnswer | null {
  const rotation = findRotation(tokens, nowMs)
  if (rotation === undefined) return null
  return { started_at: toTime(rotation.startedAt), ends_at: toTime(rotation.endsAt) }
}

/** What the operator sees of a key. */
export function toOperatorKeyJson(key: OperatorKeyRow): OperatorKeyAnswer {
  return {
    id: key.id,
    account_id: key.accountId,
    state: key.deletedAt === null ? 'live' : 'deleted',
    application_name: key.applicationName,
    platform: key.platform,
    token_key: key.tokenKey,
    created_at: toTime(key.createdAt),
    updated_at: toTime(key.updatedAt),
    enabled: key.enabled,
    expires_at: key.expiresAt === null ? null : toTime(key.expiresAt),
    leaked_at: key.leakedAt === null ? null : toTime(key.leakedAt),
    deleted_at: key.deletedAt === null ? null : toTime(key.deletedAt),
  }
}

/** `currentId`: the id of the session that the request came with. */
export function toSessionJson(session: ListedSession, currentId: string): LiveSessionAnswer {
  return {
    id: session.id,
    created_at: toTime(session.createdAt),
    last_seen_at: toTime(session.lastSeenAt),
    address: session.address,
    // The browser sent this text, and people read it beside the button that ends the session.
    user_agent: session.userAgent === null ? null : withoutUnsafe(session.userAgent),
    current: session.id === currentId,
    user: { id: session.userId ?? '', email: session.userEmail },
  }
}

export function toEventJson(event: EventRow): EventAnswer {
  return {
    id: event.id,
    at: toTime(event.at),
    action: event.action,
    actor: event.actor,
    user:
      event.userId === null || event.userEmail === null
        ? null
        : { id: event.userId, email: event.userEmail },
    key_id: event.keyId,
    address: event.address,
    changes: withAclChange(event.changes ?? {}),
  }
}

/** What the operator sees of an event. */
export function toOperatorEventJson(event: EventRow): OperatorEventAnswer {
  return {
    ...toEventJson(event),
    account_id: event.accountId,
    operator: event.operator,
  }
}

export function toDenialJson(denial: Denial): DenialAnswer {
  return {
    address: denial.address,
    count: denial.count,
    first_at: toTime(denial.firstAtMs),
    last_at: toTime(denial.lastAtMs),
    enforced: denial.enforced,
  }
}

export function toTime(ms: number): string {
  return new Date(ms).toISOString()
}
