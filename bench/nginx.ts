// nginx from Debian: with a configuration of its own in a folder of its own, on a free loopback port,
// by any user. One worker process, as there is one thread in workerd that runs JavaScript.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../harness/failure.ts'
import { freePort } from '../harness/free-port.ts'
import { childrenOf, endWithUs, isRunning, stopChild } from '../harness/processes.ts'

export interface Nginx {
  readonly url: string
  /** The master and its worker. */
  readonly pids: readonly number[]
  readonly stop: () => Promise<void>
}

export interface NginxOptions {
  /** For the configuration, the temporary files and the error log; made where it is missing. */
  readonly dir: string
  /** What stands in the `server` block. */
  readonly server: string
  /** What else stands in the `http` block. */
  readonly http?: string
  /** Whether the configuration has Lua in it. */
  readonly lua?: boolean
}

const MODULES = '/usr/lib/nginx/modules'
/** In this order: the second needs the first. */
const LUA_MODULES = ['ndk_http_module.so', 'ngx_http_lua_module.so'].map((name) =>
  join(MODULES, name),
)
const READY_WITHIN_MS = 10_000
const POLL_MS = 20
/** The port is chosen before nginx takes it, so another process may be faster. */
const TRIES = 3

export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const { dir, lua = false } = options
  if (lua && !LUA_MODULES.every((file) => existsSync(file))) {
    throw new Failure('nginx has no Lua module: apt-get install libnginx-mod-http-lua')
  }
  mkdirSync(dir, { recursive: true })
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    writeFileSync(join(dir, 'nginx.conf'), configuration(options, port))
    const child = await spawnNginx(dir)
    const pids = await processes(child)
    if (pids.length > 1) {
      return { url: `http://127.0.0.1:${port}`, pids, stop: () => stopChild(child) }
    }
    await stopChild(child)
    if (tries === TRIES) throw new Failure(`nginx did not start:\n${errorsIn(dir)}`)
  }
}

/** An upstream that answers at once, with a small JSON document. */
export async function startNginxUpstream(dir: string): Promise<Nginx> {
  const body = JSON.stringify({ customer: 'x'.repeat(200) })
  const server = `location / { default_type application/json; return 200 '${body}'; }`
  return await startNginx({ dir, server })
}

function configuration({ dir, server, http = '', lua = false }: NginxOptions, port: number) {
  const modules = lua ? LUA_MODULES.map((file) => `load_module ${file};`) : []
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const temporary = folders.map((name) => `${name}_temp_path ${join(dir, name)};`)
  return `${modules.join('\n')}
${process.getuid?.() === 0 ? 'user root root; # else nobody, who cannot read this folder' : ''}
daemon off;
worker_processes 1;
pid ${join(dir, 'nginx.pid')};
error_log ${join(dir, 'error.log')} warn;
events { worker_connections 1024; }
http {
${temporary.join('\n')}
access_log off;
keepalive_requests 1000000000;
keepalive_timeout 1h;
${http}
server {
listen 127.0.0.1:${port};
${server}
}
}
`
}

async function spawnNginx(dir: string): Promise<ChildProcess> {
  // Debian keeps it where only root's PATH leads.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` }
  const args = ['-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')]
  const child = spawn('nginx', args, { env, stdio: 'ignore' })
  try {
    await once(child, 'spawn')
  } catch {
    throw new Failure('There is no nginx: apt-get install nginx')
  }
  endWithUs(child)
  return child
}

/** The master and, once it listens, its worker. */
async function processes(child: ChildProcess): Promise<number[]> {
  const master = child.pid ?? 0
  const deadline = Date.now() + READY_WITHIN_MS
  while (isRunning(child) && Date.now() < deadline) {
    const children = childrenOf(master)
    if (children.length > 0) return [master, ...children]
    await sleep(POLL_MS)
  }
  return [master]
}

function errorsIn(dir: string): string {
  const file = join(dir, 'error.log')
  return existsSync(file) ? readFileSync(file, 'utf8') : 'it wrote nothing'
}
