// The configuration of a deployment, held against what the worker needs: each binding, and where the other
// parts answer.

import type { RawConfig } from '../../harness/wrangler-toml.ts'
import { isLoopback } from '../../src/http/request-url.ts'
import { exposureFaults } from './exposure.ts'
import { type Fault, missing, wrong } from './fault.ts'

const GUARD = 'node scripts/deployment/guard.mjs'

/** What is wrong with a configuration. Its form is wrangler's to check, as it does when it builds. */
export function configurationFaults(config: RawConfig): Fault[] {
  return [...bindingFaults(config), ...exposureFaults(config), ...urlFaults(config.vars ?? {})]
}

/** The bindings of Durable Objects, each with its class. */
const OBJECTS = [
  ['KEY_AUTHORITY', 'KeyAuthority'],
  ['ACCOUNT_KEYS', 'AccountKeys'],
  ['LOCATION_METRICS', 'LocationMetrics'],
  ['SHADOW_COUNTS', 'ShadowCounts'],
  ['PASSWORD_HASHER', 'PasswordHasher'],
] as const

function objectFaults(config: RawConfig, binding: string, className: string): Fault[] {
  const isBound = config.durable_objects?.bindings?.some(
    ({ name, class_name, script_name }) =>
      name === binding && class_name === className && script_name === undefined,
  )
  const migrations = config.migrations ?? []
  const made = migrations.some((one) => one.new_sqlite_classes?.includes(className))
  const lost = migrations.some(
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

function bindingFaults(config: RawConfig): Fault[] {
  const faults: Fault[] = []
  if (/^0*$/.test(config.account_id ?? '')) {
    faults.push(
      missing('account_id is the example: give the one that "npx wrangler whoami" prints'),
    )
  }
  const keys = config.kv_namespaces?.find(({ binding }) => binding === 'KEYS')
  if (!/^[0-9a-f]{32}$/.test(keys?.id ?? '') || /^0+$/.test(keys?.id ?? '')) {
    faults.push(
      missing(
        'KEYS has no KV namespace: give the id that "npx wrangler kv namespace create" prints',
      ),
    )
  }
  for (const [binding, className] of OBJECTS) {
    faults.push(...objectFaults(config, binding, className))
  }
  if (config.ratelimits?.some(({ name }) => name === 'LOG_IN_RATE') !== true) {
    faults.push(wrong('LOG_IN_RATE is not bound to a rate limit'))
  }
  if (config.version_metadata?.binding !== 'CF_VERSION_METADATA') {
    faults.push(wrong('CF_VERSION_METADATA is not bound to the version, which health and log tell'))
  }
  if (config.build?.command !== GUARD) {
    faults.push(
      wrong(`[build] must have the command "${GUARD}", which keeps wrangler from deploying alone`),
    )
  }
  if (config.triggers?.crons?.includes('* * * * *') !== true) {
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
