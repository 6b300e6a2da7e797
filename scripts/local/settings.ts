// The variables of `npm start`, checked before anything is started.

import * as z from 'zod'
import { Failure } from '../../harness/failure.ts'
import {
  libsqlUrlSchema,
  operatorTokenSchema,
  parseVariables,
  passedOnSchema,
} from '../../src/configuration/env.ts'
import { checkIdentity } from '../../src/configuration/identity.ts'

const schema = z.object({
  ...passedOnSchema.partial({ UPSTREAM_URL: true }).shape,
  PORT: z
    .string()
    .default('8787')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      error: 'must be a port number from 0 (any free port) to 65535',
    })
    .transform(Number),
  LISTEN_ADDRESS: z
    .enum(['127.0.0.1', '0.0.0.0'], 'must be 127.0.0.1, or 0.0.0.0 in a container')
    .default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  OPERATOR_TOKEN: operatorTokenSchema
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
    .optional(),
  LIBSQL_URL: libsqlUrlSchema.optional(),
  LIBSQL_AUTH_TOKEN: z.string().optional(),
  /** `demo-oidc` starts an identity provider too. */
  IDENTITY: z
    .enum(['local', 'oidc', 'demo-oidc'], 'must be local, oidc or demo-oidc')
    .default('local'),
})

export interface StartSettings extends z.infer<typeof schema> {
  /** The worker's own variables, as they were given. */
  readonly passedOn: Readonly<Record<string, string>>
}

/** Reads the environment; an empty variable counts as one that is not set. */
export function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const given = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  )
  const parsed = parseVariables(schema, Object.fromEntries(given))
  if (!parsed.ok) {
    const values = new Map(given)
    throw new Failure(parsed.error.map((fault) => withValue(fault, values)).join('; '))
  }
  const { IDENTITY } = parsed.value
  const missing = checkIdentity({
    ...parsed.value,
    IDENTITY: IDENTITY === 'oidc' ? IDENTITY : 'local',
  })
  if (missing.length > 0) throw new Failure(missing.join('; '))
  const passedOn = given.filter(([name]) => Object.hasOwn(passedOnSchema.shape, name))
  return { ...parsed.value, passedOn: Object.fromEntries(passedOn) }
}

const SECRET = new Set([
  'OPERATOR_TOKEN',
  'METRICS_TOKEN',
  'LIBSQL_AUTH_TOKEN',
  'EVENTS_SECRET',
  'OIDC_CLIENT_SECRET',
])

/** `PORT must be …` as `PORT "http" must be …`, but for what may be or hold a secret. */
function withValue(fault: string, values: ReadonlyMap<string, string>): string {
  const [name = ''] = fault.split(' ', 1)
  const value = values.get(name) ?? ''
  return SECRET.has(name) || /[@?\p{Cc}]/u.test(value)
    ? fault
    : fault.replace(name, `${name} "${value}"`)
}
