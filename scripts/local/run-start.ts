// `npm start` as a process of its own, for the scripts that need the whole product.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Failure } from '../../harness/failure.ts'
import { endWithUs, stopChild } from '../../harness/processes.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'

export interface Running {
  readonly url: string
  readonly email: string
  readonly password: string
  readonly process: ChildProcess
  readonly stop: () => Promise<void>
}

/** It stops what it has started itself first, one after another. */
const STOPPED_WITHIN_MS = 20_000

/** Starts it and waits until it is ready. What it says and logs is passed on, or told where it fails. */
export async function runStart(
  variables: Readonly<Record<string, string>>,
  isQuiet = false,
): Promise<Running> {
  const child = spawn(process.execPath, [join(PROJECT_DIR, 'scripts/start.mjs')], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithUs(child)
  let said = ''
  let logged = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (isQuiet) logged += text
    else process.stderr.write(text)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!isQuiet) process.stderr.write(text)
      said += text
      if (/^Ready on /m.test(said)) resolve()
    })
    child.once('close', () => reject(new Failure(`The product did not start. ${logged}`)))
  })
  const [, url = ''] = /^Ready on (\S+)$/m.exec(said) ?? []
  const [, email = '', password = ''] = /^Demo log-in +(\S+) +password (\S+)$/m.exec(said) ?? []
  return {
    url,
    email,
    password,
    process: child,
    stop: () => stopChild(child, STOPPED_WITHIN_MS),
  }
}
