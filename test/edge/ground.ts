// The proving ground: several locations in one Miniflare, each the built worker with its own view of
// KV; one set of key authorities; a real sqld and a real upstream. Whatever lies between them can be
// delayed, broken and watched.

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { migrateDatabase } from '../../harness/migrate.ts'
import { makeSecrets, type Secrets } from '../../harness/secrets.ts'
import { startSqld } from '../../harness/sqld.ts'
import { gatewayConfig } from '../../harness/worker.ts'
import { connect, type Database } from '../../src/db/client.ts'
import { type HttpAnswer, type RequestOptions, send } from '../../harness/http.ts'
import { startTcpGate } from '../support/tcp-gate.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { patchOnce } from './patch-bundle.ts'
import type { LibsqlFault } from './sim/faults.ts'
import type { Command, WorldState } from './sim/world.ts'

export const LOCATIONS = ['ams', 'fra', 'sin'] as const
/** Runs the version that is being deployed, while the others still run the one before. */
export const NEXT_VERSION = 'next'
export type Location = (typeof LOCATIONS)[number] | typeof NEXT_VERSION

export interface GroundOptions {
  /** Where `buildProduct` put index.js. */
  readonly bundleDir: string
  readonly variables?: Readonly<Record<string, string>>
  /**
   * How much faster the locations' clocks run, and so how much shorter their time limits are. At 10, a
   * machine that is busy makes a 503 now and then; a test that counts on none takes 2.
   */
  readonly speed?: number
  /** Changes the text of the built worker at every location. */
  readonly patch?: (bundle: string) => string
}

export interface Ground {
  readonly upstream: Upstream
  readonly secrets: Secrets
  /** A request to a location; the path is sent verbatim. */
  readonly send: (at: Location, path: string, options?: RequestOptions) => Promise<HttpAnswer>
  readonly command: (command: Command) => Promise<WorldState>
  /** The time at KV, in seconds. */
  readonly clockSeconds: () => number
  readonly setLibsql: (fault: LibsqlFault) => Promise<void>
  readonly runCron: (at: Location) => Promise<void>
  /** libSQL itself, past every fault. */
  readonly db: () => Database
  readonly backUp: () => Promise<void>
  readonly restore: () => Promise<void>
  readonly stop: () => Promise<void>
}

const DEFAULT_SPEED = 10
const SIM_DIR = join(import.meta.dirname, 'sim')

