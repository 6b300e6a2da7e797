// The worker's bindings, secrets and variables, parsed once when an isolate starts. Each fault names its
// variable and says what to write. No value is repeated, because it may be a secret.

import * as z from 'zod'
import { isLoopback } from '../http/request-url.ts'
import { parseTokenPatterns } from '../keys/token-patterns.ts'
import { MAX_TERM_MS } from '../keys/lease.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { AccountKeysNamespace } from '../stores/account-keys.ts'
import type { AuthorityNamespace } from '../stores/key-authority/key-authority.ts'
import type { LocationMetricsNamespace } from '../stores/location-metrics.ts'
import type { HasherNamespace } from '../stores/password-hasher.ts'
import type { ShadowCountsNamespace } from '../stores/shadow-counts.ts'
import { type ConfigurationFault, configurationFault } from './configuration-fault.ts'
import { parseEventSecrets } from './event-secrets.ts'
import { identityVariables, checkIdentity } from './identity.ts'
import { parseOperatorTokens } from './operator-tokens.ts'

/** The names are those of wrangler.toml. Everything except the bindings is text, and is only checked here. */
export interface Env {
  // Bindings
  readonly KEYS: KVNamespace
  readonly KEY_AUTHORITY: AuthorityNamespace
  readonly ACCOUNT_KEYS: AccountKeysNamespace
  readonly LOCATION_METRICS: LocationMetricsNamespace
  readonly PASSWORD_HASHER: HasherNamespace
  readonly SHADOW_COUNTS: ShadowCountsNamespace
  readonly LOG_IN_RATE: RateLimit
  readonly ASSETS: Fetcher
  readonly CF_VERSION_METADATA?: WorkerVersionMetadata
  // Secrets and variables, unchecked
  readonly [variable: string]: unknown
}

function choice<const Values extends readonly [string, ...string[]]>(...values: Values) {
  return z.enum(values, `must be ${values.join(' or ')}`).default(values[0])
}

interface Range {
  readonly min: number
  readonly max: number
  /** Whether 0 is allowed although it is below the minimum. */
  readonly orZero?: boolean
}

function wholeNumber(byDefault: number, unit: string, { min, max, orZero = false }: Range) {
  const isInRange = (value: number) => (value >= min && value <= max) || (orZero && value === 0)
  return z
    .string()
    .default(String(byDefault))
    .refine((text) => /^(?:0|[1-9]\d*)$/.test(text) && isInRange(Number(text)), {
      error: `must be ${orZero ? '0, or ' : ''}whole ${unit} from ${min} to ${max}`,
    })
    .transform(Number)
}

function milliseconds(byDefault: number, max: number) {
  return wholeNumber(byDefault, 'milliseconds', { min: 1, max })
}

const upstreamUrlSchema = z
  .string('must be set')
  .refine(isUpstreamUrl, {
    error:
      'must be an http or https URL without user, query or fragment, such as https://api.example.com/v1',
  })
  .transform(withoutSlash)

