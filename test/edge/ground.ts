// The proving ground: several locations in one Miniflare, each the built worker with its own view of
// KV; one set of key authorities; a real sqld and a real upstream. Whatever lies between them can be
// delayed, broken and watched, and every clock can be wrong.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { type HttpAnswer, type RequestOptions, send } from '../../harness/http.ts'
import { migrateDatabase } from '../../harness/migrate.ts'
import { makeSecrets, type Secrets } from '../../harness/secrets.ts'
import { startSqld } from '../../harness/sqld.ts'
import { connect, type Database } from '../../src/db/client.ts'
import { startTcpGate } from '../support/tcp-gate.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import type { Command, WorldState } from './sim/commands.ts'
import type { LibsqlFault } from './sim/faults.ts'
import { worldConfig } from './world-config.ts'

export const LOCATIONS = ['ams', 'fra', 'sin'] as const
/** Runs the version that is being deployed, while the others still run the one before. */
export const NEXT_VERSION = 'next'
export const ALL_LOCATIONS = [...LOCATIONS, NEXT_VERSION] as const
export type Location = (typeof ALL_LOCATIONS)[number]

export interface GroundOptions {
  /** Where `buildProduct` put index.js. */
  readonly bundleDir: string
  readonly variables?: Readonly<Record<string, string>>
  /**
   * How much faster the time runs, and so how much shorter all time limits are. At 5, a machine that is busy makes
   * a 503 now and then; a test that counts on none takes 2.
   */
  readonly speed?: number
  /** The term of a lease on the real clock: short, because a change waits for it. */
  readonly leaseRealMs?: number
  /** Changes the text of the built worker at every location. */
  readonly patch?: (bundle: string) => string
}

export interface Ground {
  readonly upstream: Upstream
  readonly secrets: Secrets
  /** A request to a location; the path is sent verbatim. */
  readonly send: (at: Location, path: string, options?: RequestOptions) => Promise<HttpAnswer>
  readonly command: (command: Command) => Promise<WorldState>
  /** The time of the simulated world, and of every clock in it that is right, in milliseconds. */
  readonly nowMs: () => number
  readonly speed: number
  readonly leaseRealMs: number
  /** For how long a location may use what an authority has granted it, at most, in milliseconds of the world's time. */
  readonly allowanceMs: number
  readonly setLibsql: (fault: LibsqlFault) => Promise<void>
  readonly runCron: (at: Location) => Promise<void>
  /** libSQL itself, past every fault. */
  readonly db: () => Database
  readonly backUp: () => Promise<void>
  readonly restore: () => Promise<void>
  readonly stop: () => Promise<void>
}

const DEFAULT_SPEED = 5
const DEFAULT_LEASE_REAL_MS = 100
const AUTHORITY_TIMEOUT_MS = 1_000

export async function startGround(options: GroundOptions): Promise<Ground> {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-edge-'))
  const data = join(dir, 'libsql')
  const backup = join(dir, 'backup')
  const start = () => startSqld(data, join(dir, 'libsql.log'))
  let [sqld, upstream, secrets] = await Promise.all([start(), startUpstream(), makeSecrets()])
  await migrateDatabase(sqld.url, undefined)
  const gate = await startTcpGate(sqld.url)
  let db = connect(sqld.url, undefined)
  const { speed = DEFAULT_SPEED, leaseRealMs = DEFAULT_LEASE_REAL_MS } = options
  const time = { speed, epochMs: Date.now(), leaseRealMs }
  const leaseMs = leaseRealMs * speed
  // More than a change waits, so that an answer may come when the change has been answered.
  const authorityTimeoutMs = Math.max(AUTHORITY_TIMEOUT_MS, 2 * leaseMs)
  let passedMs = 0
  const variables = {
    ...secrets,
    LIBSQL_URL: gate.url,
    UPSTREAM_URL: upstream.url,
    LEASE_MS: String(leaseMs),
    AUTHORITY_TIMEOUT_MS: String(authorityTimeoutMs),
    ...options.variables,
  }
  const miniflare = new Miniflare(worldConfig(options, ALL_LOCATIONS, variables, time))
  await miniflare.ready
  const urls = new Map<string, string>()
  for (const name of ['sim', ...ALL_LOCATIONS]) {
    urls.set(name, (await miniflare.unsafeGetDirectURL(name)).origin)
  }

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
      const answer = await send(`${urls.get('sim')}/`, { method: 'POST', headers, body })
      passedMs += (command.passSeconds ?? 0) * 1000
      return answer.json as unknown as WorldState
    },
    speed,
    leaseRealMs,
    allowanceMs: authorityTimeoutMs,
    nowMs: () => time.epochMs + (Date.now() - time.epochMs) * speed + passedMs,
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
  const propagation = ALL_LOCATIONS.map((at) => [at, 60])
  await ground.command({ propagationSeconds: Object.fromEntries(propagation) })
  return ground
}
