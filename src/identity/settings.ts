// The identity provider of a deployment, as its variables describe it.

import type { Role } from '../shared/roles.ts'

export interface OidcSettings {
  /** The issuer identifier, exactly as the provider writes it. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: string
  /** The claim that names the account by its `external_id`. */
  readonly accountClaim: string
  readonly roleClaim: string
  /** What each value of the role claim means. */
  readonly roles: ReadonlyMap<string, Role>
}

/** The path of the redirect URI, which is registered at the provider. */
export const CALLBACK_PATH = '/admin/log-in/callback'
