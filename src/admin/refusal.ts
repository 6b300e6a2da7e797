// Every refusal of the control plane.

import type { AccountStatus } from '../keys/key-record.ts'
import type { Role } from '../shared/roles.ts'
import type { Fault } from './answers/problem.ts'
import type { Stalled } from './progress.ts'

export type Refusal =
  | { readonly reason: 'https_required' }
  | { readonly reason: 'cross_site_request' }
  | {
      readonly reason: 'unauthenticated'
      readonly scheme: 'session' | 'bearer'
      /** Where a person logs in, if that is at an identity provider. */
      readonly logInAt?: string
    }
  | {
      readonly reason: 'login_failed'
      /** Why, if it was at an identity provider. `error`: the code that it gave. */
      readonly cause?: { readonly kind: LogInFault; readonly error?: string }
    }
  | { readonly reason: 'account_unknown'; readonly claim: string }
  | { readonly reason: 'account_mismatch' }
  | { readonly reason: 'role_unknown'; readonly claim: string }
  | { readonly reason: 'user_disabled' }
  | { readonly reason: 'identity_provider_unavailable' }
  | { readonly reason: 'confirmation_required'; readonly cause?: ConfirmationFault }
  | { readonly reason: 'logout_token_invalid' }
  | { readonly reason: 'second_factor_required' }
  | { readonly reason: 'second_factor_failed' }
  | { readonly reason: 'second_factor_incorrect' }
  | { readonly reason: 'second_factor_enrolment_required' }
  | { readonly reason: 'second_factor_enabled' }
  | { readonly reason: 'not_found' }
  | { readonly reason: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly reason: 'role_insufficient'; readonly role: Role; readonly needed: Role }
  | { readonly reason: 'account_not_active'; readonly status: AccountStatus }
  | { readonly reason: 'unsupported_media_type' }
  | { readonly reason: 'payload_too_large'; readonly maxBytes: number }
  | {
      readonly reason: 'body_malformed'
      /** The member that an object of the body has twice, if that is the fault. */
      readonly repeated?: string
    }
  | { readonly reason: 'validation_failed'; readonly faults: readonly Fault[] }
  | { readonly reason: 'password_incorrect' }
  | {
      readonly reason: 'throttled'
      readonly retryAfterSeconds: number
      /** How many changes were made within a minute, if these are too many and not password attempts. */
      readonly changes?: number
      /** How many leak reports an address may make in a minute, if it made more. */
      readonly reports?: number
      /** Whether the attempts were codes that the identity provider did not know. */
      readonly isAtProvider?: boolean
    }
  | { readonly reason: 'key_limit_reached'; readonly limit: number }
  | { readonly reason: 'idempotency_mismatch' }
  /** `endsAt`: when the rotation that is under way ends, RFC 3339. */
  | { readonly reason: 'rotation_in_progress'; readonly endsAt: string }
  | { readonly reason: 'email_taken' }
  | { readonly reason: 'rotation_required' }
  | { readonly reason: 'token_not_stored' }
  | { readonly reason: 'external_id_taken' }
  | { readonly reason: 'last_owner' }
  | { readonly reason: 'version_conflict' }
  | { readonly reason: 'enforcement_pending' }
  | { readonly reason: 'storage_unavailable' }
  | { readonly reason: 'misconfigured' }
  | {
      readonly reason: 'unhealthy'
      readonly down: readonly string[]
      readonly stalled: readonly Stalled[]
      readonly health: Readonly<Record<string, unknown>>
    }
  | { readonly reason: 'internal_error' }

/**
 * `not_begun`: here and lately. `used`: it was completed before. `ended`: the person was logged out or changed
 * during it. The others are those of the provider.
 */
export type LogInFault =
  'not_begun' | 'used' | 'ended' | 'denied' | 'code_rejected' | 'answer_invalid' | 'token_invalid'

/** What is wrong with a confirmation. */
export type ConfirmationFault =
  | 'spent'
  | 'another_call'
  | LogInFault
  | 'another_person'
  | 'no_auth_time'
  | 'not_anew'
  | 'session_ended'
