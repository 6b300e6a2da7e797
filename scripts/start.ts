// Runs the whole product on this machine: libSQL server, worker, demo upstream, demo account. Prints
// `Ready on` last. SIGINT, SIGTERM and SIGHUP end all of it.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildProduct } from '../harness/build.ts'
import { type DataDir, openDataDir } from './local/data-dir.ts'
import {
  type Call,
  ensureDemoAccount,
  ensureDemoProviderAccount,
  ensureDemoToken,
} from './local/demo-account.ts'
import { startDemoUpstream } from './local/demo-upstream.ts'
import type { DemoProvider } from '../harness/demo-provider.ts'
import { Failure } from '../harness/failure.ts'
import { migrateDatabase } from '../harness/migrate.ts'
import { killChildren } from '../harness/processes.ts'
import { readStartSettings } from './local/settings.ts'
import { startSqld } from '../harness/sqld.ts'
import { startLocalWorker } from '../harness/worker.ts'
import { parseOperatorTokens } from '../src/configuration/operator-tokens.ts'

const CRON_MS = 60_000
/** How long a part may take to stop. What still runs after the last one is killed. */
const STOP_WITHIN_MS = 8_000

/** What was started, to be stopped in the opposite order. */
const stops: (() => Promise<void> | void)[] = []
let ending = false
let isReady = false

async function start(): Promise<void> {
  const settings = readStartSettings(process.env)
  const { PORT, LISTEN_ADDRESS, DATA_DIR, UPSTREAM_URL } = settings
  const { LIBSQL_URL, LIBSQL_AUTH_TOKEN, ADMIN_HOST } = settings
  const data = await openDataDir(DATA_DIR) // first: what a killed run left in it may have the port
  stops.push(data.release)
  await requireFreePort(PORT, LISTEN_ADDRESS)
  const { DEMO_PASSWORD, ...secrets } = data.secrets
  const operatorToken = settings.OPERATOR_TOKEN ?? secrets.OPERATOR_TOKEN

  const [libsqlUrl, upstreamUrl, demoProvider] = await allOrFirstFailure([
    LIBSQL_URL ?? startOwnLibsql(data),
    UPSTREAM_URL ?? startOwnUpstream(),
    settings.IDENTITY === 'demo-oidc' ? startOwnProvider(PORT) : null,
    buildProduct(data.bundle),
  ])
  await migrateDatabase(libsqlUrl, LIBSQL_AUTH_TOKEN)
  const starting = startLocalWorker({
    bundleDir: data.bundle,
    stateDir: data.workerState,
    host: LISTEN_ADDRESS,
    port: PORT,
    variables: {
      ...settings.passedOn,
      ...demoProvider?.variables,
      ...secrets,
      OPERATOR_TOKEN: operatorToken,
      UPSTREAM_URL: upstreamUrl,
      LIBSQL_URL: libsqlUrl,
      ...(LIBSQL_AUTH_TOKEN !== undefined && { LIBSQL_AUTH_TOKEN }),
    },
    onLog(line) {
      // Not the calls that make the demo account, unless something is wrong.
      if (isReady || line.includes('"level":"error"')) console.error(line)
    },
    onRestart: () => console.error('The Workers runtime ended by itself, and was started anew'),
  })
  takeSignals() // once more: Miniflare's own listeners would end the process before us
  const worker = await starting.catch((error: NodeJS.ErrnoException) => {
    throw toFailure(error, PORT)
  })
  stops.push(worker.stop)
  const cron = setInterval(() => void worker.runCron().catch(reportCron), CRON_MS)
  stops.push(() => clearInterval(cron))

  const adminUrl = new URL('/admin/', worker.url)
  if (ADMIN_HOST !== undefined) adminUrl.hostname = ADMIN_HOST
  const call = (path: string, init: object) =>
    worker.miniflare.dispatchFetch(new URL(path, adminUrl).href, init)
  const [operator] = parseOperatorTokens(operatorToken) ?? []
  const lines =
    settings.IDENTITY === 'local'
      ? await localDemo(call, operator?.token ?? '', DEMO_PASSWORD)
      : await providerDemo(call, operator?.token ?? '')
  console.log(`
API Keys page   ${adminUrl.href}
${lines}

${settings.ENFORCEMENT === 'shadow' ? `Nothing is enforced, since ENFORCEMENT is shadow\n\n` : ''}Ready on ${worker.url}`)
  isReady = true

  async function localDemo(make: Call, token: string, password: string): Promise<string> {
    const demo = await ensureDemoAccount(make, token, password)
    const demoToken = await ensureDemoToken(make, demo, settings.TOKEN_PREFIX)
    return `Demo log-in     ${demo.email}   password ${demo.password}
Try it          curl -H 'Authorization: Token ${demoToken}' ${worker.url}/customer`
  }

  /** People come from the provider, so there is no demo key until somebody logs in. */
  async function providerDemo(make: Call, token: string): Promise<string> {
    const next = `There is no API key yet. Open the API Keys page, log in, and create one.
                Then: curl -H 'Authorization: Token <the access token>' ${worker.url}/customer`
    if (demoProvider === null) {
      return `Log-in          at ${settings.OIDC_ISSUER ?? ''}, which must allow ${new URL('log-in/callback', adminUrl).href}
Accounts        POST ${new URL('api/v1/operator/accounts', adminUrl).href} with "external_id" (see docs/operate/identity.md)
Next            Make the account of the person first. ${next}`
    }
    await ensureDemoProviderAccount(make, token, demoProvider.externalId)
    demoProvider.connect(adminUrl.href)
    return `Demo log-in     at ${demoProvider.issuer}, as an owner, a manager or a viewer, without a password
Next            ${next}`
  }
}

