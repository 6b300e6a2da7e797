// Who logged in, by the claims of the identity provider.

import type { JWTPayload } from 'jose'
import type { Role } from '../shared/roles.ts'
import { withoutUnsafe } from '../shared/visible-text.ts'
import type { OidcSettings } from './settings.ts'

export interface Person {
  readonly issuer: string
  readonly subject: string
  /** The session at the provider, which a logout there names. */
  readonly sid: string | null
  /** The `external_id` of the account; null if the claim is missing or is no text. */
  readonly externalId: string | null
  /** Null if the claim is missing, or if OIDC_ROLES maps none of its values. */
  readonly role: Role | null
  /** As the provider says, for people to read. Users are not known by it. */
  readonly email: string
  readonly name: string
}

const MAX_EMAIL = 254
const MAX_NAME = 100
const MAX_ID = 255 // OpenID Connect Core §2, of `sub`
/** The highest first. */
const RANKS = ['owner', 'manager', 'viewer'] as const

/** `claims`: those of the ID token, and of the UserInfo endpoint where that was asked. */
export function toPerson(claims: JWTPayload, settings: OidcSettings): Person {
  const subject = claims.sub ?? ''
  const email =
    toText(claims['email'], MAX_EMAIL) ?? toText(claims['preferred_username'], MAX_EMAIL)
  const shown = email ?? toText(subject, MAX_EMAIL) ?? ''
  return {
    issuer: settings.issuer,
    subject,
    sid: toId(claims['sid']),
    externalId: toId(ownValue(claims, settings.accountClaim)),
    role: toRole(ownValue(claims, settings.roleClaim), settings.roles),
    email: shown,
    name: toText(claims['name'], MAX_NAME) ?? shown.slice(0, MAX_NAME),
  }
}

/** Whether the claims lack something that the UserInfo endpoint may have. */
export function isIncomplete(claims: JWTPayload, settings: OidcSettings): boolean {
  return ['email', settings.accountClaim, settings.roleClaim].some((name) => {
    return ownValue(claims, name) === undefined
  })
}

/** Whether nobody can log in with these claims. */
export function lacksRights(claims: JWTPayload, settings: OidcSettings): boolean {
  return [settings.accountClaim, settings.roleClaim].some((name) => {
    return ownValue(claims, name) === undefined
  })
}

function ownValue(claims: JWTPayload, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

/** Of a list, the highest role that it names; a list may also hold values for other applications. */
function toRole(value: unknown, roles: OidcSettings['roles']): Role | null {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const mapped = values.flatMap((each) => (typeof each === 'string' ? (roles.get(each) ?? []) : []))
  return RANKS.find((role) => mapped.includes(role)) ?? null
}

function toId(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID ? value : null
}

function toText(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return null
  const text = withoutUnsafe(value.toWellFormed()).trim().slice(0, max).toWellFormed()
  return text === '' ? null : text
}
