// The types of the admin API, taken from the API's own declarations.

import type * as z from 'zod'
import type { event, eventList } from '../../admin/answers/event.ts'
import type { DenialAnswer, ipAclCheck } from '../../admin/answers/ip-acl.ts'
import type { foundKey } from '../../admin/answers/key.ts'
import type { EnforcementAnswer } from '../../admin/answers/members.ts'
import type { Fault } from '../../admin/answers/problem.ts'
import type { rotationUse } from '../../admin/answers/rotation.ts'
import type {
  enrolment,
  recoveryCodesAnswer,
  secondFactorAnswer,
} from '../../admin/answers/second-factor.ts'
import type { liveSessionList, sessionAnswer } from '../../admin/answers/session.ts'
import type { UserAnswer } from '../../admin/answers/user.ts'
import type { limitsAnswer } from '../../admin/answers/limits.ts'
import type { keyShadowAnswer } from '../../admin/answers/shadow.ts'
import type { ipAclPreview, listedKey, usageAnswer } from '../../admin/answers/usage.ts'
import type { createKeyBody } from '../../admin/requests/key.ts'

/** A key; with what it was used for where it comes from the list. */
export type Key = Readonly<z.infer<typeof listedKey>>
export type RateLimit = NonNullable<Key['rate_limit']>
export type IpAclMode = Key['ip_acl_mode']
export type AddressCheck = Readonly<z.infer<typeof ipAclCheck>>
export type Denial = DenialAnswer
export type KeyShadow = Readonly<z.infer<typeof keyShadowAnswer>>
export type KeyDifference = Readonly<KeyShadow['differences'][number]>
export type KeyLimits = Readonly<z.infer<typeof limitsAnswer>>
export type FoundKey = Readonly<z.infer<typeof foundKey>>
export type Enforcement = EnforcementAnswer
export type KeyUsage = Readonly<z.infer<typeof usageAnswer>>
export type AclPreview = Readonly<z.infer<typeof ipAclPreview>>
export type RotationUse = Readonly<z.infer<typeof rotationUse>>
export type AuditEvent = Readonly<z.infer<typeof event>>
export type EventPage = Readonly<z.infer<typeof eventList>>
export type LiveSession = Readonly<z.infer<typeof liveSessionList>['sessions'][number]>
export type SecondFactor = Readonly<z.infer<typeof secondFactorAnswer>>
export type Enrolment = Readonly<z.infer<typeof enrolment>>
export type RecoveryCodeList = Readonly<z.infer<typeof recoveryCodesAnswer>>
export type User = Readonly<UserAnswer>
export type { Fault }

export interface Session extends Readonly<z.infer<typeof sessionAnswer>> {
  /** The URL of the API documentation, if the deployment has one. */
  readonly documentation?: string
  /** Where customers reach support: a web or mailto: URL. */
  readonly support?: string
  /** How many keys the account may have. */
  readonly keyLimit?: number
}

/** The members of a key that a customer enters. */
export interface KeyInput extends Readonly<
  Omit<
    z.infer<typeof createKeyBody>,
    'password' | 'ip_acl' | 'ip_acl_notes' | 'expires_at' | 'rate_limit'
  >
> {
  readonly ip_acl: readonly string[]
  readonly ip_acl_notes: Readonly<Record<string, string>>
  /** RFC 3339; null for never. */
  readonly expires_at: string | null
  /** Null for no limit. */
  readonly rate_limit: RateLimit | null
}
