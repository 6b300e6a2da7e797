// What a deployer has: environments, secrets, a libSQL server, and the stand-ins for Cloudflare's API and for
// one of its locations.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client/web'
import { execa } from 'execa'
import { stringify } from 'smol-toml'
import { vi } from 'vitest'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { makeSecrets, type Secrets } from '../../harness/secrets.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { deploy, type DeploymentOptions } from '../../scripts/deployment/deployment.ts'
import { readEnvironment } from '../../scripts/deployment/environment.ts'
import { readSecretsFile } from '../../scripts/deployment/secret-values.ts'
import { ACCOUNT_ID, type Cloudflare, startCloudflare } from './cloudflare/cloudflare.ts'
import { type Edge, startEdge } from './cloudflare/edge.ts'

export const WORKER = 'portal-gateway'
export const KV_ID = 'c0ffee'.padEnd(32, '1')
/** For wrangler, on a machine that has other things to do. */
const TIMEOUT_MS = 100_000

export interface Deployer {
  readonly dir: string
  readonly sqld: Sqld
  readonly client: Client
  readonly cloudflare: Cloudflare
  readonly edge: Edge
  readonly secrets: Secrets
  /** Writes an environment, and answers its file. `changes` are to the members of a good one. */
  readonly environment: (changes?: object, title?: string) => string
  readonly secretsFile: (values: object) => string
  /** Deploys within this process, and answers what is said, with the Failure last. */
  readonly deploy: (changes?: Changes) => Promise<string[]>
  /** Runs the script as `npm run deploy` does; the smoke test asks the stand-in. */
  readonly run: (...args: string[]) => Promise<Exited>
  /** The same in a process group of its own, to be sent signals. */
  readonly start: (...args: string[]) => { readonly pid: number; readonly exited: Promise<Exited> }
  readonly tables: () => Promise<string[]>
  readonly stop: () => Promise<void>
}

type Changes = Partial<DeploymentOptions> & { readonly environmentFile?: string }

interface Exited {
  readonly code: number | undefined
  readonly output: string
}

export async function startDeployer(): Promise<Deployer> {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-deploy-'))
  const [sqld, cloudflare, secrets] = await Promise.all([
    startSqld(join(dir, 'libsql'), join(dir, 'libsql.log')),
    startCloudflare(),
    makeSecrets(),
  ])
  cloudflare.account.namespaces.set(KV_ID, WORKER)
  const edge = await startEdge(cloudflare.account, WORKER)
  const client = createClient({ url: sqld.url })
  vi.stubEnv('CLOUDFLARE_API_BASE_URL', cloudflare.url)
  vi.stubEnv('CLOUDFLARE_API_TOKEN', 'token-of-nobody')
  vi.stubEnv('LIBSQL_AUTH_TOKEN', undefined)
  vi.stubEnv('WRANGLER_LOG_PATH', join(dir, 'wrangler-logs'))

  function environment(changes: object = {}, title = 'production'): string {
    const file = join(dir, `${title}.toml`)
    writeFileSync(file, stringify({ ...environmentOf(sqld.url), ...changes }))
    return file
  }

  function start(args: readonly string[], detached = false) {
    const script = [join(PROJECT_DIR, 'scripts/deploy.ts'), '--url', edge.url]
    const options = { all: true, reject: false, detached } as const
    const child = execa(process.execPath, [...script, ...args], options)
    const exited = child.then(({ exitCode, all }) => ({ code: exitCode, output: all }))
    return { pid: child.pid ?? 0, exited }
  }

  return {
    dir,
    sqld,
    client,
    cloudflare,
    edge,
    secrets,
    environment,
    secretsFile(values) {
      const file = join(dir, 'secrets.json')
      writeFileSync(file, JSON.stringify(values))
      return file
    },
    async deploy({ environmentFile = environment(), ...changes } = {}) {
      const { secretsFile } = changes
      const said: string[] = []
      try {
        await deploy({
          environment: readEnvironment(environmentFile),
          secrets: secretsFile === undefined ? {} : readSecretsFile(secretsFile),
          secretsFile: undefined,
          message: undefined,
          percent: undefined,
          replace: false,
          adopt: false,
          url: edge.url,
          timeoutMs: TIMEOUT_MS,
          stdio: 'ignore',
          interruption: new AbortController().signal,
          say: (step, text) => said.push(`${step}: ${text}`),
          ...changes,
        })
      } catch (error) {
        said.push(String(error))
      }
      return said
    },
    run: (...args) => start(args).exited,
    start: (...args) => start(args, true),
    async tables() {
      const { rows } = await client.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
      return rows.map(({ name }) => String(name))
    },
    async stop() {
      vi.unstubAllEnvs()
      client.close()
      await Promise.all([edge.stop(), cloudflare.stop(), sqld.stop()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** An environment that nothing is wrong with. */
export function environmentOf(libsqlUrl: string) {
  return {
    name: WORKER,
    account_id: ACCOUNT_ID,
    routes: [{ pattern: 'gateway.example.com', custom_domain: true }],
    kv_namespaces: [{ binding: 'KEYS', id: KV_ID }],
    vars: { UPSTREAM_URL: 'https://api.commpeak.com', LIBSQL_URL: libsqlUrl },
  }
}
