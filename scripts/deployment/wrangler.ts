// Wrangler as a process of its own, with a time limit: it has none for a call that is never answered.

import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { BY_US, WRANGLER } from '../../harness/build.ts'
import { Failure } from '../../harness/failure.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'

export interface Ran {
  readonly exitCode: number
  /** The version that was made, where it came that far. */
  readonly versionId: string | undefined
  readonly timedOut: boolean
  readonly interrupted: boolean
}

interface RunOptions {
  /** Takes what wrangler says for programs. */
  readonly outDir: string
  readonly timeoutMs: number
  readonly stdio: 'inherit' | 'ignore'
  /** Ends it. */
  readonly interruption?: AbortSignal
}

/** Runs wrangler, and ends it where it takes too long. */
export async function runWrangler(
  args: readonly string[],
  { outDir, timeoutMs, stdio, interruption }: RunOptions,
): Promise<Ran> {
  const output = join(outDir, `${randomUUID()}.ndjson`)
  const { exitCode = 1, timedOut } = await execa(process.execPath, [WRANGLER, ...args], {
    cwd: PROJECT_DIR,
    env: { ...BY_US, WRANGLER_OUTPUT_FILE_PATH: output },
    stdio,
    timeout: timeoutMs,
    ...(interruption !== undefined && { cancelSignal: interruption }),
    reject: false,
  })
  const versionId = versionIn(output)
  rmSync(output, { force: true })
  // A terminal interrupts wrangler too, which may be gone before it is ended here.
  return { exitCode, versionId, timedOut, interrupted: interruption?.aborted === true }
}

/** The headers that authenticate a call of Cloudflare's API, as wrangler makes it. */
export async function credentials(
  configFile: string,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const token = process.env['CLOUDFLARE_API_TOKEN']
  if (token) return { Authorization: `Bearer ${token}` }
  const args = ['auth', 'token', '--json', '--config', configFile]
  const { stdout, exitCode } = await execa(process.execPath, [WRANGLER, ...args], {
    cwd: PROJECT_DIR,
    timeout: timeoutMs,
    reject: false,
  })
  const said = (exitCode === 0 ? JSON.parse(stdout) : {}) as Record<string, string | undefined>
  if (said['token'] !== undefined) return { Authorization: `Bearer ${said['token']}` }
  if (said['key'] !== undefined && said['email'] !== undefined) {
    return { 'X-Auth-Key': said['key'], 'X-Auth-Email': said['email'] }
  }
  throw new Failure('You are not logged in: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN')
}

/** Wrangler writes a line of JSON for each thing that it did. */
function versionIn(file: string): string | undefined {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    const done = lines.map((line) => JSON.parse(line) as { type: string; version_id?: string })
    return done.find(({ type }) => type === 'deploy' || type === 'version-upload')?.version_id
  } catch {
    return undefined // it ended before it did anything
  }
}
