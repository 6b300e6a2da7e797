// The errors of a call in the OpenAPI document. Each is described by an example that refusal.ts makes, so
// status, text and headers are the real ones.

import type {
  ZodOpenApiExampleObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { ERRORS_PATH } from '../../problems/errors-url.ts'
import { type Problem, problemJson } from '../../problems/problem.ts'
import { PROBLEMS } from '../../problems/table.ts'
import type { Refusal } from '../refusal.ts'
import { toProblem } from '../refusal-problem.ts'

/** An error of a call: its code, and for `unauthenticated` the scheme of authentication. */
export type ErrorName =
  | Exclude<
      Refusal['reason'],
      'account_not_active' | 'method_not_allowed' | 'unauthenticated' | BrowserError
    >
  | 'account_pending'
  | 'account_suspended'
  | 'unauthenticated_session'
  | 'unauthenticated_operator'
  | HolderError

/** Of the ways of a browser and of the identity provider, which are no calls of the API. */
type BrowserError =
  | 'account_unknown'
  | 'account_mismatch'
  | 'role_unknown'
  | 'user_disabled'
  | 'identity_provider_unavailable'
  | 'logout_token_invalid'

/** What the Portal API answers to a key that it does not let through, in the order of its checks. */
export const HOLDER_ERRORS = [
  'credential_missing',
  'credential_ambiguous',
  'key_invalid',
  'key_revoked',
  'account_inactive',
  'key_expired',
  'key_replaced',
  'key_disabled',
  'ip_denied',
  'body_not_allowed',
  'rate_limited',
  'authentication_unavailable',
] as const
type HolderError = (typeof HOLDER_ERRORS)[number]

const REQUEST_ID = '4f1c7e0a-6f0e-4d7c-9a53-2b8f3f0c1d11'

const EXAMPLES: Record<Exclude<ErrorName, HolderError>, Refusal> = {
  https_required: { reason: 'https_required' },
  cross_site_request: { reason: 'cross_site_request' },
  unauthenticated_session: { reason: 'unauthenticated', scheme: 'session' },
  unauthenticated_operator: { reason: 'unauthenticated', scheme: 'bearer' },
  login_failed: { reason: 'login_failed' },
  confirmation_required: { reason: 'confirmation_required' },
  second_factor_required: { reason: 'second_factor_required' },
  second_factor_failed: { reason: 'second_factor_failed' },
  second_factor_incorrect: { reason: 'second_factor_incorrect' },
  second_factor_enrolment_required: { reason: 'second_factor_enrolment_required' },
  second_factor_enabled: { reason: 'second_factor_enabled' },
  not_found: { reason: 'not_found' },
  role_insufficient: { reason: 'role_insufficient', role: 'viewer', needed: 'manager' },
  account_pending: { reason: 'account_not_active', status: 'pending' },
  account_suspended: { reason: 'account_not_active', status: 'suspended' },
  unsupported_media_type: { reason: 'unsupported_media_type' },
  payload_too_large: { reason: 'payload_too_large', maxBytes: 65_536 },
  body_malformed: { reason: 'body_malformed' },
  validation_failed: {
    reason: 'validation_failed',
    faults: [
      {
        pointer: '/ip_acl/0',
        code: 'cidr_prefix_missing',
        detail: 'A prefix length is missing: write 1.1.1.1/32 for this one address',
        suggestion: '1.1.1.1/32',
      },
    ],
  },
  password_incorrect: { reason: 'password_incorrect' },
  throttled: { reason: 'throttled', retryAfterSeconds: 4 },
  key_limit_reached: { reason: 'key_limit_reached', limit: 100 },
  idempotency_mismatch: { reason: 'idempotency_mismatch' },
  rotation_in_progress: { reason: 'rotation_in_progress', endsAt: '2026-11-24T08:15:30.000Z' },
  email_taken: { reason: 'email_taken' },
  rotation_required: { reason: 'rotation_required' },
  token_not_stored: { reason: 'token_not_stored' },
  external_id_taken: { reason: 'external_id_taken' },
  last_owner: { reason: 'last_owner' },
  version_conflict: { reason: 'version_conflict' },
  enforcement_pending: { reason: 'enforcement_pending' },
  storage_unavailable: { reason: 'storage_unavailable' },
  misconfigured: { reason: 'misconfigured' },
  unhealthy: {
    reason: 'unhealthy',
    down: ['kv'],
    stalled: [],
    health: { libsql: 'ok', kv: 'down', authority: 'ok', reasons: { kv: 'timeout' } },
  },
  internal_error: { reason: 'internal_error' },
}

function isHolderError(name: ErrorName): name is HolderError {
  return HOLDER_ERRORS.some((code) => code === name)
}

/** The gateway words these itself, see gateway/refusal.ts. What each means is the same. */
function toHolderProblem(code: HolderError): Problem {
  const { status, meaning } = PROBLEMS[code]
  const headers = {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer realm="Portal API"' }),
    ...((status === 429 || status === 503) && { 'Retry-After': '5' }),
  }
  const members = { ...(code === 'rate_limited' && { 'violated-policies': ['key'] }) }
  return { code, detail: meaning.replaceAll('`', ''), headers, members }
}

function problemOf(name: ErrorName): Problem {
  return isHolderError(name) ? toHolderProblem(name) : toProblem(EXAMPLES[name])
}

/** For `components`: one example per error. */
export function errorExamples(): Record<string, ZodOpenApiExampleObject> {
  const names = [...(Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[]), ...HOLDER_ERRORS]
  const entries = names.map((name) => {
    const value = problemJson(problemOf(name), REQUEST_ID, ERRORS_PATH)
    return [name, { summary: value.title, value }] as const
  })
  return Object.fromEntries(entries)
}

/** One response per status, which names every code that comes with it. */
export function errorResponses(codes: readonly ErrorName[]): ZodOpenApiResponsesObject {
  const statuses = Map.groupBy(codes, (name) => {
    return PROBLEMS[problemOf(name).code].status
  })
  const entries = [...statuses].map(([status, group]) => [status, errorResponse(group)] as const)
  return Object.fromEntries(entries)
}

function errorResponse(names: readonly ErrorName[]): ZodOpenApiResponseObject {
  const problems = names.map(problemOf)
  const codes = problems.map(({ code }) => code)
  const headers = new Map(problems.flatMap((each) => Object.entries(each.headers ?? {})))
  const shown = [...headers].map(([name, example]) => {
    const always = problems.every((each) => each.headers?.[name] !== undefined)
    return [name, { required: always, schema: { type: 'string' as const }, example }] as const
  })
  return {
    description: codes.map((code) => PROBLEMS[code].title).join('; '),
    ...(shown.length > 0 && { headers: Object.fromEntries(shown) }),
    content: {
      'application/problem+json': {
        schema: {
          type: 'object',
          properties: { code: { enum: codes } },
          allOf: [{ $ref: '#/components/schemas/Problem' }],
        },
        examples: Object.fromEntries(
          names.map((name) => [name, { $ref: `#/components/examples/${name}` }]),
        ),
      },
    },
  }
}
