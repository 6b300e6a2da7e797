// better-auth's verifyApiKey with libSQL, in workerd, against the same worker without it. Its packages
// are in better-auth/, with a lock of their own, and are installed when they are first needed.

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Failure } from '../../harness/failure.ts'
import { startSqld } from '../../harness/sqld.ts'
import { bundle } from '../../harness/workerd/bundle.ts'
import type { Target } from '../load.ts'
import { startWorkerd } from '../../harness/workerd/workerd.ts'
import { forged, mustRefuse, type Peer } from './peer.ts'

export interface BetterAuthPeer extends Peer {
  /** `target` with the libSQL server's work beside the worker's. */
  readonly withDatabase: Target
}

export interface BetterAuthOptions {
  /** For the database and the workers. */
  readonly dir: string
  readonly upstreamUrl: string
}

const PACKAGE = join(import.meta.dirname, 'better-auth')
const DOES_LESS =
  'no IP ACL, no account status; no header stripped but what the runtime drops, none added, no assertion, no line in a log; ' +
  'it reads the key from libSQL for each request, and writes the time of use to it twice (in this storage mode ' +
  'deferUpdates defers neither); its rate limit is off. Faster, and without libSQL: storage "secondary-storage"'
/**
 * SQLite has one writer, and each request writes. Where 16 at once contend for that, sqld 0.24 answers
 * SQLITE_BUSY to one in a hundred, of which verifyApiKey makes "invalid", and was seen to hang.
 */
const ONE_AT_A_TIME = ['--max-concurrent-connections', '1']
const FORWARD = 'return await fetch(env.UPSTREAM_URL + new URL(request.url).pathname, request)'
const BARE = `export default { async fetch(request, env) { ${FORWARD} } }\n`

export async function startBetterAuth({
  dir,
  upstreamUrl,
}: BetterAuthOptions): Promise<BetterAuthPeer> {
  await installPackages()
  const folders = { bare: join(dir, 'bare'), checked: join(dir, 'checked') }
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  writeFileSync(join(folders.bare, 'index.js'), BARE)
  await bundle(join(PACKAGE, 'worker.mjs'), join(folders.checked, 'index.js'))

  const sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'), ONE_AT_A_TIME)
  const key = await createKey(sqld.url)
  const variables = { UPSTREAM_URL: upstreamUrl, LIBSQL_URL: sqld.url }
  const bare = await startWorkerd({ dir: folders.bare, variables })
  const checked = await startWorkerd({ dir: folders.checked, variables })

  const request = { headers: { 'X-API-Key': key }, status: 200 }
  const target: Target = { ...request, url: `${checked.url}/customer`, pids: [checked.pid] }
  await mustRefuse(target, { 'X-API-Key': forged(key) }, 401)
  return {
    name: 'better-auth',
    doesLess: DOES_LESS,
    target,
    bare: { ...request, url: `${bare.url}/customer`, pids: [bare.pid] },
    withDatabase: { ...target, pids: [checked.pid, sqld.process.pid ?? 0] },
    async stop() {
      await sqld.stop() // first: a worker ends when it waits for nothing more
      await Promise.all([checked.stop(), bare.stop()])
    },
  }
}

async function installPackages(): Promise<void> {
  const installed = join(PACKAGE, 'node_modules/.package-lock.json')
  const lock = join(PACKAGE, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.error('Installing better-auth, which the benchmark compares the gateway with …')
  try {
    await promisify(execFile)('npm', ['ci'], { cwd: PACKAGE })
  } catch (error) {
    throw new Failure(
      `better-auth could not be installed: "npm ci" in ${PACKAGE} says ${String(error)}`,
    )
  }
}

/** Through a name that is not known beforehand: its packages may not be installed. */
async function createKey(libsqlUrl: string): Promise<string> {
  const setup = (await import(join(PACKAGE, 'setup.mjs'))) as {
    createKey: (libsqlUrl: string) => Promise<string>
  }
  return await setup.createKey(libsqlUrl)
}
