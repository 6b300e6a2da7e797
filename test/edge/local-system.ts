// The whole product as `npm start` runs it, to be killed and started again on the same data.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PROJECT_DIR } from '../../harness/project-dir.ts'

export const OPERATOR_TOKEN = 'operator-of-the-killed'

export interface LocalSystem {
  readonly url: string
  readonly demo: { readonly email: string; readonly password: string }
  /** Ends every process of it at once, as a power cut does. */
  readonly kill: () => Promise<void>
  /** Ends it as Ctrl-C does. */
  readonly stop: () => Promise<void>
}

export async function startLocalSystem(dataDir: string): Promise<LocalSystem> {
  const child = spawn(process.execPath, [join(PROJECT_DIR, 'scripts/start.mjs')], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, OPERATOR_TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error('npm start cannot be started')
  const terminate = () => child.kill('SIGTERM')
  process.once('exit', terminate)
  child.once('exit', () => process.off('exit', terminate))
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: string) => {
      output += text
      const ready = /^Ready on (\S+)$/m.exec(output)?.[1]
      if (ready !== undefined) resolve(ready)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('exit', () => reject(new Error(`npm start ended by itself: ${output}`)))
  })
  const [, email = '', password = ''] = /^Demo log-in +(\S+) +password (\S+)$/m.exec(output) ?? []

  async function end(act: () => void): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    act()
    await ended
  }

  return {
    url,
    demo: { email, password },
    async kill() {
      const libsql = Number.parseInt(readFileSync(join(dataDir, 'libsql.pid'), 'utf8'))
      await end(() => {
        process.kill(libsql, 'SIGKILL') // not in the group of the others
        process.kill(-pid, 'SIGKILL')
      })
      while (isAlive(libsql) || isAlive(-pid)) await sleep(5)
    },
    stop: () => end(() => child.kill('SIGTERM')),
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
