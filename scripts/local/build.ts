import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const PROJECT_DIR = join(import.meta.dirname, '../..')

export const WRANGLER = join(PROJECT_DIR, 'node_modules/wrangler/bin/wrangler.js')

/** Builds the worker with wrangler, as it is deployed, to `outDir`/index.js. Nothing is uploaded. */
export async function buildWorker(outDir: string): Promise<void> {
  const building = promisify(execFile)(
    process.execPath,
    [WRANGLER, 'deploy', '--dry-run', '--outdir', outDir],
    { cwd: PROJECT_DIR, env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  )
  const kill = () => building.child.kill('SIGKILL')
  process.once('exit', kill)
  await building.finally(() => process.off('exit', kill))
}
