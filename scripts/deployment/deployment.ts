// A deployment, step by step. Nothing is touched before every check is made, and the database is migrated
// before the code that needs it is live.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../harness/failure.ts'
import { migrateDatabase } from '../../harness/migrate.ts'
import { pageDirOf } from '../../harness/build.ts'
import { buildPage } from '../../harness/page.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { writeConfiguration } from '../../harness/wrangler-toml.ts'
import { type Cloudflare, connectCloudflare, type LiveVersion } from './cloudflare.ts'
import { configurationFaults } from './configuration.ts'
import { ownDatabase, ownerFaults } from './database-owner.ts'
import { type Environment, toConfiguration } from './environment.ts'
import { apiTokenNotes, workerNotes } from './expiry-notes.ts'
import { type Fault, refuse } from './fault.ts'
import { refuseInterrupted } from './interruption.ts'
import { confirmLive, describeLive } from './live-state.ts'
import { classFaults } from './object-classes.ts'
import { hasDatabase, replacementFaults } from './replacement.ts'
import { ringFaults } from './ring-keys.ts'
import { continueGradual, deployWhole, startGradual } from './rollout.ts'
import type { Say } from './say.ts'
import { siblingFaults } from './siblings.ts'
import { ownToken, type SecretValues, unsetSecrets, valueFaults } from './secret-values.ts'

export interface DeploymentOptions {
  readonly environment: Environment
  readonly secrets: SecretValues
  readonly secretsFile: string | undefined
  readonly message: string | undefined
  /** The share of the requests for the new version; all of them when left out. */
  readonly percent: number | undefined
  /** Whether it may take the place of another environment. */
  readonly replace: boolean
  /** Whether it takes the database over from another deployment. */
  readonly adopt: boolean
  /** Where the gateway answers; from the routes when left out. */
  readonly url: string | undefined
  /** For each call of Cloudflare, each run of wrangler, and the smoke test. */
  readonly timeoutMs: number
  /** Where wrangler's output goes. */
  readonly stdio: 'inherit' | 'ignore'
  /** Ends it at the next step. */
  readonly interruption: AbortSignal
  readonly say: Say
}

/**
 * Writes the configuration of an environment to a folder of its own, where the page is built too: another
 * deployment may run at the same time. `faults` is what is wrong with it and with the secrets. Whoever calls
 * this removes the folder, `outDir`.
 */
export async function prepare(environment: Environment, secrets: SecretValues) {
  const deployments = join(PROJECT_DIR, 'dist/deployments')
  mkdirSync(deployments, { recursive: true })
  const outDir = mkdtempSync(join(deployments, `${environment.title}-`))
  const pageDir = pageDirOf(outDir)
  mkdirSync(pageDir) // wrangler looks whether it is there
  const configuration = toConfiguration(environment)
  const assets = { ...configuration.assets, directory: pageDir }
  const configFile = writeConfiguration(outDir, { ...configuration, assets })
  const wrongValues = await valueFaults(environment.vars, secrets)
  const faults = [
    ...configurationFaults(configuration),
    ...wrongValues,
    ...siblingFaults(environment),
  ]
  return { outDir, pageDir, configFile, configuration, faults }
}

type Prepared = Awaited<ReturnType<typeof prepare>>

const SHADOW =
  'NOTHING IS ENFORCED. ENFORCEMENT is shadow: every request goes on to the upstream, with its key. See docs/operate/switching-over.md'

/** Deploys an environment; a Failure where it is not live afterwards, or not well. */
export async function deploy(options: DeploymentOptions): Promise<void> {
  const prepared = await prepare(options.environment, options.secrets)
  try {
    await deployPrepared(options, prepared)
  } finally {
    rmSync(prepared.outDir, { recursive: true, force: true })
  }
}

async function deployPrepared(options: DeploymentOptions, prepared: Prepared): Promise<void> {
  const { environment, secretsFile, percent, message, timeoutMs, stdio, interruption, say } =
    options
  const { name, account_id: account, vars, title } = environment
  const { outDir, configFile, faults } = prepared
  refuse(faults)
  say('Environment', `${title}: the worker ${name}, the database ${vars['LIBSQL_URL']}`)
  // Before the first call that needs it: one that has expired is why that fails.
  for (const text of await apiTokenNotes(account, timeoutMs)) say('Note', text)
  const cloudflare = connectCloudflare(account, name, configFile, timeoutMs)
  const live = await cloudflare.liveVersions()
  refuse(await replacements(options, cloudflare, live))

  const rollout = { configFile, outDir, timeoutMs, stdio, secretsFile, message, interruption }
  const isUnderWay = percent !== undefined && live.length === 2
  if (percent === 0 && !isUnderWay) {
    throw new Failure('--gradual 0 takes a rollout back, and none is under way')
  }
  if (isUnderWay && secretsFile !== undefined) {
    throw new Failure(
      'A rollout is under way, which takes no secrets: end it with --gradual 100 or 0',
    )
  }
  if (isUnderWay) say('Rollout', `${live[0]?.id} is under way, so nothing is uploaded`)
  else await prepareStores(options, cloudflare, live, prepared)
  const ran = isUnderWay
    ? await continueGradual(rollout, percent, live)
    : percent === undefined || percent === 100
      ? await deployWhole(rollout)
      : await startGradual(rollout, percent, live)
  if (ran.exitCode !== 0) {
    const why = ran.interrupted
      ? 'was interrupted'
      : ran.timedOut
        ? `took longer than ${timeoutMs / 1_000} s and was ended`
        : 'failed'
    const migrated = isUnderWay ? '' : ' The database is migrated, which the version before takes.'
    throw new Failure(`Wrangler ${why}.${migrated} ${await describeLive(cloudflare, live)}`)
  }
  await confirmLive(options, cloudflare, ran.versionId)
  // Last, so that nobody overlooks it.
  if (vars['ENFORCEMENT'] === 'shadow') say('Note', SHADOW)
}

/** Checks what only the stores know, builds the page and migrates the database. */
async function prepareStores(
  { environment, secrets, percent = 100, adopt, interruption, say }: DeploymentOptions,
  cloudflare: Cloudflare,
  live: readonly LiveVersion[],
  { pageDir, configuration, faults }: Prepared,
): Promise<void> {
  const { name, account_id: account, vars } = environment
  const url = String(vars['LIBSQL_URL'])
  const authToken = secrets['LIBSQL_AUTH_TOKEN'] ?? ownToken()
  const deployment = `the worker ${name} in the account ${account}`
  const classes = classFaults(configuration, live, percent < 100)
  refuse(classes)
  const notes = [...faults, ...classes].map(({ detail }) => detail)
  for (const text of [...notes, ...workerNotes(vars, authToken)]) say('Note', text)
  refuse(await unsetSecrets(environment.vars, secrets, cloudflare.secretNames))
  refuse([
    ...(adopt ? [] : await ownerFaults(url, authToken, deployment, hasDatabase(live, url))),
    ...(await ringFaults(url, authToken, secrets)),
  ])
  say('Checks', 'passed')
  await buildPage(pageDir)
  refuseInterrupted(interruption, 'Nothing was touched')
  const migrations = await migrateDatabase(url, authToken)
  say('Database', migrations === 0 ? 'up to date' : `${migrations} migrations applied`)
  await ownDatabase(url, authToken, deployment, adopt)
}

async function replacements(
  { environment, replace }: DeploymentOptions,
  cloudflare: Cloudflare,
  live: readonly LiveVersion[],
): Promise<Fault[]> {
  return replace ? [] : replacementFaults(environment, live, await cloudflare.domains())
}