async function startOwnLibsql(data: DataDir): Promise<string> {
  const sqld = await startSqld(data.libsql, data.libsqlLog)
  stops.push(sqld.stop)
  sqld.process.once('exit', (code) => {
    if (ending) return
    console.error(`The libSQL server ended by itself (exit code ${code}): see ${data.libsqlLog}`)
    void end(1)
  })
  return sqld.url
}

async function startOwnUpstream(): Promise<string> {
  const upstream = await startDemoUpstream()
  stops.push(upstream.stop)
  return upstream.url
}

/** Beside the gateway's own port, so that the same people come back after a restart. */
async function startOwnProvider(gatewayPort: number): Promise<DemoProvider> {
  const port = gatewayPort === 0 ? 0 : gatewayPort + 1
  // Loaded here, since it is a package that most starts do without.
  const { startDemoProvider } = await import('../harness/demo-provider.ts')
  const provider = await startDemoProvider(port).catch((error: NodeJS.ErrnoException) => {
    throw error.code === undefined ? error : portFailure(port, error.code)
  })
  stops.push(provider.stop)
  return provider
}

async function requireFreePort(port: number, address: string): Promise<void> {
  const server = createServer()
  try {
    await once(server.listen(port, address), 'listening')
  } catch (error) {
    throw portFailure(port, (error as NodeJS.ErrnoException).code)
  } finally {
    server.close()
  }
}

/** The next one repeats what this one could not do. */
function reportCron(error: unknown): void {
  if (!ending) console.error(`The cron failed: ${String(error)}`)
}

function toFailure(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'ERR_ADDRESS_IN_USE') return portFailure(port, 'EADDRINUSE')
  if (error.code !== 'ERR_FUTURE_COMPATIBILITY_DATE') return error
  const date = new Date().toISOString().slice(0, 10)
  return new Failure(`The clock says ${date}, which is before the worker was made: set the clock`)
}

function portFailure(port: number, code: string | undefined): Failure {
  const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`
  return new Failure(`PORT ${port} ${why}: choose another, as in "PORT=8788 npm start"`)
}

/** Like Promise.all, but waits for every one, so that nothing is started after the end. */
async function allOrFirstFailure<T extends readonly unknown[]>(
  promises: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises)
  return await Promise.all(promises)
}

async function end(exitCode: number): Promise<void> {
  if (ending) return
  ending = true
  for (const stop of stops.toReversed()) {
    try {
      await Promise.race([stop(), sleep(STOP_WITHIN_MS)])
    } catch (error) {
      console.error(`While ending: ${String(error)}`)
    }
  }
  killChildren()
  process.exit(exitCode)
}

function takeSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal)
    process.on(signal, () => void end(0))
  }
}

try {
  takeSignals()
  await start()
} catch (error) {
  // A failure is one line that says what to do; anything else is a bug and keeps its stack.
  if (!ending) console.error(error instanceof Failure ? error.message : error)
  await end(1)
}
