// Workers to be compared, each instance a workerd process of its own in front of one upstream: the product,
// and those of workers/, which do a part of what it does. They share a key and the secrets.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { bundle } from '../harness/workerd/bundle.ts'
import { type BenchKey, makeBenchKey } from '../harness/key.ts'
import { toVariant, type Variant } from './rounds.ts'
import { MAX_REQUESTS, type RateLimit } from '../src/keys/rate-limit.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

export interface Workbench {
  readonly key: BenchKey
  /** Another key, with a rate limit that is never met. */
  readonly limitedKey: BenchKey
  readonly secrets: Awaited<ReturnType<typeof makeSecrets>>
  /** Identical instances of the product. */
  readonly startProduct: (
    variables?: Readonly<Record<string, string>>,
    key?: BenchKey,
  ) => Promise<readonly Workerd[]>
  /** Identical instances of a worker of workers/, by its name. */
  readonly startPart: (
    name: string,
    variables?: Readonly<Record<string, string>>,
  ) => Promise<readonly Workerd[]>
  /** What is sent to workers: the key's request, unless other headers are given. */
  readonly variant: (
    name: string,
    workers: readonly Workerd[],
    headers?: Readonly<Record<string, string>>,
    status?: number,
  ) => Variant
  readonly stop: () => Promise<void>
}

interface WorkbenchOptions {
  /** For the workers and the database. */
  readonly dir: string
  readonly upstreamUrl: string
  /** How many identical ones of each worker. */
  readonly instances: number
}

const LIMIT: RateLimit = { requests: MAX_REQUESTS, perSeconds: 86_400 }
const WORKERS = join(import.meta.dirname, 'workers')

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { dir, upstreamUrl, instances } = options
  const secrets = await makeSecrets()
  const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
  const limitedKey = await makeBenchKey(join(dir, 'limited'), secrets.TOKEN_KEYS, LIMIT)
  const product = join(dir, 'gateway')
  await buildProduct(product)
  const stops: (() => Promise<void>)[] = [key.stop, limitedKey.stop]

  async function start(folder: string, variables: Readonly<Record<string, string>>, of = key) {
    const started: Workerd[] = []
    for (let i = 0; i < instances; i++) {
      const worker = await startWorkerd({
        dir: folder,
        variables: {
          ...secrets,
          UPSTREAM_URL: upstreamUrl,
          LIBSQL_URL: of.libsqlUrl,
          ...variables,
        },
        kvValue: of.kvValue,
      })
      stops.push(worker.stop)
      started.push(worker)
    }
    return started
  }

  return {
    key,
    limitedKey,
    secrets,
    startProduct: (variables = {}, of = key) => start(product, variables, of),
    async startPart(name, variables = {}) {
      const folder = join(dir, `part-${stops.length}`)
      mkdirSync(folder)
      await bundle(join(WORKERS, `${name}.ts`), join(folder, 'index.js'))
      return await start(folder, variables)
    },
    variant(name, workers, headers = headersOf(key.token, key.address), status = 200) {
      const toTarget = ({ url, pid }: Workerd) => {
        return { url: `${url}/customer`, headers, status, pids: [pid] }
      }
      return toVariant(name, workers.map(toTarget))
    },
    async stop() {
      for (const stop of stops.toReversed()) await stop()
    },
  }
}

/** `CF-Blob` becomes the request's `cf`, as Cloudflare sets it. The gateway reads it once in an isolate. */
export function headersOf(token: string, address: string): Record<string, string> {
  return {
    'CF-Blob': '{"colo":"FRA"}',
    Authorization: `Token ${token}`,
    'CF-Connecting-IP': address,
    Accept: 'application/json',
    'User-Agent': 'bench',
  }
}