/** WebSocket URLs are refused, because libSQL's client sets no time limit on their calls. */
export const libsqlUrlSchema = z
  .string('must be set')
  .refine(
    (text) => /^(?:https?|libsql):\/\/[^/@?#]+(?:\/[^@?#]*)?$/.test(text) && URL.canParse(text),
    {
      error:
        'must be a libsql, https or http URL without user, password or query, such as libsql://portal-example.turso.io',
    },
  )

export const operatorTokenSchema = z.string().refine((text) => parseOperatorTokens(text) !== null, {
  error:
    'must be tokens with commas between, each with or without a name, as in alice:…,deploy:…; leave it out for none',
})

const eventSecretSchema = z.string().refine((text) => parseEventSecrets(text) !== null, {
  error: 'must be whsec_ and 24 to 64 bytes in base64, or several with commas between',
})

/** The variables that `npm start` checks and passes on to the worker. */
export const passedOnSchema = z.object({
  UPSTREAM_URL: upstreamUrlSchema,
  UPSTREAM_TIMEOUT_MS: milliseconds(30_000, 600_000),
  AUTHORITY_TIMEOUT_MS: milliseconds(1_000, 10_000),
  TOKEN_PREFIX: z
    .string()
    .default('cpk_')
    .refine((text) => /^[A-Za-z][0-9A-Za-z_]{0,15}$/.test(text), {
      error: 'must be a letter and up to 15 letters, digits or underscores, such as cpk_',
    })
    .transform((text) => (text.endsWith('_') ? text : `${text}_`)),
  IMPORTED_TOKENS: z
    .string()
    .optional()
    .superRefine((text, ctx) => {
      const patterns = text === undefined ? undefined : parseTokenPatterns(text)
      if (patterns?.ok === false) ctx.addIssue({ code: 'custom', message: patterns.error })
    }),
  ADMIN_HOST: z
    .string()
    .optional()
    .refine((text) => text === undefined || isHostName(text), {
      error: 'must be a host name without scheme, port or path, such as keys.example.com',
    })
    .transform((text) => text?.toLowerCase()),
  API_DOCS_URL: z
    .string()
    .optional()
    .refine((text) => text === undefined || isWebUrl(text), {
      error: 'must be an http or https URL, such as https://docs.example.com/portal',
    })
    .transform((text) => (text === undefined ? undefined : new URL(text).href)),
  SUPPORT_URL: z
    .string()
    .default('https://support.commpeak.com/')
    .refine((text) => isWebUrl(text) || isMailUrl(text), {
      error: 'must be an http, https or mailto URL, such as mailto:support@example.com',
    })
    .transform((text) => new URL(text).href),
  METRICS_TOKEN: operatorTokenSchema.optional(),
  PREFLIGHT: choice('forward', 'refuse'),
  ENFORCEMENT: choice('enforce', 'shadow'),
  SECOND_FACTOR: choice('optional', 'required'),
  LEASE_MS: wholeNumber(1_000, 'milliseconds', { min: 100, max: MAX_TERM_MS, orZero: true }),
  OUTAGE_GRACE_S: wholeNumber(0, 'seconds', { min: 0, max: 3_600 }),
  SPECULATION: choice('on', 'off'),
  LOG_SAMPLING: z
    .string()
    .default('1')
    .refine((text) => /^(?:1|0?\.\d{1,3})$/.test(text) && Number(text) > 0, {
      error: 'must be 1, or a share from 0.001 to 0.999 with a point and three digits at most',
    })
    .transform(Number),
  EVENTS_URL: z
    .string()
    .optional()
    .refine((text) => text === undefined || isEventsUrl(text), {
      error:
        'must be an https URL without user, password or fragment, or an http URL of this machine',
    }),
  EVENTS_SECRET: eventSecretSchema.optional(),
  ...identityVariables,
})

const secret = z.string('must be set, see "npm run secrets"').min(1, 'must not be empty')

const settingsSchema = passedOnSchema.extend({
  LIBSQL_URL: libsqlUrlSchema,
  LIBSQL_AUTH_TOKEN: z.string().min(1, 'must not be empty; leave it out instead').optional(),
  TOKEN_KEYS: secret,
  ENCRYPTION_KEYS: secret,
  SESSION_KEYS: secret,
  ASSERTION_KEYS: secret,
  ASSERTION_ISSUER: z.string().min(1, 'must not be empty').default('portal-gateway'),
  ASSERTION_AUDIENCE: z.string().min(1, 'must not be empty').optional(),
  OPERATOR_TOKEN: operatorTokenSchema.optional(),
})

export type Settings = z.infer<typeof settingsSchema>

/** The settings of a deployment, or what is wrong with them. */
export function parseSettings(env: object): Result<Settings, readonly ConfigurationFault[]> {
  const settings = parseVariables(settingsSchema, env)
  if (!settings.ok) return settings
  const { EVENTS_URL, EVENTS_SECRET } = settings.value
  const faults = [
    ...(EVENTS_URL !== undefined && EVENTS_SECRET === undefined
      ? [configurationFault('EVENTS_SECRET must be set where EVENTS_URL is')]
      : []),
    ...checkIdentity(settings.value),
  ]
  return faults.length === 0 ? settings : err(faults)
}

export function parseVariables<T>(
  schema: z.ZodType<T>,
  variables: object,
): Result<T, readonly ConfigurationFault[]> {
  const parsed = schema.safeParse(variables)
  if (parsed.success) return ok(parsed.data)
  const faults = parsed.error.issues.map(({ path, message }) => {
    return configurationFault(`${path.join('.')} ${message}`)
  })
  return err(faults)
}

function isUpstreamUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const { username, password, search, hash } = new URL(text)
  return [username, password, search, hash].every((part) => part === '')
}

function isEventsUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s#]+$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || isLoopback(hostname)
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s/@]+(?:[/?#]|$)/i.test(text) && URL.canParse(text)
}

function isMailUrl(text: string): boolean {
  return /^mailto:[^\s@?]+@[^\s@?]+(?:\?|$)/i.test(text) && URL.canParse(text)
}

function isHostName(text: string): boolean {
  return (
    URL.canParse(`http://${text}/`) && new URL(`http://${text}/`).hostname === text.toLowerCase()
  )
}

function withoutSlash(text: string): string {
  const { origin, pathname } = new URL(text)
  return origin + pathname.replace(/\/+$/, '')
}
