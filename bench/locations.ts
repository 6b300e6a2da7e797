// Gateways at a distance from the authorities. KV and the authorities are a process of their own, the same
// one for all gateways, as on Cloudflare they are in no gateway's isolate.

import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildProduct } from '../harness/build.ts'
import { migrateDatabase } from '../harness/migrate.ts'
import { makeSecrets, type Secrets } from '../harness/secrets.ts'
import { type Sqld, startSqld } from '../harness/sqld.ts'
import { bundle } from '../harness/workerd/bundle.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'
import { startElsewhere } from './elsewhere.ts'

export interface Gateway {
  /** A round trip to an authority, in milliseconds. When left out, what it takes here: about one. */
  readonly authorityMs?: number
  /** A folder with a built worker; this project's when left out. */
  readonly build?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly hasInspector?: boolean
}

export interface Locations {
  readonly secrets: Secrets
  readonly sqld: Sqld
  readonly elsewhere: Workerd
  readonly start: (gateway?: Gateway) => Promise<Workerd>
  /** A worker of workers/, by its name, in front of the same upstream. */
  readonly startPart: (name: string) => Promise<Workerd>
  /** Calls of authorities by all gateways since the start. */
  readonly authorityCalls: () => Promise<number>
  readonly stop: () => Promise<void>
}

/** As Cloudflare limits an isolate. Without a limit, V8 puts off what it need not do yet. */
const HEAP_MB = 128
/** KV and the authorities are many isolates in production, and one here. */
const ELSEWHERE_HEAP_MB = 512

/** `dir` is for the workers and the database. */
export async function openLocations(dir: string, upstreamUrl: string): Promise<Locations> {
  const secrets = await makeSecrets()
  const product = join(dir, 'product')
  await buildProduct(product)
  const stops: (() => Promise<void>)[] = []
  const sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  stops.push(sqld.stop)
  await migrateDatabase(sqld.url, undefined)
  const elsewhere = await startElsewhere(join(dir, 'elsewhere'), ELSEWHERE_HEAP_MB)
  stops.push(elsewhere.stop)
  const { host } = new URL(elsewhere.url)
  const variables = {
    ...secrets,
    UPSTREAM_URL: upstreamUrl,
    LIBSQL_URL: sqld.url,
    AUTHORITY_TIMEOUT_MS: '10000', // a busy machine must not make a 503 of a slow answer
  }

  return {
    secrets,
    sqld,
    elsewhere,
    async startPart(name) {
      const folder = join(dir, `part-${stops.length}`)
      mkdirSync(folder)
      await bundle(join(import.meta.dirname, 'workers', `${name}.ts`), join(folder, 'index.js'))
      const worker = await startWorkerd({ dir: folder, variables })
      stops.push(worker.stop)
      return worker
    },
    async start({ build = product, variables: more = {}, ...others } = {}) {
      const folder = join(dir, `gateway-${stops.length}`)
      cpSync(build, folder, { recursive: true })
      const worker = await startWorkerd({
        dir: folder,
        variables: { ...variables, ...more },
        kvAddress: host,
        authorityAddress: host,
        ...others,
        heapMegabytes: HEAP_MB,
      })
      stops.push(worker.stop)
      return worker
    },
    async authorityCalls() {
      return await (await fetch(`${elsewhere.url}/calls`)).json<number>()
    },
    async stop() {
      for (const stop of stops.toReversed()) await stop()
    },
  }
}
