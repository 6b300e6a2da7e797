// The values of secrets, where the deployer has them at hand. Cloudflare shows nobody the value of a
// secret that was set before, only its name.

import { readFileSync } from 'node:fs'
import { Failure } from '../../harness/failure.ts'
import { parseSettings } from '../../src/configuration/env.ts'
import { parseOperatorTokens } from '../../src/configuration/operator-tokens.ts'
import { importSecrets } from '../../src/configuration/secrets.ts'
import { type Fault, missing, wrong } from './fault.ts'

const REQUIRED = ['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS', 'ASSERTION_KEYS'] as const
const OPTIONAL = [
  'OPERATOR_TOKEN',
  'METRICS_TOKEN',
  'LIBSQL_AUTH_TOKEN',
  'EVENTS_SECRET',
  'OIDC_CLIENT_SECRET',
] as const
const NAMES: readonly string[] = [...REQUIRED, ...OPTIONAL]
/** 128 bits in base64url. Nothing slows down who guesses at it. */
const MIN_OPERATOR_TOKEN = 22

export type SecretValues = Readonly<Record<string, string>>

/**
 * Reads the file that `npm run secrets` writes. JSON alone: in one of `NAME=value` lines wrangler puts what
 * the environment says, which nobody has checked.
 */
export function readSecretsFile(file: string): SecretValues {
  let values: unknown
  try {
    values = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code ?? 'it is no JSON, see "npm run secrets"'
    throw new Failure(`The secrets in ${file} cannot be read (${why})`)
  }
  if (typeof values !== 'object' || values === null)
    throw new Failure(`${file} holds no object of secrets, see "npm run secrets"`)
  const entries = Object.entries(values)
  const stranger = entries.find(
    ([name, value]) => !NAMES.includes(name) || typeof value !== 'string',
  )
  if (stranger !== undefined) {
    throw new Failure(`${file} holds ${stranger[0]}, which is no secret of this worker as text`)
  }
  return Object.fromEntries(entries) as SecretValues
}

/** Secrets that only Cloudflare, which a dry run does not ask, knows to be there. */
export function unknownSecrets(secrets: SecretValues): Fault[] {
  return REQUIRED.filter((name) => secrets[name] === undefined).map((name) =>
    missing(`${name} is not given with --secrets-file, so it must be set already`),
  )
}

/** Secrets that are neither given nor set at Cloudflare, which is asked only where some are not given. */
export async function unsetSecrets(
  variables: Readonly<Record<string, unknown>>,
  secrets: SecretValues,
  listDeployed: () => Promise<readonly string[]>,
): Promise<Fault[]> {
  // A token that only the deployer has would leave the worker without one.
  const needsToken = ownToken() !== undefined
  const needed = [
    ...REQUIRED,
    ...(needsToken ? ['LIBSQL_AUTH_TOKEN'] : []),
    ...(variables['EVENTS_URL'] === undefined ? [] : ['EVENTS_SECRET']),
    ...(variables['IDENTITY'] === 'oidc' ? ['OIDC_CLIENT_SECRET'] : []),
  ]
  const left = needed.filter((name) => secrets[name] === undefined)
  const deployed = left.length === 0 ? [] : await listDeployed()
  return left
    .filter((name) => !deployed.includes(name))
    .map((name) =>
      missing(`${name} is not set: give it with --secrets-file, see "npm run secrets"`),
    )
}

/** LIBSQL_AUTH_TOKEN of the deployer. CI sets a secret that it does not have to nothing. */
export function ownToken(): string | undefined {
  return process.env['LIBSQL_AUTH_TOKEN'] || undefined
}

/** What the worker itself would say of the variables and of the secrets that are given. */
export async function valueFaults(
  variables: Readonly<Record<string, unknown>>,
  secrets: SecretValues,
): Promise<Fault[]> {
  const exposed = Object.keys(variables).filter(
    (name) => NAMES.includes(name) || /(?:SECRETS?|PASSWORDS?|_TOKEN|_KEYS?)$/i.test(name),
  )
  const secretFaults = exposed.map((name) =>
    wrong(`${name} is a secret and stands in [vars]: remove it there`),
  )

  const texts = { TOKEN_KEYS: '-', ENCRYPTION_KEYS: '-', SESSION_KEYS: '-', ASSERTION_KEYS: '-' }
  // Readable, if they are set already.
  const set = { EVENTS_SECRET: `whsec_${'A'.repeat(32)}`, OIDC_CLIENT_SECRET: 'set' }
  const settings = parseSettings({ ...variables, ...texts, ...set, ...secrets })
  const imported = await importSecrets({ ...texts, ...secrets })
  const unreadable = imported.ok ? [] : imported.error
  const given = unreadable.filter((fault) => Object.hasOwn(secrets, fault.split(' ', 1).join()))
  return [
    ...secretFaults,
    ...(settings.ok ? [] : settings.error.map(wrong)),
    ...given.map(wrong),
    ...weakTokens('OPERATOR_TOKEN', secrets),
    ...weakTokens('METRICS_TOKEN', secrets),
  ]
}

function weakTokens(name: string, { [name]: text }: SecretValues): Fault[] {
  const tokens = text === undefined ? [] : (parseOperatorTokens(text) ?? [])
  return tokens.some(({ token }) => token.length < MIN_OPERATOR_TOKEN)
    ? [wrong(`${name} must have ${MIN_OPERATOR_TOKEN} characters at least, see "npm run secrets"`)]
    : []
}
