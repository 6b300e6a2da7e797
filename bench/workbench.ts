// Workers to be compared, each a workerd process of its own in front of one upstream: the product, and
// those of workers/, which do a part of what it does. They share a key and the secrets.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { bundle } from '../harness/workerd/bundle.ts'
import { type BenchKey, makeBenchKey } from '../harness/key.ts'
import type { Sample, Target } from './load.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

export interface Variant {
  readonly name: string
  readonly target: Target
  readonly samples: Sample[]
}

export interface Workbench {
  readonly key: BenchKey
  readonly secrets: Awaited<ReturnType<typeof makeSecrets>>
  readonly startProduct: (consistency: 'strict' | 'bounded') => Promise<Workerd>
  /** A worker of workers/, by its name. */
  readonly startPart: (
    name: string,
    variables?: Readonly<Record<string, string>>,
  ) => Promise<Workerd>
  /** What is sent to a worker: the key's request, unless other headers are given. */
  readonly variant: (
    name: string,
    worker: Workerd,
    headers?: Readonly<Record<string, string>>,
    status?: number,
  ) => Variant
  readonly stop: () => Promise<void>
}

const WORKERS = join(import.meta.dirname, 'workers')

/** `dir` is for the workers and the database. */
export async function openWorkbench(dir: string, upstreamUrl: string): Promise<Workbench> {
  const secrets = await makeSecrets()
  const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
  const product = join(dir, 'gateway')
  await buildProduct(product)
  const stops: (() => Promise<void>)[] = [key.stop]

  async function start(folder: string, variables: Readonly<Record<string, string>>) {
    const worker = await startWorkerd({
      dir: folder,
      variables: {
        ...secrets,
        UPSTREAM_URL: upstreamUrl,
        LIBSQL_URL: key.libsqlUrl,
        ...variables,
      },
      kvValue: key.kvValue,
    })
    stops.push(worker.stop)
    return worker
  }

  return {
    key,
    secrets,
    startProduct: (consistency) => start(product, { CONSISTENCY: consistency }),
    async startPart(name, variables = {}) {
      const folder = join(dir, `part-${stops.length}`)
      mkdirSync(folder)
      await bundle(join(WORKERS, `${name}.ts`), join(folder, 'index.js'))
      return await start(folder, variables)
    },
    variant: (name, { url, pid }, headers = headersOf(key.token, key.address), status = 200) => ({
      name,
      target: { url: `${url}/customer`, headers, status, pids: [pid] },
      samples: [],
    }),
    async stop() {
      for (const stop of stops.toReversed()) await stop()
    },
  }
}

export function headersOf(token: string, address: string): Record<string, string> {
  return {
    Authorization: `Token ${token}`,
    'CF-Connecting-IP': address,
    Accept: 'application/json',
    'User-Agent': 'bench',
  }
}
