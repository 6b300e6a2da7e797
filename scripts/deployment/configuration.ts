// wrangler.toml, held against what the worker needs of Cloudflare: each binding, and nothing that must
// not be combined with it.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { unstable_readConfig, type Unstable_Config } from 'wrangler'
import { Failure } from '../local/failure.ts'
import { type Fault, missing, wrong } from './fault.ts'

export interface Configuration {
  readonly file: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
}

export function readConfiguration(path: string): Configuration {
  const file = resolve(path)
  if (!existsSync(file)) throw new Failure(`There is no configuration at ${path}`)
  const config = unstable_readConfig({ config: file }, { hideWarnings: true })
  const { vars } = config
  return {
    file,
    variables: vars,
    faults: [...bindingFaults(config), ...combinationFaults(config), ...addressFaults(vars)],
  }
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
  const objects = config.durable_objects.bindings
  if (
    !objects.some(
      ({ name, class_name }) => name === 'KEY_AUTHORITY' && class_name === 'KeyAuthority',
    )
  ) {
    faults.push(wrong('KEY_AUTHORITY is not bound to the Durable Object class KeyAuthority'))
  }
  if (!config.ratelimits.some(({ name }) => name === 'REFUSAL_BRAKE')) {
    faults.push(wrong('REFUSAL_BRAKE is not bound to a rate limit'))
  }
  if (config.assets?.binding !== 'ASSETS' || config.assets.run_worker_first !== true) {
    faults.push(
      wrong(
        'ASSETS must be bound with run_worker_first = true, or a file could answer a Portal API path',
      ),
    )
  }
  if (config.triggers.crons?.includes('* * * * *') !== true) {
    faults.push(wrong('The cron trigger "* * * * *" is not there, which finishes what is pending'))
  }
  return faults
}

function combinationFaults(config: Unstable_Config): Fault[] {
  const { placement, cache, observability } = config as Unstable_Config & {
    cache?: { enabled?: boolean }
  }
  return [
    ...(placement === undefined
      ? []
      : [wrong('placement must not be set: it moves the worker away from its callers')]),
    ...(cache?.enabled === true
      ? [wrong('cache must not be enabled: it answers without running the worker')]
      : []),
    ...(observability?.logs?.invocation_logs === false
      ? []
      : [wrong('observability.logs.invocation_logs must be false: such logs hold query strings')]),
  ]
}

function addressFaults({ LIBSQL_URL: url }: Readonly<Record<string, unknown>>): Fault[] {
  const isExample = typeof url === 'string' && url.endsWith('.example.turso.io')
  return isExample
    ? [missing('LIBSQL_URL is the example: give the address of the libSQL primary')]
    : []
}
