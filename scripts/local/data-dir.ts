// DATA_DIR: everything that outlives a run, and a lock, since two servers on one database file would
// destroy it.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from './failure.ts'
import { makeSecrets, type Secrets } from './secrets.ts'

export interface DataDir {
  readonly libsql: string
  readonly libsqlLog: string
  readonly workerState: string
  readonly bundle: string
  readonly secrets: Secrets & { readonly DEMO_PASSWORD: string }
  readonly release: () => void
}

/** Makes the folder where it is missing and takes its lock. */
export async function openDataDir(path: string): Promise<DataDir> {
  const dir = resolve(path)
  const lock = join(dir, 'lock')
  try {
    makeFolder(dir)
    takeLock(lock)
  } catch (error) {
    if (error instanceof Failure) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new Failure(`DATA_DIR ${path} cannot be written (${code}): choose a folder that can be`)
  }
  return {
    libsql: join(dir, 'libsql'),
    libsqlLog: join(dir, 'libsql.log'),
    workerState: join(dir, 'worker-state'),
    bundle: join(dir, 'worker'),
    secrets: await readSecrets(join(dir, 'secrets.json')),
    release: () => rmSync(lock, { force: true }),
  }
}

/** One level at a time: mkdir's own `recursive` never ends where a parent takes no folders (/proc). */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return
  makeFolder(dirname(dir))
  mkdirSync(dir, { mode: 0o700 })
}

function takeLock(lock: string): void {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const owner = Number(readFileSync(lock, 'utf8'))
    if (isAlive(owner)) {
      throw new Failure(
        `DATA_DIR is in use by process ${owner}: end it, choose another folder, or delete ${lock}`,
      )
    }
    writeFileSync(lock, String(process.pid)) // left behind by a process that was killed
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function readSecrets(file: string): Promise<DataDir['secrets']> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DataDir['secrets']
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Failure(`DATA_DIR holds secrets that cannot be read: mend or delete ${file}`)
    }
  }
  const secrets = { ...(await makeSecrets()), DEMO_PASSWORD: randomBytes(9).toString('base64url') }
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  return secrets
}
