// How a version gets its requests: all of them at once, or a share that grows with each
// `npm run deploy -- --gradual <percent>`. Routes and the cron are set with the whole.

import { Failure } from '../../harness/failure.ts'
import type { LiveVersion } from './cloudflare.ts'
import { type Ran, runWrangler } from './wrangler.ts'

export interface Rollout {
  readonly configFile: string
  readonly outDir: string
  readonly timeoutMs: number
  /** Where wrangler's output goes. */
  readonly stdio: 'inherit' | 'ignore'
  readonly secretsFile: string | undefined
  readonly message: string | undefined
  readonly interruption: AbortSignal
}

/** Uploads a version and lets all requests reach it. */
export async function deployWhole(rollout: Rollout): Promise<Ran> {
  return await wrangler(rollout, ['deploy', ...uploadArgs(rollout)])
}

/** Uploads a version and gives it a share of the requests; the rest stays where most of them are. */
export async function startGradual(
  rollout: Rollout,
  percent: number,
  live: readonly LiveVersion[],
): Promise<Ran> {
  const [most] = live.toSorted((a, b) => b.percentage - a.percentage)
  if (most === undefined) {
    throw new Failure('--gradual needs a version that is live: deploy the first one without it')
  }
  const uploaded = await wrangler(rollout, ['versions', 'upload', ...uploadArgs(rollout)])
  const { exitCode, versionId } = uploaded
  if (exitCode !== 0 || versionId === undefined) return uploaded
  return { ...(await share(rollout, versionId, percent, most.id)), versionId }
}

/** Gives the newer one of two live versions another share: 100 ends the rollout, 0 takes it back. */
export async function continueGradual(
  rollout: Rollout,
  percent: number,
  [newer, older]: readonly LiveVersion[],
): Promise<Ran> {
  if (newer === undefined || older === undefined) throw new Failure('No rollout is under way')
  const versionId = percent === 0 ? older.id : newer.id
  const shared = await share(rollout, newer.id, percent, older.id)
  if (shared.exitCode !== 0 || percent < 100) return { ...shared, versionId }
  return { ...(await wrangler(rollout, ['triggers', 'deploy'])), versionId }
}

function uploadArgs({ secretsFile, message }: Rollout): string[] {
  return [
    ...(secretsFile === undefined ? [] : ['--secrets-file', secretsFile]),
    ...(message === undefined ? [] : ['--message', message]),
  ]
}

async function share(rollout: Rollout, id: string, percent: number, rest: string): Promise<Ran> {
  const shares = [`${id}@${percent}`, `${rest}@${100 - percent}`]
  const kept = shares.filter((one) => !one.endsWith('@0'))
  const told = rollout.message === undefined ? [] : ['--message', rollout.message]
  return await wrangler(rollout, ['versions', 'deploy', ...kept, '--yes', ...told])
}

async function wrangler(rollout: Rollout, args: readonly string[]): Promise<Ran> {
  const { configFile, ...options } = rollout
  return await runWrangler([...args, '--config', configFile], options)
}
