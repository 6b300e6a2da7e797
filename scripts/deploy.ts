// `npm run deploy`: migrates the database, then deploys the worker and the page. With `-- --dry-run` they
// are built and nothing is touched; no account is needed for that.

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { Failure } from './local/failure.ts'
import { WRANGLER } from './local/build.ts'
import { migrateDatabase } from './local/migrate.ts'
import { buildPage } from './local/page.ts'
import { PROJECT_DIR } from './local/project-dir.ts'

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })

try {
  await buildPage(`${PROJECT_DIR}/dist/page`)
  if (!values['dry-run']) await migrate()
  const args = values['dry-run'] ? ['deploy', '--dry-run', '--outdir', 'dist'] : ['deploy']
  const { status } = spawnSync(process.execPath, [WRANGLER, ...args], {
    cwd: PROJECT_DIR,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
}

/** The address is the worker's own, from wrangler.toml; its secret token comes from the environment. */
async function migrate(): Promise<void> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(`${PROJECT_DIR}/wrangler.toml`)
  const url = (workerOptions['bindings'] as Record<string, unknown> | undefined)?.['LIBSQL_URL']
  if (typeof url !== 'string' || url === '') {
    throw new Failure(
      'LIBSQL_URL is not set: give the address of the libSQL primary in wrangler.toml',
    )
  }
  await migrateDatabase(url, process.env['LIBSQL_AUTH_TOKEN'])
}
