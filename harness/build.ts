import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { Failure } from './failure.ts'
import { buildPage } from './page.ts'
import { PROJECT_DIR } from './project-dir.ts'
import { readToml, writeConfiguration, WRANGLER_TOML } from './wrangler-toml.ts'

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

/** Writes nothing beside `outDir`, since the checkout and the home of its user may be read-only. */
async function buildWorker(outDir: string): Promise<void> {
  const config = writeConfiguration(outDir, readToml(WRANGLER_TOML))
  const args = ['deploy', '--dry-run', '--outdir', outDir, '--assets', pageDirOf(outDir)]
  const { failed, stderr } = await execa(
    process.execPath,
    [WRANGLER, ...args, '--config', config],
    {
      cwd: PROJECT_DIR,
      env: {
        ...BY_US,
        WRANGLER_LOG_PATH: join(outDir, 'wrangler.log'),
        XDG_CONFIG_HOME: join(outDir, 'config'),
      },
      killSignal: 'SIGKILL',
      reject: false,
    },
  )
  if (failed) throw new Failure(`The worker cannot be built:\n${stderr.trim()}`)
}
