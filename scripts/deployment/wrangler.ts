import { spawnSync } from 'node:child_process'
import { WRANGLER } from '../../harness/build.ts'
import { Failure } from '../../harness/failure.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'

/** Runs wrangler on the terminal; its exit code. */
export function runWrangler(args: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [WRANGLER, ...args], {
    cwd: PROJECT_DIR,
    stdio: 'inherit',
  })
  return status ?? 1
}

/** The names of the secrets that the deployed worker has; none where it was never deployed. */
export function deployedSecrets(configFile: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [WRANGLER, 'secret', 'list', '--format', 'json', '--config', configFile],
    { cwd: PROJECT_DIR, encoding: 'utf8' },
  )
  if (status === 0) return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)
  if (/Worker ".*" not found/.test(stdout + stderr)) return []
  throw new Failure(
    `Cloudflare does not tell which secrets are set: log in with "wrangler login", or give all with --secrets-file\n${stderr.trim()}`,
  )
}
