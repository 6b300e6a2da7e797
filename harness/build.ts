import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildPage } from './page.ts'
import { PROJECT_DIR } from './project-dir.ts'

/** Not `bin/wrangler.js`, which starts this one as a process of its own, and cannot end it when it is killed. */
export const WRANGLER = join(PROJECT_DIR, 'node_modules/wrangler/wrangler-dist/cli.js')

/** For wrangler: nothing is reported, and scripts/deployment/guard.mjs lets it build. */
export const BY_US = { WRANGLER_SEND_METRICS: 'false', PORTAL_GATEWAY_BUILD: 'by a script' }

/** The folder of static files in a built product. */
export function pageDirOf(outDir: string): string {
  return join(outDir, 'page')
}

/** Builds what is deployed: the worker to `outDir`/index.js, the page beside it. Nothing is uploaded. */
export async function buildProduct(outDir: string): Promise<void> {
  mkdirSync(pageDirOf(outDir), { recursive: true }) // wrangler looks whether it is there
  await Promise.all([buildWorker(outDir), buildPage(pageDirOf(outDir))])
}

async function buildWorker(outDir: string): Promise<void> {
  const args = ['deploy', '--dry-run', '--outdir', outDir, '--assets', pageDirOf(outDir)]
  const building = promisify(execFile)(process.execPath, [WRANGLER, ...args], {
    cwd: PROJECT_DIR,
    env: { ...process.env, ...BY_US },
  })
  const kill = () => building.child.kill('SIGKILL')
  process.once('exit', kill)
  await building.finally(() => process.off('exit', kill))
}
