// The variables of IDENTITY=oidc: who logs people in instead of the gateway.

import * as z from 'zod'
import { isLoopback } from '../http/request-url.ts'
import type { OidcSettings } from '../identity/settings.ts'
import { ROLES, type Role } from '../shared/roles.ts'
import { type ConfigurationFault, configurationFault } from './configuration-fault.ts'

/** RFC 6749 §3.3. */
const SCOPES = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const VISIBLE = /^[\x20-\x7e]+$/
const DEFAULT_ROLES = JSON.stringify(Object.fromEntries(ROLES.map((role) => [role, role])))

const claim = z
  .string()
  .min(1, 'must be the name of a claim')
  .max(200, 'must have 200 characters at most')

export const identityVariables = {
  IDENTITY: z.enum(['local', 'oidc'], 'must be local or oidc').default('local'),
  OIDC_ISSUER: z
    .string()
    .optional()
    .refine((text) => text === undefined || isIssuer(text), {
      error:
        'must be an https URL without user, password, query or fragment, or an http URL of this machine',
    }),
  OIDC_CLIENT_ID: z
    .string()
    .regex(VISIBLE, 'must be visible ASCII characters, as the provider names this client')
    .optional(),
  OIDC_CLIENT_SECRET: z
    .string()
    .regex(VISIBLE, 'must be visible ASCII characters, as the provider shows it')
    .optional(),
  /** Nobody can read it off the secret. In milliseconds since 1970; a date is the start of that day, in UTC. */
  OIDC_CLIENT_SECRET_EXPIRES: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'must be a date or a time, such as 2027-03-31 or 2027-03-31T12:00:00Z',
    })
    .transform((text) => Date.parse(text))
    .optional(),
  OIDC_SCOPES: z
    .string()
    .default('openid email profile')
    .refine((text) => SCOPES.test(text) && text.split(' ').includes('openid'), {
      error: 'must be scopes with one space between, one of which is openid',
    }),
  OIDC_ACCOUNT_CLAIM: claim.default('account_id'),
  OIDC_ROLE_CLAIM: claim.default('role'),
  OIDC_ROLES: z
    .string()
    .default(DEFAULT_ROLES)
    .refine((text) => parseRoles(text) !== null, {
      error: `must be a JSON object of at least one value, each ${ROLES.join(', ')}, such as {"admin":"owner"}`,
    }),
} as const

type IdentityVariables = z.infer<z.ZodObject<typeof identityVariables>>

/** What IDENTITY=oidc needs and is not set. */
export function checkIdentity(variables: IdentityVariables): ConfigurationFault[] {
  if (variables.IDENTITY === 'local') return []
  const needed = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const
  return needed
    .filter((name) => variables[name] === undefined)
    .map((name) => configurationFault(`${name} must be set where IDENTITY is oidc`))
}

/** The provider of a deployment; null where users are local. */
export function oidcSettings(variables: IdentityVariables): OidcSettings | null {
  if (variables.IDENTITY === 'local') return null
  return {
    issuer: variables.OIDC_ISSUER ?? '',
    clientId: variables.OIDC_CLIENT_ID ?? '',
    clientSecret: variables.OIDC_CLIENT_SECRET ?? '',
    scopes: variables.OIDC_SCOPES,
    accountClaim: variables.OIDC_ACCOUNT_CLAIM,
    roleClaim: variables.OIDC_ROLE_CLAIM,
    roles: parseRoles(variables.OIDC_ROLES) ?? new Map(),
  }
}

function isIssuer(text: string): boolean {
  if (!/^https?:\/\/[^\s@?#]+$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || isLoopback(hostname)
}

function parseRoles(text: string): ReadonlyMap<string, Role> | null {
  const roles = z.record(z.string(), z.enum(ROLES))
  try {
    const parsed = roles.safeParse(JSON.parse(text))
    const entries = parsed.success ? Object.entries(parsed.data) : []
    return entries.length === 0 ? null : new Map(entries)
  } catch {
    return null
  }
}
