// A worker in workerd itself, without the local stand-in for Cloudflare's edge, which costs several
// times what a worker does. KV is a worker that answers every read with one value, or keeps what is put
// into it; the authorities are the gateway's own Durable Objects, as far away as the benchmark wants them.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { freePort } from '../scripts/local/free-port.ts'

/** What a call takes here: it is part of the round trip, not on top of it. */
const LOCAL_MS = 1

export interface Workerd {
  readonly url: string
  readonly pid: number
  /** Where its inspector answers, null where it has none. */
  readonly inspector: string | null
  readonly stop: () => Promise<void>
}

export interface WorkerdOptions {
  /** A folder with index.js; the configuration is written beside it. */
  readonly dir: string
  readonly variables: Readonly<Record<string, string>>
  /** What every KV read answers. Null: a KV that keeps what is put into it. */
  readonly kvValue: string | null
  /** A round trip to an authority, in milliseconds; 0 for the real one, which takes about one. */
  readonly authorityMs?: number
  /** A server that answers in place of the KV worker, as `host:port`. */
  readonly kvAddress?: string
  /** The limit of each isolate's heap; none when left out. */
  readonly heapMegabytes?: number
  readonly hasInspector?: boolean
}

export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { dir, variables, kvValue, authorityMs = 0, hasInspector = false } = options
  writeFileSync(join(dir, 'kv.js'), kvScript(kvValue))
  writeFileSync(join(dir, 'far.js'), farScript(authorityMs))
  const hasAuthorities = readFileSync(join(dir, 'index.js'), 'utf8').includes('KeyAuthority')
  const file = join(dir, `config-${authorityMs}-${variables['CONSISTENCY'] ?? ''}.capnp`)
  const disk = mkdtempSync(join(dir, 'objects-'))
  writeFileSync(file, config(disk, options, hasAuthorities))
  const inspectorAddress = hasInspector ? `127.0.0.1:${await freePort()}` : null
  const inspect = inspectorAddress === null ? [] : [`--inspector-addr=${inspectorAddress}`]
  const child = spawn(binary(), ['serve', '--control-fd=3', ...inspect, file], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'], // the gateway writes a line for each request
  })
  const port = await listeningPort(child)
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    inspector: inspectorAddress === null ? null : `http://${inspectorAddress}`,
    async stop() {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}

/** The real binary: `node_modules/.bin/workerd` is a wrapper that outlives its child's CPU time. */
function binary(): string {
  const { platform, arch } = process
  const name = `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}/bin/workerd`
  return createRequire(createRequire(import.meta.url).resolve('workerd')).resolve(name)
}

async function listeningPort(child: ChildProcess): Promise<number> {
  const control = child.stdio[3] as Readable
  for await (const line of control.setEncoding('utf8')) {
    const { event, port } = JSON.parse(String(line)) as { event: string; port: number }
    if (event === 'listen') return port
  }
  throw new Error('workerd did not start')
}

function kvScript(value: string | null): string {
  if (value === null) return KEEPING_KV
  return `const value = ${JSON.stringify(value)}
export default { fetch() { return new Response(value) } }
`
}

/** By the requests that the runtime makes of a KV binding's calls. */
const KEEPING_KV = `const values = new Map()
export default {
  async fetch(request) {
    const name = new URL(request.url).pathname
    if (request.method === 'PUT') values.set(name, await request.text())
    const value = values.get(name)
    return value === undefined ? new Response(null, { status: 404 }) : new Response(value)
  },
}
`

/** Stands between the gateway and its objects. */
function farScript(authorityMs: number): string {
  return `import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers'

class Stub extends RpcTarget {
  #stub
  constructor(stub) { super(); this.#stub = stub }
  async fetch(url) { await away(); return await this.#stub.fetch(url) }
  async seed(...args) { await away(); return await this.#stub.seed(...args) }
}
export class Far extends WorkerEntrypoint {
  getByName(name) { return new Stub(this.env.KEY_AUTHORITY.getByName(name)) }
}
/** The brake on refusals, which brakes nothing here. */
export class Brake extends WorkerEntrypoint {
  limit() { return { success: true } }
}
export default {}

function away() { return new Promise((resolve) => setTimeout(resolve, ${authorityMs - LOCAL_MS})) }
`
}

function config(
  disk: string,
  { variables, authorityMs = 0, kvAddress, heapMegabytes }: WorkerdOptions,
  hasAuthorities: boolean,
): string {
  const text = Object.entries(variables).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  )
  const near = '(name = "KEY_AUTHORITY", durableObjectNamespace = "KeyAuthority")'
  const far = '(name = "KEY_AUTHORITY", service = (name = "far", entrypoint = "Far"))'
  const brake = '(name = "REFUSAL_BRAKE", service = (name = "far", entrypoint = "Brake"))'
  const own = hasAuthorities ? [authorityMs > 0 ? far : near, brake] : []
  const bindings = [...text, '(name = "KEYS", kvNamespace = "kv")', ...own].join(',\n      ')
  const kv =
    kvAddress === undefined ? 'worker = .kv' : `external = (address = "${kvAddress}", http = ())`
  const v8Flags = heapMegabytes === undefined ? [] : [`--max-heap-size=${heapMegabytes}`]
  const objects = `
  durableObjectNamespaces = [
    (className = "KeyAuthority", uniqueKey = "authorities", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "disk"),`
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", ${kv}),${hasAuthorities ? '\n    (name = "far", worker = .far),\n    (name = "disk", disk = .disk),' : ''}
    (name = "internet", network = (allow = ["public", "private", "local", "network"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  v8Flags = ${JSON.stringify(v8Flags)},
);

const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
      ${bindings}
  ],${hasAuthorities ? objects : ''}
);

const disk :Workerd.DiskDirectory = (path = ${JSON.stringify(disk)}, writable = true);

const kv :Workerd.Worker = (
  modules = [(name = "kv.js", esModule = embed "kv.js")],
  compatibilityDate = "2026-11-01",
);

const far :Workerd.Worker = (
  modules = [(name = "far.js", esModule = embed "far.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (
      name = "KEY_AUTHORITY",
      durableObjectNamespace = (className = "KeyAuthority", serviceName = "main"),
    ),
  ],
);
`
}
