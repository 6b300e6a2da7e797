// Which credentials of a deployment end, and when.

import { expiryOf } from './token-expiry.ts'

/** How long before its end a credential is warned of. */
export const EXPIRY_WARNING_MS = 14 * 24 * 60 * 60 * 1_000

export interface Expiry {
  /** The secret's. */
  readonly name: string
  readonly expiresAtMs: number
}

/** What `Settings` say of them. */
interface Credentials {
  readonly LIBSQL_AUTH_TOKEN?: string | undefined
  readonly IDENTITY?: 'local' | 'oidc' | undefined
  readonly OIDC_CLIENT_SECRET_EXPIRES?: number | undefined
}

/** The end of each credential of the worker that has one. */
export function expiriesOf(settings: Credentials): Expiry[] {
  const clientSecret =
    settings.IDENTITY === 'oidc' ? settings.OIDC_CLIENT_SECRET_EXPIRES : undefined
  return [
    ['LIBSQL_AUTH_TOKEN', expiryOf(settings.LIBSQL_AUTH_TOKEN)] as const,
    ['OIDC_CLIENT_SECRET', clientSecret ?? null] as const,
  ].flatMap(([name, expiresAtMs]) => (expiresAtMs === null ? [] : [{ name, expiresAtMs }]))
}

/** Those that have ended, or will within two weeks. */
export function endingSoon(expiries: readonly Expiry[], nowMs: number): Expiry[] {
  return expiries.filter(({ expiresAtMs }) => expiresAtMs - nowMs < EXPIRY_WARNING_MS)
}
