// `npm run deploy`: checks bindings, variables and secrets, migrates the database, deploys worker and page.
// `-- --secrets-file <file>` gives the values of secrets: they are checked as the worker would, and set with
// the deployment. `-- --adopt` takes over a database that belonged to another deployment. `-- --dry-run` checks
// what is at hand and builds; it touches nothing and needs no account.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { disownDatabase } from './deployment/adoption.ts'
import { readConfiguration } from './deployment/configuration.ts'
import { PAGE_DIR } from './deployment/exposure.ts'
import { type Fault, missing } from './deployment/fault.ts'
import { ringFaults } from './deployment/ring-keys.ts'
import {
  readSecretsFile,
  REQUIRED,
  type SecretValues,
  valueFaults,
} from './deployment/secret-values.ts'
import { deployedSecrets, runWrangler } from './deployment/wrangler.ts'
import { Failure } from '../harness/failure.ts'
import { migrateDatabase } from '../harness/migrate.ts'
import { buildPage } from '../harness/page.ts'
import { PROJECT_DIR } from '../harness/project-dir.ts'

async function deploy(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      adopt: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      'secrets-file': { type: 'string' },
      config: { type: 'string', default: `${PROJECT_DIR}/wrangler.toml` },
    },
  })
  const configuration = readConfiguration(options.config)
  const { file, variables } = configuration
  const secretsFile = options['secrets-file'] && resolve(options['secrets-file'])
  const secrets = secretsFile === undefined ? {} : readSecretsFile(secretsFile)
  const faults = [...configuration.faults, ...(await valueFaults(variables, secrets))]

  if (options['dry-run']) {
    refuse(faults.filter(({ kind }) => kind === 'wrong'))
    const todo = [...faults, ...unchecked(secrets)]
    for (const { detail } of todo) console.log(`Before a deployment: ${detail}`)
    await buildPage(PAGE_DIR)
    return runWrangler(['deploy', '--dry-run', '--outdir', 'dist', '--config', file])
  }
  refuse(faults)
  refuse(unsetSecrets(secrets, file))
  const url = String(variables['LIBSQL_URL'])
  refuse(await ringFaults(url, secrets))
  await buildPage(PAGE_DIR)
  const authToken = secrets['LIBSQL_AUTH_TOKEN'] ?? process.env['LIBSQL_AUTH_TOKEN']
  await migrateDatabase(url, authToken)
  if (options.adopt) await disownDatabase(url, authToken)
  for (const { detail } of faults) console.log(`Note: ${detail}`) // nothing worse is left of them
  const given = secretsFile === undefined ? [] : ['--secrets-file', secretsFile]
  return runWrangler(['deploy', '--config', file, ...given])
}

/** Secrets that only Cloudflare, which a dry run does not ask, knows to be there. */
function unchecked(secrets: SecretValues): Fault[] {
  return REQUIRED.filter((name) => secrets[name] === undefined).map((name) =>
    missing(`${name} is not given with --secrets-file, so it must be set already`),
  )
}

/** Secrets that are neither given nor set at Cloudflare, which is asked only where some are not given. */
function unsetSecrets(secrets: SecretValues, configFile: string): Fault[] {
  // A token that only the deployer has would leave the worker without one.
  const needsToken = process.env['LIBSQL_AUTH_TOKEN'] !== undefined
  const needed = needsToken ? ([...REQUIRED, 'LIBSQL_AUTH_TOKEN'] as const) : REQUIRED
  const left = needed.filter((name) => secrets[name] === undefined)
  const deployed = left.length === 0 ? [] : deployedSecrets(configFile)
  return left
    .filter((name) => !deployed.includes(name))
    .map((name) =>
      missing(`${name} is not set: give it with --secrets-file, see "npm run secrets"`),
    )
}

function refuse(all: readonly Fault[]): void {
  const faults = all.filter(({ kind }) => kind !== 'note')
  if (faults.length > 0) throw new Failure(faults.map(({ detail }) => detail).join('\n'))
}

try {
  process.exitCode = await deploy()
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
}
