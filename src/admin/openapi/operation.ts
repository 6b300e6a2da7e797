// Turns the short description of a call into an OpenAPI operation. Everything that follows from its method,
// body or guard is added here, so that no call can forget it.

import * as z from 'zod'
import type {
  ZodOpenApiHeadersObject,
  ZodOpenApiOperationObject,
  ZodOpenApiParameters,
  ZodOpenApiPathItemObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi'
import type { Role } from '../../shared/roles.ts'
import { ROUTE_ROLES } from '../route-roles.ts'
import { type ErrorName, errorResponses, HOLDER_ERRORS } from './refusals.ts'

type Method = 'get' | 'post' | 'patch' | 'delete'

export interface Call {
  readonly id: string
  readonly summary: string
  readonly description?: string
  /** Who may call. */
  readonly guard: 'session' | 'operator' | 'key' | 'none'
  readonly params?: ZodOpenApiParameters
  readonly body?: { readonly schema: z.ZodType; readonly example: object }
  readonly answer: Answer
  /** Whether it can answer 204 in place of 401 (`session.ts`). */
  readonly answersNobody?: true
  /** Its errors beyond those that every such call can answer. */
  readonly errors?: readonly ErrorName[]
}

/** By path, relative to /admin/api/v1, and by method. */
export type Calls = Readonly<Record<string, Readonly<Partial<Record<Method, Call>>>>>

interface Answer {
  readonly status: 200 | 201 | 202 | 204
  readonly description: string
  readonly schema?: z.ZodType
  readonly example?: object | string
  /** JSON if left out. */
  readonly mediaType?: string
  readonly headers?: ZodOpenApiHeadersObject
}

/** The schemes, one of which is enough. */
const SECURITY = {
  session: ['session'],
  operator: ['operator'],
  key: ['key', 'keyHeader'],
  none: [],
} as const satisfies Record<Call['guard'], readonly string[]>

const NOBODY_PARAMS = z.object({
  Prefer: z.string().optional().meta({
    description: 'With `logged-out=204`, the answer without a session is 204 in place of 401',
    example: 'logged-out=204',
  }),
})
const NOBODY: Answer = {
  status: 204,
  description: 'Nobody is logged in, and the request preferred this answer',
  headers: {
    'Preference-Applied': { schema: { type: 'string' }, example: 'logged-out=204' },
    'Portal-Log-In': {
      description: 'Where to log in, if that is at an identity provider',
      schema: { type: 'string' },
      example: '/admin/log-in',
    },
  },
}

const BODY_ERRORS = [
  'unsupported_media_type',
  'payload_too_large',
  'body_malformed',
  'validation_failed',
] as const

/** The calls as OpenAPI paths, under one tag. */
export function toPaths(calls: Calls, tag: string): ZodOpenApiPathsObject {
  const paths = Object.entries(calls).map(([path, item]) => {
    const methods = Object.entries(item) as [Method, Call][]
    const operations = methods.map(([method, call]) => [
      method,
      operation(method, call, roleOf(method, path), tag),
    ])
    return [path, Object.fromEntries(operations) as ZodOpenApiPathItemObject] as const
  })
  return Object.fromEntries(paths)
}

/** The role that a call needs; undefined if every user may make it. */
function roleOf(method: Method, path: string): Role | undefined {
  const role = ROUTE_ROLES[`${method.toUpperCase()} ${path.replace('{id}', ':id')}`]
  return role === 'viewer' ? undefined : role
}

function operation(
  method: Method,
  call: Call,
  role: Role | undefined,
  tag: string,
): ZodOpenApiOperationObject {
  const { id, summary, body, answersNobody = false } = call
  const params = answersNobody ? { ...call.params, header: NOBODY_PARAMS } : call.params
  const needs = role === undefined ? [] : [`Needs the role \`${role}\`.`]
  const description = [call.description ?? [], needs].flat().join(' ')
  return {
    operationId: id,
    summary,
    ...(description !== '' && { description }),
    tags: [tag],
    security: SECURITY[call.guard].map((scheme) => ({ [scheme]: [] })),
    ...(params !== undefined && { requestParams: params }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': body } },
    }),
    responses: {
      ...answered(call.answer),
      ...(answersNobody && answered(NOBODY)),
      ...errorResponses([...errorsOf(method, call, role)]),
    },
  }
}

function answered({ status, description, schema, example, mediaType, headers }: Answer) {
  const response = {
    description,
    ...(headers !== undefined && { headers }),
    ...(schema !== undefined && {
      content: { [mediaType ?? 'application/json']: { schema, example } },
    }),
  }
  return { [`${status}`]: response } as ZodOpenApiResponsesObject
}

/** In the contract's order of checks. */
function errorsOf(
  method: Method,
  { guard, body, params, errors = [] }: Call,
  role: Role | undefined,
): Set<ErrorName> {
  return new Set<ErrorName>([
    'https_required',
    ...(method === 'get' ? [] : (['cross_site_request'] as const)),
    ...(guard === 'session'
      ? (['unauthenticated_session', 'second_factor_enrolment_required'] as const)
      : []),
    ...(guard === 'key' ? HOLDER_ERRORS : []),
    ...(role === undefined ? [] : (['role_insufficient'] as const)),
    ...(guard === 'operator' ? (['unauthenticated_operator', 'not_found'] as const) : []),
    ...(body === undefined ? [] : BODY_ERRORS),
    ...(params?.query === undefined ? [] : (['validation_failed'] as const)),
    ...errors,
    'storage_unavailable',
    'misconfigured',
    'internal_error',
  ])
}
