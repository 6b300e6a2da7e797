// DATA_DIR: everything that outlives a run.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { Failure } from '../../harness/failure.ts'
import { takeLock } from './lock.ts'
import { endLeftBehind } from '../../harness/processes.ts'
import { makeSecrets, type Secrets } from '../../harness/secrets.ts'
import { importSecrets } from '../../src/configuration/secrets.ts'

export interface DataDir {
  readonly libsql: string
  readonly libsqlLog: string
  readonly workerState: string
  readonly bundle: string
  readonly secrets: Secrets & { readonly DEMO_PASSWORD: string }
  readonly release: () => void
}

/** Makes the folder where it is missing, takes its lock, and ends what a killed run left in it. */
export async function openDataDir(path: string): Promise<DataDir> {
  const dir = resolve(path)
  const libsql = join(dir, 'libsql')
  const workerState = join(dir, 'worker-state')
  let release: (() => void) | undefined
  try {
    makeFolder(dir)
    release = takeLock(join(dir, 'lock'))
    await endLeftBehind(`${workerState}.pid`)
    await endLeftBehind(`${libsql}.pid`)
    const secrets = await readSecrets(join(dir, 'secrets.json'))
    const [libsqlLog, bundle] = [join(dir, 'libsql.log'), join(dir, 'worker')]
    return { libsql, libsqlLog, workerState, bundle, secrets, release }
  } catch (error) {
    release?.()
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new Failure(
      `DATA_DIR ${path} cannot be made or written (${code}): choose a folder that can be`,
    )
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
  const kept = existsSync(file) ? parseSecrets(readFileSync(file, 'utf8'), file) : {}
  const DEMO_PASSWORD = randomBytes(9).toString('base64url')
  const secrets: DataDir['secrets'] = { ...(await makeSecrets()), DEMO_PASSWORD, ...kept }
  const imported = await importSecrets(secrets)
  if (!imported.ok) throw unreadable(file, imported.error.join('; '))
  if (Object.keys(secrets).length > Object.keys(kept).length) {
    // Whole or not at all: without it every token would be lost.
    writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return secrets
}

const secretsSchema = z.record(z.string(), z.string())

function parseSecrets(text: string, file: string): z.infer<typeof secretsSchema> {
  try {
    return secretsSchema.parse(JSON.parse(text))
  } catch {
    throw unreadable(file, 'it is no JSON object of texts')
  }
}

function unreadable(file: string, why: string): Failure {
  return new Failure(
    `DATA_DIR holds secrets that cannot be used (${why}): mend ${file}. Without it each key of this ` +
      'DATA_DIR is lost, so delete the whole folder if you cannot',
  )
}
