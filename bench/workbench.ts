// Workers to be compared, each instance a workerd process of its own in front of one upstream: the product,
// and those of workers/, which do a part of what it does. They share a key and the secrets.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { bundle } from '../harness/workerd/bundle.ts'
import { type BenchKey, type BenchLimits, makeBenchKey } from '../harness/key.ts'
import { toVariant, type Variant } from './rounds.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

export interface Workbench {
  readonly key: BenchKey
  /** Another key, in a database of its own. */
  readonly makeKey: (limits: BenchLimits) => Promise<BenchKey>
  readonly secrets: Awaited<ReturnType<typeof makeSecrets>>
  /** Identical instances of the product. */
  readonly startProduct: (
    variables?: Readonly<Record<string, string>>,
    key?: BenchKey,
  ) => Promise<readonly Workerd[]>
  /** Identical instances of the product, with another script made from its own. */
  readonly startPatched: (patch: (script: string) => string) => Promise<readonly Workerd[]>
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

const WORKERS = join(import.meta.dirname, 'workers')

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { dir, upstreamUrl, instances } = options
  const secrets = await makeSecrets()
  const stops: (() => Promise<void>)[] = []
  const key = await makeKey({})
  const product = join(dir, 'gateway')
  await buildProduct(product)

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

  async function makeKey(limits: BenchLimits): Promise<BenchKey> {
    const made = await makeBenchKey(join(dir, `key-${stops.length}`), secrets.TOKEN_KEYS, limits)
    stops.push(made.stop)
    return made
  }

  function newFolder(): string {
    const folder = join(dir, `worker-${stops.length}`)
    mkdirSync(folder)
    return folder
  }

  return {
    key,
    makeKey,
    secrets,
    startProduct: (variables = {}, of = key) => start(product, variables, of),
    async startPatched(patch) {
      const folder = newFolder()
      cpSync(product, folder, { recursive: true })
      const file = join(folder, 'index.js')
      writeFileSync(file, patch(readFileSync(file, 'utf8')))
      return await start(folder, {})
    },
    async startPart(name, variables = {}) {
      const folder = newFolder()
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
