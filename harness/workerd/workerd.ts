// A worker in workerd itself, without the local stand-in for Cloudflare's edge, which costs several
// times what a worker does. KV is a worker that answers every read with one value, unless it is a server
// of its own; the Durable Objects are the gateway's own.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { freePort } from '../free-port.ts'
import { endWithUs, stopChild } from '../processes.ts'
import { bundle } from './bundle.ts'
import { type Bindings, CLASSES, toConfiguration } from './configuration.ts'

export interface Workerd {
  readonly url: string
  readonly pid: number
  /** Where its inspector answers, null where it has none. */
  readonly inspector: string | null
  readonly stop: () => Promise<void>
}

interface WorkerdOptions extends Bindings {
  /** A folder with index.js; the configuration is written beside it. */
  readonly dir: string
  /** What every KV read answers, where KV is no server of its own. */
  readonly kvValue?: string
  /** The limit of each isolate's heap; none when left out. */
  readonly heapMegabytes?: number
  readonly hasInspector?: boolean
}

export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { dir, kvValue = '', hasInspector = false, ...configured } = options
  writeFileSync(join(dir, 'kv.js'), kvScript(kvValue))
  const script = readFileSync(join(dir, 'index.js'), 'utf8')
  const classes = CLASSES.filter((name) => script.includes(name))
  if (classes.length > 0) {
    await bundle(join(import.meta.dirname, 'bindings.ts'), join(dir, 'bindings.js'))
  }
  const disk = mkdtempSync(join(dir, 'objects-'))
  const file = `${disk}.capnp`
  writeFileSync(file, toConfiguration({ ...configured, classes, disk }))
  return await runWorkerd(file, hasInspector)
}

/** Runs what a configuration says, with one socket. */
export async function runWorkerd(file: string, hasInspector = false): Promise<Workerd> {
  const inspectorAddress = hasInspector ? `127.0.0.1:${await freePort()}` : null
  const inspect = inspectorAddress === null ? [] : [`--inspector-addr=${inspectorAddress}`]
  const child = spawn(binary(), ['serve', '--control-fd=3', ...inspect, file], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'], // the gateway writes a line for each request
  })
  endWithUs(child)
  const port = await listeningPort(child)
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    inspector: inspectorAddress === null ? null : `http://${inspectorAddress}`,
    stop: () => stopChild(child),
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
  for await (const line of createInterface(control)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number }
    if (event === 'listen') return port
  }
  throw new Error('workerd did not start')
}

function kvScript(value: string): string {
  return `const value = ${JSON.stringify(value)}
export default { fetch() { return new Response(value) } }
`
}
