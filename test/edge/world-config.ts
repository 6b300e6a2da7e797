// The workers of the proving ground, as Miniflare takes them: the simulated world, the host of the objects, and
// each location with the built worker.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { Log, LogLevel, type Miniflare } from 'miniflare'
import { gatewayConfig } from '../../harness/worker.ts'
import { withVersions } from './versions.ts'

type WorldConfig = ConstructorParameters<typeof Miniflare>[0]
type WorkerConfig = Extract<WorldConfig, { workers: unknown }>['workers'][number]
type Variables = Readonly<Record<string, string>>

/** When the time of the world began, and how much faster than the real one it runs. */
interface Time {
  readonly speed: number
  readonly epochMs: number
  /** The term of a lease on the real clock. */
  readonly leaseRealMs: number
}

interface Product {
  readonly bundleDir: string
  readonly patch?: (bundle: string) => string
}

const SIM_DIR = join(import.meta.dirname, 'sim')
/** What hosted classes extend: not the runtime's class, which takes no fence around the storage. */
const HOSTED =
  'export class DurableObject { constructor(ctx, env) { Object.assign(this, { ctx, env }) } }'
const BASE_OF_OBJECTS = /(import \{ DurableObject(?: as \w+)? \} from) "cloudflare:workers"/g
/** Starts the isolate anew, as far as its memory goes. */
const FORGET_APP = 'export function forgetApp() { app = void 0 }'

export function worldConfig(
  { bundleDir, patch = (bundle) => bundle }: Product,
  locations: readonly string[],
  variables: Variables,
  time: Time,
): WorldConfig {
  const bundle = patch(withVersions(readFileSync(join(bundleDir, 'index.js'), 'utf8')))
  const { gateway } = gatewayConfig({ bundleDir, variables })
  const { env, compatibilityDate } = gateway.config
  const toLocation = (location: string): WorkerConfig => {
    const props = { location }
    const at = (exportName: string) =>
      ({ type: 'worker', worker: 'sim', exportName, props }) as const
    return {
      ...gateway,
      config: {
        ...gateway.config,
        name: location,
        manifest: modules('location', time, { 'bundle.js': `${bundle}\n${FORGET_APP}` }),
        env: {
          ...env,
          KEYS: at('Kv'),
          KEY_AUTHORITY: at('Authority'),
          PASSWORD_HASHER: object('PasswordHasher'),
          ACCOUNT_KEYS: at('Accounts'),
          LOCATION_METRICS: object('LocationMetrics'),
          SHADOW_COUNTS: object('ShadowCounts'),
        },
        exports: {},
      },
      dev: { ...gateway.dev, outboundService: at('Network'), unsafeDirectSockets: [{ port: 0 }] },
    }
  }
  const sim: WorkerConfig = {
    config: {
      name: 'sim',
      compatibilityDate,
      manifest: modules('sim-worker', time),
      env: {
        LIBSQL_URL: { type: 'text', value: variables['LIBSQL_URL'] ?? '' },
        AUTHORITY: object('KeyAuthority'),
        ACCOUNTS: object('AccountKeys'),
        CONTROL_OF_OBJECTS: control('authorities'),
        ...Object.fromEntries(locations.map((at) => [`CONTROL_OF_${at}`, control(at)])),
      },
    },
    dev: { unsafeDirectSockets: [{ port: 0 }] },
  }
  const authorities: WorkerConfig = {
    config: {
      name: 'authorities',
      compatibilityDate,
      manifest: modules('authority-host', time, {
        'bundle.js': bundle.replaceAll(BASE_OF_OBJECTS, '$1 "./hosted.js"'),
        'hosted.js': HOSTED,
      }),
      exports: {
        KeyAuthority: { type: 'durable-object', storage: 'sqlite' },
        PasswordHasher: { type: 'durable-object', storage: 'sqlite' },
        AccountKeys: { type: 'durable-object', storage: 'sqlite' },
        LocationMetrics: { type: 'durable-object', storage: 'sqlite' },
        ShadowCounts: { type: 'durable-object', storage: 'sqlite' },
      },
    },
  }
  return {
    host: '127.0.0.1',
    workers: [sim, authorities, ...locations.map(toLocation)],
    cf: false,
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ message }) =>
      process.env['GROUND_LOG'] ? console.log(message.slice(0, 600)) : undefined,
  }
}

/** The objects of all locations. */
function object(exportName: string) {
  return { type: 'durable-object', worker: 'authorities', exportName } as const
}

function control(worker: string) {
  return { type: 'worker', worker, exportName: 'Control' } as const
}

/** A module of the simulation with what it imports, and others that stand beside it as they are. */
function modules(name: string, { speed, epochMs, leaseRealMs }: Time, others: Variables = {}) {
  const { outputFiles } = buildSync({
    entryPoints: [join(SIM_DIR, `${name}.ts`)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external: ['cloudflare:workers', 'node:async_hooks', './bundle.js'],
    define: {
      GROUND_SPEED: String(speed),
      GROUND_EPOCH_MS: String(epochMs),
      GROUND_LEASE_MS: String(leaseRealMs),
    },
    write: false,
  })
  const all = { ...others, 'main.js': outputFiles[0]?.text ?? '' }
  return {
    mainModule: 'main.js',
    modulesRoot: '/',
    modules: Object.fromEntries(
      Object.entries(all).map(([file, contents]) => [file, { type: 'esm' as const, contents }]),
    ),
  }
}
