// DATA_DIR: everything that outlives a run.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from './failure.ts'
import { takeLock } from './lock.ts'
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
  let release: () => void
  try {
    makeFolder(dir)
    release = takeLock(join(dir, 'lock'))
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
    release,
  }
}

/** One level at a time: mkdir's own `recursive` never ends where a parent takes no folders (/proc). */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return
  makeFolder(dirname(dir))
  mkdirSync(dir, { mode: 0o700 })
}

/** The secrets of earlier runs; what is missing is made. */
async function readSecrets(file: string): Promise<DataDir['secrets']> {
  let kept: Partial<DataDir['secrets']> = {}
  try {
    kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<DataDir['secrets']>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Failure(`DATA_DIR holds secrets that cannot be read: mend or delete ${file}`)
    }
  }
  const DEMO_PASSWORD = randomBytes(9).toString('base64url')
  const secrets = { ...(await makeSecrets()), DEMO_PASSWORD, ...kept }
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  return secrets
}
