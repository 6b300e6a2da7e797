// What `npm run bench` compares: the gateway in both modes and when it refuses, and workers that do a
// part of what it does. Each is a workerd process of its own.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildProduct } from '../scripts/local/build.ts'
import { makeSecrets } from '../scripts/local/secrets.ts'
import { bundle } from './bundle.ts'
import { type BenchKey, makeBenchKey } from './key.ts'
import type { Sample, Target } from './load.ts'
import { forged } from './peers/peer.ts'
import { startWorkerd } from './workerd.ts'

export interface Variant {
  readonly name: string
  readonly target: Target
  readonly samples: Sample[]
}

const WORKERS = join(import.meta.dirname, 'workers')
/** Not on the key's IP ACL. */
const DENIED_ADDRESS = '198.51.100.1'

export interface Variants {
  readonly floor: Variant
  readonly bare: Variant
  readonly forwarding: Variant
  readonly bounded: Variant
  readonly strict: Variant
  readonly usual: Variant
  readonly forged: Variant
  readonly missing: Variant
  readonly denied: Variant
}

export interface Started {
  readonly variants: Variants
  readonly key: BenchKey
  readonly secrets: Awaited<ReturnType<typeof makeSecrets>>
  readonly stop: () => Promise<void>
}

/** `dir` is for the workers and the database. */
export async function startVariants(dir: string, upstreamUrl: string): Promise<Started> {
  const secrets = await makeSecrets()
  const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
  const stops: (() => Promise<void>)[] = []
  const variables = { ...secrets, UPSTREAM_URL: upstreamUrl, LIBSQL_URL: key.libsqlUrl }

  async function start(folder: string, consistency: string) {
    const worker = await startWorkerd({
      dir: folder,
      variables: { ...variables, CONSISTENCY: consistency },
      kvValue: key.kvValue,
    })
    stops.push(worker.stop)
    return worker
  }
  async function startCompared(name: string) {
    const folder = join(dir, name)
    mkdirSync(folder)
    await bundle(join(WORKERS, `${name}.ts`), join(folder, 'index.js'))
    return await start(folder, 'bounded')
  }

  const product = join(dir, 'gateway')
  await buildProduct(product)
  const headers = headersOf(key.token, key.address)
  const { Authorization: _, ...anonymous } = headers
  const refusing = await start(product, 'bounded')
  const variants: Variants = {
    floor: variant('answer at once', await startCompared('floor'), headers),
    bare: variant('bare pass-through', await startCompared('pass-through'), headers),
    forwarding: variant('forwarding alone', await startCompared('forward-only'), headers),
    bounded: variant('gateway, bounded', await start(product, 'bounded'), headers),
    strict: variant('gateway, strict', await start(product, 'strict'), headers),
    usual: variant('the usual pattern', await startCompared('usual'), headers),
    forged: variant('refusal: forged', refusing, headersOf(forged(key.token), key.address), 401),
    missing: variant('refusal: missing', refusing, anonymous, 401),
    denied: variant('refusal: denied', refusing, headersOf(key.token, DENIED_ADDRESS), 403),
  }
  return {
    variants,
    key,
    secrets,
    async stop() {
      for (const stop of stops) await stop()
      await key.stop()
    },
  }
}

function headersOf(token: string, address: string) {
  return {
    Authorization: `Token ${token}`,
    'CF-Connecting-IP': address,
    Accept: 'application/json',
    'User-Agent': 'bench',
  }
}

function variant(
  name: string,
  worker: { readonly url: string; readonly pid: number },
  headers: Readonly<Record<string, string>>,
  status = 200,
): Variant {
  return {
    name,
    target: { url: `${worker.url}/customer`, headers, status, pids: [worker.pid] },
    samples: [],
  }
}
