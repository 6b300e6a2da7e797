// `npm run deploy`: checks an environment and its secrets, migrates the database, deploys worker and page,
// and tries what is live. `-- --help` shows the options. `-- --dry-run` checks what is at hand and builds; it
// touches nothing and needs no account.

import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { deploy, prepare } from './deployment/deployment.ts'
import { type Environment, EXAMPLE, fileOf, readEnvironment } from './deployment/environment.ts'
import { refuse } from './deployment/fault.ts'
import { watchInterruption } from './deployment/interruption.ts'
import { sayLine } from './deployment/say.ts'
import { readSecretsFile, type SecretValues, unknownSecrets } from './deployment/secret-values.ts'
import { runWrangler } from './deployment/wrangler.ts'
import { Failure } from '../harness/failure.ts'
import { readOptions, toWhole } from '../harness/options.ts'
import { buildPage } from '../harness/page.ts'
import { PROJECT_DIR } from '../harness/project-dir.ts'

const DEFAULT = 'production'

async function main(): Promise<void> {
  const options = readOptions('npm run deploy --', {
    env: {
      type: 'string',
      value: 'name',
      default: DEFAULT,
      help: 'environments/<name>.toml, or a file',
    },
    'secrets-file': { type: 'string', value: 'file', help: 'secrets to set, as JSON' },
    message: { type: 'string', value: 'text', help: "shown in Cloudflare's list of deployments" },
    gradual: {
      type: 'string',
      value: 'percent',
      help: 'the share of requests for the new version',
    },
    url: { type: 'string', value: 'url', help: 'where the gateway answers, for the smoke test' },
    replace: { type: 'boolean', help: 'take the place of another environment' },
    adopt: { type: 'boolean', help: 'take the database over from another deployment' },
    timeout: { type: 'string', value: 'seconds', default: '300', help: 'for each step' },
    'dry-run': { type: 'boolean', help: 'check what is at hand, and build' },
  })
  if (process.env['CLOUDFLARE_ENV'] !== undefined) {
    throw new Failure('CLOUDFLARE_ENV is set: unset it, and name the environment with --env')
  }
  const given = options['secrets-file']
  const secretsFile = given === undefined ? undefined : resolve(given)
  const secrets = secretsFile === undefined ? {} : readSecretsFile(secretsFile)
  const timeoutMs = toWhole('timeout', options.timeout, 1) * 1_000
  if (options['dry-run']) return await build(options.env, secrets, timeoutMs)
  const { message, url, replace, adopt, gradual } = options
  await deploy({
    environment: readEnvironment(options.env),
    secrets,
    secretsFile,
    message,
    percent: gradual === undefined ? undefined : toWhole('gradual', gradual, 0, 100),
    replace,
    adopt,
    url,
    timeoutMs,
    stdio: 'inherit',
    interruption: watchInterruption(),
    say: sayLine,
  })
}

/** Builds what would be deployed, and says what is missing for it. */
async function build(title: string, secrets: SecretValues, timeoutMs: number): Promise<void> {
  const environment = readOrExample(title)
  const { outDir, pageDir, configFile, faults } = await prepare(environment, secrets)
  try {
    refuse(faults.filter(({ kind }) => kind === 'wrong'))
    for (const { detail } of [...faults, ...unknownSecrets(secrets)]) {
      console.log(`Before a deployment: ${detail}`)
    }
    await buildPage(pageDir)
    const outArgs = ['--outdir', join(PROJECT_DIR, 'dist'), '--config', configFile]
    const args = ['deploy', '--dry-run', ...outArgs]
    const { exitCode } = await runWrangler(args, { outDir, timeoutMs, stdio: 'inherit' })
    process.exitCode = exitCode
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

/** A fresh checkout has the example alone, and is built all the same. */
function readOrExample(title: string): Environment {
  if (title !== DEFAULT || existsSync(fileOf(title))) return readEnvironment(title)
  console.log(
    `Before a deployment: copy environments/${EXAMPLE}.toml to environments/${title}.toml`,
  )
  return readEnvironment(EXAMPLE)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
}
