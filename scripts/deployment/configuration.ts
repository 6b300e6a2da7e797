// wrangler.toml, held against what the worker needs: each binding, and where the other parts answer.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { unstable_readConfig, type Unstable_Config } from 'wrangler'
import { Failure } from '../../harness/failure.ts'
import { isLoopback } from '../../src/http/request-url.ts'
import { exposureFaults } from './exposure.ts'
import { type Fault, missing, wrong } from './fault.ts'

export interface Configuration {
  readonly file: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
}

export function readConfiguration(path: string): Configuration {
  const file = resolve(path)
  if (!existsSync(file)) throw new Failure(`There is no configuration at ${path}`)
  if (process.env['CLOUDFLARE_ENV'] !== undefined) {
    throw new Failure(
      'CLOUDFLARE_ENV is set: unset it, and give another deployment a file of its own with --config',
    )
  }
  const config = unstable_readConfig({ config: file }, { hideWarnings: true })
  const { vars } = config
  return {
    file,
    variables: vars,
    faults: [...bindingFaults(config), ...exposureFaults(config), ...urlFaults(vars)],
  }
}

/** The bindings of Durable Objects, each with its class. */
const OBJECTS = [
  ['KEY_AUTHORITY', 'KeyAuthority'],
  ['ACCOUNT_KEYS', 'AccountKeys'],
  ['PASSWORD_HASHER', 'PasswordHasher'],
] as const

function objectFaults(config: Unstable_Config, binding: string, className: string): Fault[] {
  const isBound = config.durable_objects.bindings.some(
    ({ name, class_name, script_name }) =>
      name === binding && class_name === className && script_name === undefined,
  )
  const made = config.migrations.some((one) => one.new_sqlite_classes?.includes(className))
  const lost = config.migrations.some(
    ({ deleted_classes: deleted, renamed_classes: renamed, transferred_classes: moved }) =>
      [
        ...(deleted ?? []),
        ...[...(renamed ?? []), ...(moved ?? [])].map(({ from }) => from),
      ].includes(className),
  )
  return [
    ...(isBound ? [] : [wrong(`${binding} is not bound to the Durable Object class ${className}`)]),
    ...(made && !lost
      ? []
      : [
          wrong(
            `migrations must have ${className} in new_sqlite_classes, and take it away in none: its objects are lost with it`,
          ),
        ]),
  ]
}

function bindingFaults(config: Unstable_Config): Fault[] {
  const faults: Fault[] = []
  const keys = config.kv_namespaces.find(({ binding }) => binding === 'KEYS')
  if (!/^[0-9a-f]{32}$/.test(keys?.id ?? '') || /^0+$/.test(keys?.id ?? '')) {
    faults.push(
      missing(
        'KEYS has no KV namespace: give the id that "wrangler kv namespace create KEYS" prints',
      ),
    )
  }
  for (const [binding, className] of OBJECTS) {
    faults.push(...objectFaults(config, binding, className))
  }
  if (!config.ratelimits.some(({ name }) => name === 'LOG_IN_RATE')) {
    faults.push(wrong('LOG_IN_RATE is not bound to a rate limit'))
  }
  if (config.triggers.crons?.includes('* * * * *') !== true) {
    faults.push(wrong('The cron trigger "* * * * *" is not there, which finishes what is pending'))
  }
  return faults
}

function urlFaults(variables: Readonly<Record<string, unknown>>): Fault[] {
  const url = variables['LIBSQL_URL']
  const isExample = typeof url === 'string' && url.endsWith('.example.turso.io')
  return [
    ...['UPSTREAM_URL', 'LIBSQL_URL']
      .filter((name) => isInClear(variables[name]))
      .map((name) =>
        wrong(
          `${name} must be https: what is sent there would travel in clear, and a signed identity or a token with it`,
        ),
      ),
    ...(isExample
      ? [missing('LIBSQL_URL is the example: give the address of the libSQL primary')]
      : []),
  ]
}

/** Whether it is an http URL that leads beyond this machine. */
function isInClear(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false // the worker's own check names it
  const { protocol, hostname } = new URL(url)
  return ['http:', 'ws:'].includes(protocol) && !isLoopback(hostname)
}
