// Composes the two planes from a parsed environment. The planes do not know each other, and only this file
// knows both.

import { createAdmin, createMisconfiguredAdmin } from './admin/admin.ts'
import { doChores } from './admin/chores.ts'
import { createDatabaseOwner } from './admin/database-owner.ts'
import { type ConnectIdentity, controlPlaneDeps } from './composition/control-plane.ts'
import { composeDataPlane } from './composition/data-plane.ts'
import type { Parts } from './composition/parts.ts'
import { createRuntime, type Runtime } from './composition/runtime.ts'
import { createTelemetry } from './composition/telemetry.ts'
import type { ConfigurationFault } from './configuration/configuration-fault.ts'
import { type Env, parseSettings, type Settings } from './configuration/env.ts'
import { oidcSettings } from './configuration/identity.ts'
import { importSecrets, type Secrets } from './configuration/secrets.ts'
import { readVersion } from './configuration/version.ts'
import { connect } from './db/client.ts'
import { createMisconfiguredGateway } from './gateway/misconfigured-gateway.ts'
import { isAdminRequest } from './http/admin-path.ts'
import { normalizeUrl } from './http/request-url.ts'
import { createImportedTokens } from './keys/imported-token.ts'
import { parseTokenPatterns } from './keys/token-patterns.ts'
import { logConfigurationFault } from './log/fault.ts'
import { logRequest } from './log/request-line.ts'
import { noteVersion } from './log/version.ts'
import { errorsUrl } from './problems/errors-url.ts'
import { createKeyAuthorities } from './stores/key-authority/key-authority.ts'

export interface App {
  readonly fetch: (request: Request, ctx: ExecutionContext) => Response | Promise<Response>
  /** The work of the cron trigger. */
  readonly everyMinute: () => Promise<void>
}

/** How often an isolate that lacks a setting says so. The cron comes each minute. */
const FAULTS_AGAIN_MS = 50_000

/** `later` lets a promise outlive the response, as `waitUntil` does. */
export async function createApp(env: Env, later: Runtime['later']): Promise<App> {
  const runtime = createRuntime(later)
  noteVersion(readVersion(env.CF_VERSION_METADATA)?.id)
  const settings = parseSettings(env)
  if (!settings.ok) return createMisconfiguredApp(settings.error, runtime)
  const secrets = await importSecrets(settings.value)
  if (!secrets.ok) return createMisconfiguredApp(secrets.error, runtime)
  const connectIdentity = await loadIdentity(settings.value)
  return composeApp(env, settings.value, secrets.value, connectIdentity, runtime)
}

/** Null where users are local, so that such a deployment does not load what it does not use. */
async function loadIdentity(settings: Settings): Promise<ConnectIdentity | null> {
  const oidc = oidcSettings(settings)
  if (oidc === null) return null
  const { createProvider } = await import('./identity/provider.ts')
  return (deps) => createProvider(oidc, deps)
}

function composeApp(
  env: Env,
  settings: Settings,
  secrets: Secrets,
  connectIdentity: ConnectIdentity | null,
  runtime: Runtime,
): App {
  const patterns = parseTokenPatterns(settings.IMPORTED_TOKENS ?? '[]')
  const telemetry = createTelemetry(env, settings, runtime)
  const parts: Parts = {
    env,
    settings,
    secrets,
    db: connect(settings.LIBSQL_URL, settings.LIBSQL_AUTH_TOKEN),
    authorities: createKeyAuthorities(env.KEY_AUTHORITY, {
      timeoutMs: settings.AUTHORITY_TIMEOUT_MS,
      ...runtime,
    }),
    importedTokens: createImportedTokens(patterns.ok ? patterns.value : null, secrets.tokenKeys),
    telemetry,
    runtime,
  }
  const dataPlane = composeDataPlane(parts)
  // An object id follows from the namespace and the name, so it identifies this deployment. No object is made.
  const namespaceId = env.KEY_AUTHORITY.idFromName('owner').toString()
  const owner = createDatabaseOwner(parts.db, namespaceId)
  const adminDeps = controlPlaneDeps({ ...parts, connectIdentity, owner, dataPlane })
  const admin = createAdmin(adminDeps)

  return {
    fetch(request, ctx) {
      const url = normalizeUrl(request.url)
      if (!isAdminRequest(url, settings.ADMIN_HOST)) return dataPlane.gateway(request, url)
      return admin.fetch(url === request.url ? request : new Request(url, request), {}, ctx)
    },
    async everyMinute() {
      await doChores(adminDeps, owner)
      await dataPlane.flush()
      await telemetry.metrics.flush()
    },
  }
}

/** Refuses every request, because a gateway without valid settings cannot verify a key. */
function createMisconfiguredApp(
  faults: readonly ConfigurationFault[],
  { nowMs }: Pick<Runtime, 'nowMs'>,
): App {
  const pages = errorsUrl(undefined) // ADMIN_HOST may be the invalid setting
  const { gateway, holder } = createMisconfiguredGateway({ errorsUrl: pages, logRequest, nowMs })
  const admin = createMisconfiguredAdmin({
    errorsUrl: pages,
    holder: { ...holder, findKey: async () => undefined },
    logRequest,
    nowMs,
  })
  let loggedAtMs = -Infinity
  // Each request has a line already.
  function logFaults(): void {
    if (Math.abs(nowMs() - loggedAtMs) < FAULTS_AGAIN_MS) return
    loggedAtMs = nowMs()
    for (const fault of faults) logConfigurationFault(fault)
  }
  return {
    async fetch(request) {
      logFaults()
      const url = normalizeUrl(request.url)
      return isAdminRequest(url, undefined) ? await admin.fetch(request) : gateway(request, url)
    },
    everyMinute: async () => logFaults(),
  }
}
