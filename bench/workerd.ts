// A worker in workerd itself, without the local stand-in for Cloudflare's edge, which costs several
// times what a worker does. KV is a worker that answers every read with one value.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface Workerd {
  readonly url: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

export interface WorkerdOptions {
  /** A folder with index.js; the configuration is written beside it. */
  readonly dir: string
  readonly variables: Readonly<Record<string, string>>
  /** What every KV read answers. */
  readonly kvValue: string
}

export async function startWorkerd({ dir, variables, kvValue }: WorkerdOptions): Promise<Workerd> {
  writeFileSync(join(dir, 'kv.js'), kvScript(kvValue))
  writeFileSync(join(dir, 'config.capnp'), config(variables))
  const child = spawn(binary(), ['serve', '--control-fd=3', join(dir, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const port = await listeningPort(child)
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
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

function kvScript(value: string): string {
  return `const value = ${JSON.stringify(value)}
export default { fetch() { return new Response(value) } }
`
}

function config(variables: Readonly<Record<string, string>>): string {
  const text = Object.entries(variables).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  )
  const bindings = [...text, '(name = "KEYS", kvNamespace = "kv")'].join(',\n      ')
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", worker = .kv),
    (name = "internet", network = (allow = ["public", "private", "local", "network"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
      ${bindings}
  ],
);

const kv :Workerd.Worker = (
  modules = [(name = "kv.js", esModule = embed "kv.js")],
  compatibilityDate = "2026-11-01",
);
`
}