export async function startGround(options: GroundOptions): Promise<Ground> {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-edge-'))
  const data = join(dir, 'libsql')
  const backup = join(dir, 'backup')
  const start = () => startSqld(data, join(dir, 'libsql.log'))
  let [sqld, upstream, secrets] = await Promise.all([start(), startUpstream(), makeSecrets()])
  await migrateDatabase(sqld.url, undefined)
  const gate = await startTcpGate(sqld.url)
  let db = connect(sqld.url, undefined)
  const variables = {
    ...secrets,
    LIBSQL_URL: gate.url,
    UPSTREAM_URL: upstream.url,
    ...options.variables,
  }
  const miniflare = new Miniflare(worldConfig(options, variables))
  await miniflare.ready
  const urls = new Map<string, string>()
  for (const name of ['sim', ...LOCATIONS, NEXT_VERSION]) {
    urls.set(name, (await miniflare.unsafeGetDirectURL(name)).origin)
  }
  let passedSeconds = 0

  /** Stops sqld, does something to its files, and starts it again. */
  async function whileStopped(act: () => void): Promise<void> {
    await sqld.stop()
    act()
    sqld = await start()
    gate.retarget(sqld.url)
    db = connect(sqld.url, undefined)
  }

  const ground: Ground = {
    upstream,
    secrets,
    // A connection for each: workerd closes one that is idle for 15 s, under the request that comes then.
    send: (at, path, request) => send(`${urls.get(at)}${path}`, request),
    async command(command) {
      const body = JSON.stringify(command)
      const headers = { 'Content-Length': String(Buffer.byteLength(body)) }
      passedSeconds += command.passSeconds ?? 0
      const answer = await send(`${urls.get('sim')}/`, { method: 'POST', headers, body })
      return answer.json as unknown as WorldState
    },
    clockSeconds: () => (Date.now() / 1000) * (options.speed ?? DEFAULT_SPEED) + passedSeconds,
    async setLibsql(fault) {
      gate.set('closed') // what hangs in it ends
      gate.set(fault === 'closed' || fault === 'hanging' ? fault : 'open')
      await ground.command({ libsql: fault === 'slow' ? 'slow' : 'none' })
    },
    async runCron(at) {
      const worker = await miniflare.getWorker(at)
      await worker.scheduled({ cron: '* * * * *', scheduledTime: new Date() })
    },
    db: () => db,
    backUp: () => whileStopped(() => cpSync(data, backup, { recursive: true })),
    restore: () =>
      whileStopped(() => {
        rmSync(data, { recursive: true })
        cpSync(backup, data, { recursive: true })
      }),
    async stop() {
      await miniflare.dispose()
      await Promise.all([gate.stop(), upstream.stop()])
      await sqld.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  const names = [...LOCATIONS, NEXT_VERSION]
  await ground.command({ propagationSeconds: Object.fromEntries(names.map((at) => [at, 60])) })
  return ground
}

type Variables = Readonly<Record<string, string>>
type WorldConfig = ConstructorParameters<typeof Miniflare>[0]
type WorkerConfig = Extract<WorldConfig, { workers: unknown }>['workers'][number]

function worldConfig(options: GroundOptions, variables: Variables): WorldConfig {
  const built = readFileSync(join(options.bundleDir, 'index.js'), 'utf8')
  const bundle = options.patch?.(built) ?? built
  const { gateway } = gatewayConfig({ bundleDir: options.bundleDir, variables })
  const { env, compatibilityDate } = gateway.config
  const locations = [...LOCATIONS, NEXT_VERSION].map((location): WorkerConfig => {
    const props = { location }
    const at = (exportName: string) =>
      ({ type: 'worker', worker: 'sim', exportName, props }) as const
    return {
      ...gateway,
      config: {
        ...gateway.config,
        name: location,
        manifest: modules('location', options.speed, {
          'bundle.js': location === NEXT_VERSION ? nextVersionOf(bundle) : bundle,
        }),
        env: {
          ...env,
          KEYS: at('Kv'),
          KEY_AUTHORITY: at('Authority'),
          PASSWORD_HASHER: object('PasswordHasher'),
          ACCOUNT_KEYS: at('Accounts'),
        },
        exports: {},
      },
      dev: { ...gateway.dev, outboundService: at('Network'), unsafeDirectSockets: [{ port: 0 }] },
    }
  })
  const sim: WorkerConfig = {
    config: {
      name: 'sim',
      compatibilityDate,
      manifest: modules('sim-worker', options.speed),
      env: {
        LIBSQL_URL: { type: 'text', value: variables['LIBSQL_URL'] ?? '' },
        AUTHORITY: object('KeyAuthority'),
        ACCOUNTS: object('AccountKeys'),
      },
    },
    dev: { unsafeDirectSockets: [{ port: 0 }] },
  }
  const authorities: WorkerConfig = {
    config: {
      name: 'authorities',
      compatibilityDate,
      manifest: modules('authority-host', options.speed, { 'bundle.js': bundle }),
      exports: {
        KeyAuthority: { type: 'durable-object', storage: 'sqlite' },
        PasswordHasher: { type: 'durable-object', storage: 'sqlite' },
        AccountKeys: { type: 'durable-object', storage: 'sqlite' },
      },
    },
  }
  return {
    host: '127.0.0.1',
    workers: [sim, authorities, ...locations],
    cf: false,
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: () => undefined,
  }
}

/** The objects of all locations. */
function object(exportName: string) {
  return { type: 'durable-object', worker: 'authorities', exportName } as const
}

/** A version that writes its records in a new form, which the one before takes for none. */
function nextVersionOf(bundle: string): string {
  const reading = patchOnce(bundle, /\["format"\] !== FORMAT/, '["format"] > 2')
  return patchOnce(reading, / FORMAT = 1;/, ' FORMAT = 2;')
}

/** A module of the simulation with what it imports, and others that stand beside it as they are. */
function modules(name: string, speed = DEFAULT_SPEED, others: Variables = {}) {
  const { outputFiles } = buildSync({
    entryPoints: [join(SIM_DIR, `${name}.ts`)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external: ['cloudflare:workers', './bundle.js'],
    define: { GROUND_SPEED: String(speed) },
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
