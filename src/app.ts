// Composes the two planes from a parsed environment. The planes do not know each other, and only this file
// brings the stores, the clock and the secrets together.

import { type AdminDeps, createAdmin, createMisconfiguredAdmin } from './admin/admin.ts'
import { fillCanonicalEmails } from './admin/canonical-emails.ts'
import { deliverEvents, forgetEvents } from './admin/events/deliver.ts'
import { noteExpiring } from './admin/events/expiring.ts'
import type { Receiver } from './admin/events/receiver.ts'
import { noteUnused } from './admin/events/unused.ts'
import { noteExpiries } from './admin/expiries.ts'
import { createDatabaseOwner, FOREIGN_DATABASE } from './admin/database-owner.ts'
import { workOffLeaks } from './admin/leaks.ts'
import { enforcePending, publishEnforced, stopPendingLostKeys } from './admin/outbox.ts'
import { endOverdueRotations } from './admin/overdue-rotations.ts'
import { resealTokens } from './admin/reseal.ts'
import { sessionLimits } from './admin/session.ts'
import { forgetAttempts } from './admin/throttle.ts'
import { createUntaggedSessions } from './admin/untagged-sessions.ts'
import type { ConfigurationFault } from './configuration/configuration-fault.ts'
import { type Env, parseSettings, type Settings } from './configuration/env.ts'
import { parseEventSecrets } from './configuration/event-secrets.ts'
import { expiriesOf } from './configuration/expiries.ts'
import { oidcSettings } from './configuration/identity.ts'
import { importSecrets, type Secrets } from './configuration/secrets.ts'
import { readVersion } from './configuration/version.ts'
import { connect } from './db/client.ts'
import { readEventProgress } from './db/event-queries.ts'
import { deleteExpiredIdentity } from './db/identity-queries.ts'
import { findKeyRecord } from './db/key-queries.ts'
import { findKeys } from './db/outbox-queries.ts'
import { noteCronRun, readProgress } from './db/progress-queries.ts'
import { deleteDeadSessions, hasUntaggedSession } from './db/session-queries.ts'
import { createAddressWatch } from './gateway/address-watch.ts'
import { createAssertionSigner } from './gateway/assertion.ts'
import type { CachedKey } from './gateway/cached-key.ts'
import { createClockGuard } from './gateway/clock-guard.ts'
import { createGateway, type GatewayDeps } from './gateway/gateway.ts'
import { createHolder } from './gateway/holder.ts'
import { askNewest, type KeyRecordsDeps } from './gateway/key-records.ts'
import { createUnknownTokens } from './gateway/unknown-tokens.ts'
import { refuseExposed } from './gateway/plain-http.ts'
import { createQuestions } from './gateway/questions.ts'
import { createRefusalResponse } from './gateway/refusal-response.ts'
import { createRequestLimits } from './gateway/request-limits.ts'
import { createShadowGateway } from './gateway/shadow-gateway.ts'
import { startTrace, toRequestLine } from './gateway/trace.ts'
import { createUseRecorder, type UseRecorder } from './gateway/use-recorder.ts'
import { isAdminRequest } from './http/admin-path.ts'
import type { RequestId } from './http/request-id.ts'
import { normalizeUrl } from './http/request-url.ts'
import { createImportedTokens } from './keys/imported-token.ts'
import { PENDING_MS } from './identity/pending.ts'
import type { IdentityProvider, ProviderDeps } from './identity/provider.ts'
import { verifyToken } from './keys/token.ts'
import { parseTokenPatterns } from './keys/token-patterns.ts'
import { reasonOf } from './log/fault-reason.ts'
import { type LogFault, logConfigurationFault, logFault } from './log/fault.ts'
import { coloOf, currentColo, type LogRequest, logRequest } from './log/request-line.ts'
import { createSampledLog } from './log/sampled-log.ts'
import { noteVersion } from './log/version.ts'
import { err } from './shared/result.ts'
import { createIsolateMetrics } from './metrics/isolate-metrics.ts'
import { errorsUrl } from './problems/errors-url.ts'
import { createShadowCounts } from './shadow/isolate-counts.ts'
import { createIssuedKeys } from './stores/account-keys.ts'
import { createMetricsStore } from './stores/location-metrics.ts'
import { createIsolateCache } from './stores/isolate-cache.ts'
import { createKeyAuthorities } from './stores/key-authority/key-authority.ts'
import {
  inspectKeyRecord,
  listLookupIds,
  pingKv,
  putKeyRecord,
  readKeyRecord,
} from './stores/key-kv.ts'
import { createPasswordHashers } from './stores/password-hasher.ts'
import { createShadowStore } from './stores/shadow-counts.ts'

export interface App {
  readonly fetch: (request: Request, ctx: ExecutionContext) => Response | Promise<Response>
  /** The work of the cron trigger. */
  readonly everyMinute: () => Promise<void>
}

/** An isolate has 128 MB (https://developers.cloudflare.com/workers/platform/limits/). */
const CACHE = { entries: 20_000, bytes: 24 * 1024 * 1024 }

/** Health checks are spread, since every isolate may ask and an object serves about 1,000 calls a second. */
const HEALTH_OBJECTS = 16

/** How often an isolate that lacks a setting says so. The cron comes each minute. */
const FAULTS_AGAIN_MS = 50_000

/** The next run of the cron begins after a minute, and may take the place of this one. */
const EVENTS_BUDGET_MS = 30_000
const EVENTS_TIMEOUT_MS = 10_000

/** `later` lets a promise outlive the response, as `waitUntil` does. */
export async function createApp(env: Env, later: (promise: Promise<void>) => void): Promise<App> {
  noteVersion(readVersion(env.CF_VERSION_METADATA)?.id)
  const settings = parseSettings(env)
  if (!settings.ok) return createMisconfiguredApp(settings.error)
  const secrets = await importSecrets(settings.value)
  if (!secrets.ok) return createMisconfiguredApp(secrets.error)
  const connectIdentity = await loadIdentity(settings.value)
  return composeApp(env, settings.value, secrets.value, connectIdentity, later)
}

type ConnectIdentity = (deps: ProviderDeps) => IdentityProvider

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
  later: (promise: Promise<void>) => void,
): App {
  const nowMs = () => Date.now()
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const db = connect(settings.LIBSQL_URL, settings.LIBSQL_AUTH_TOKEN)
  const timeoutMs = settings.AUTHORITY_TIMEOUT_MS
  const termMs = settings.LEASE_MS
  const authorities = createKeyAuthorities(env.KEY_AUTHORITY, {
    timeoutMs,
    wait,
    nowMs,
  })
  const metricsStore = createMetricsStore(env.LOCATION_METRICS, timeoutMs)
  const metrics = createIsolateMetrics({
    report: (isolate, totals) => metricsStore.report(currentColo() ?? 'unknown', isolate, totals),
    newId: () => crypto.randomUUID(),
    onFault: (error) => logFault('metrics', error),
    later,
    wait,
    nowMs,
  })
  const log = createSampledLog(settings.LOG_SAMPLING, logRequest, Math.random)
  const countRequest: LogRequest = (line) => {
    metrics.noteRequest(line)
    log.logRequest(line)
  }
  const countFault: LogFault = (fault, error, requestId) => {
    metrics.noteFault(fault, reasonOf(error))
    if (requestId !== undefined) log.keep(requestId)
    logFault(fault, error, requestId)
  }
  const countConfigurationFault = (fault: ConfigurationFault) => {
    metrics.noteFault('configuration', 'configuration')
    logConfigurationFault(fault)
  }
  const cache = createIsolateCache<CachedKey>(CACHE)
  const clock = createClockGuard(termMs, countFault)
  const use: UseRecorder = createUseRecorder({
    async report({ lookupId, cached }) {
      const asker = { requestId: undefined, grace: undefined }
      await askNewest(lookupId, cached, asker, records, { mayLease: false })
    },
    later,
    wait,
    nowMs,
  })
  const addressWatch = createAddressWatch(countConfigurationFault, nowMs)
  const patterns = parseTokenPatterns(settings.IMPORTED_TOKENS ?? '[]')
  const importedTokens = createImportedTokens(
    patterns.ok ? patterns.value : null,
    secrets.tokenKeys,
  )

  const limitsDeps = {
    authorities,
    termMs,
    timeoutMs,
    clock,
    metrics,
    later,
    wait,
    onFault: countFault,
    nowMs,
  }
  const limits = createRequestLimits(limitsDeps)
  const records: KeyRecordsDeps = {
    cache,
    readKvRecord: (lookupId) => readKeyRecord(env.KEYS, lookupId),
    findDatabaseRecord: (lookupId) => findKeyRecord(db, lookupId),
    questions: createQuestions({
      authorities,
      termMs,
      timeoutMs,
      clock,
      metrics,
      takeUse: use.take,
      noteReported: use.noteReported,
      later,
      wait,
      nowMs,
    }),
    limits,
    seed: authorities.seed,
    clock,
    timeoutMs,
    graceMs: settings.OUTAGE_GRACE_S * 1_000,
    later,
    wait,
    onFault: countFault,
    nowMs,
  }
  const refusalResponse = createRefusalResponse(errorsUrl(settings.ADMIN_HOST))
  const gatewayDeps: GatewayDeps = {
    ...records,
    upstream: { base: settings.UPSTREAM_URL, timeoutMs: settings.UPSTREAM_TIMEOUT_MS },
    tokenPrefix: settings.TOKEN_PREFIX,
    preflight: settings.PREFLIGHT,
    verifyToken: (token) => verifyToken(settings.TOKEN_PREFIX, secrets.tokenKeys, token),
    importedLookupIds: importedTokens.findLookupIds,
    unknownTokens: createUnknownTokens(nowMs),
    speculation: settings.SPECULATION === 'on',
    addressWatch,
    use,
    limits,
    signAssertion: createAssertionSigner(
      secrets.assertionKeys,
      settings.ASSERTION_ISSUER,
      settings.ASSERTION_AUDIENCE ?? new URL(settings.UPSTREAM_URL).origin,
    ),
    refusalResponse,
    logRequest: countRequest,
    nowMs,
  }
  const shadowStore = createShadowStore(env.SHADOW_COUNTS, timeoutMs)
  const shadowCounts = createShadowCounts({
    report: shadowStore.report,
    onFault: (error) => countFault('shadow', error),
    later,
    wait,
    nowMs,
  })
  const isShadow = settings.ENFORCEMENT === 'shadow'
  const gateway = isShadow
    ? createShadowGateway({ ...gatewayDeps, counts: shadowCounts })
    : createGateway(gatewayDeps)

  // An object id follows from the namespace and the name, so it identifies this deployment. No object is made.
  const owner = createDatabaseOwner(db, env.KEY_AUTHORITY.idFromName('owner').toString())
  const adminDeps: AdminDeps = {
    db,
    tokenPrefix: settings.TOKEN_PREFIX,
    tokenKeys: secrets.tokenKeys,
    importedTokens,
    encryptionKeys: secrets.encryptionKeys,
    sessionKeys: secrets.sessionKeys,
    identity:
      connectIdentity?.({
        nowMs,
        onFault: (error) => countFault('identity_provider', error),
      }) ?? null,
    secondFactor: settings.SECOND_FACTOR,
    untaggedSessions: createUntaggedSessions(() => hasUntaggedSession(db), nowMs),
    hashers: createPasswordHashers(env.PASSWORD_HASHER),
    logInRate: env.LOG_IN_RATE,
    operatorToken: settings.OPERATOR_TOKEN,
    metricsToken: settings.METRICS_TOKEN,
    eventReceiver: toReceiver(settings),
    jwks: secrets.assertionKeys.published,
    documentationUrl: settings.API_DOCS_URL,
    supportUrl: settings.SUPPORT_URL,
    assets: { fetch: (request) => env.ASSETS.fetch(request) },
    advance: authorities.advance,
    seed: authorities.seed,
    issuedKeys: createIssuedKeys(env.ACCOUNT_KEYS, settings.AUTHORITY_TIMEOUT_MS),
    listDenials: authorities.listDenials,
    summarizeUse: authorities.summarizeUse,
    detailUse: authorities.detailUse,
    askAllowance: authorities.askAllowance,
    forgetUse: authorities.forgetUse,
    readAuthority: authorities.peek,
    readRecord: (lookupId) => inspectKeyRecord(env.KEYS, lookupId),
    listRecords: (cursor) => listLookupIds(env.KEYS, cursor),
    probes: {
      libsql: () => owner.read(),
      kv: () => pingKv(env.KEYS),
      authority: () => authorities.peek(`health-${Math.floor(Math.random() * HEALTH_OBJECTS)}`),
    },
    isForeignDatabase: owner.isForeign,
    readProgress: () => readProgress(db),
    holder: {
      ...createHolder({ ...gatewayDeps, peekingLimits: createRequestLimits(limitsDeps, true) }),
      findKey: async (keyId) => (await findKeys(db, [keyId]))[0],
    },
    readEventProgress: () => readEventProgress(db),
    version: readVersion(env.CF_VERSION_METADATA),
    expiries: expiriesOf(settings),
    addressSymptoms: addressWatch.symptoms,
    errorsUrl: errorsUrl(settings.ADMIN_HOST),
    putRecord: (lookupId, record) => putKeyRecord(env.KEYS, lookupId, record),
    later,
    wait,
    logFault: countFault,
    logConfigurationFault: countConfigurationFault,
    logRequest: countRequest,
    readMetrics: metricsStore.readAll,
    isShadow,
    readShadow: shadowStore.read,
    nowMs,
  }
  const admin = createAdmin(adminDeps)

  return {
    fetch(request, ctx) {
      const url = normalizeUrl(request.url)
      if (!isAdminRequest(url, settings.ADMIN_HOST)) return gateway(request, url)
      return admin.fetch(url === request.url ? request : new Request(url, request), {}, ctx)
    },
    async everyMinute() {
      const chores = [
        async () => {
          await owner.claim()
          if (owner.isForeign()) countConfigurationFault(FOREIGN_DATABASE)
        },
        () => endOverdueRotations(adminDeps),
        () => enforcePending(adminDeps),
        () => publishEnforced(adminDeps),
        () => stopPendingLostKeys(adminDeps),
        () => workOffLeaks(adminDeps),
        () => noteExpiries(adminDeps),
        () => noteExpiring(adminDeps),
        () => noteUnused(adminDeps),
        () => deleteDeadSessions(db, sessionLimits(nowMs())),
        () => forgetAttempts(adminDeps),
        () => deleteExpiredIdentity(db, nowMs(), nowMs() - PENDING_MS),
        () => fillCanonicalEmails(adminDeps),
        () => resealTokens(adminDeps),
        () => noteCronRun(db, nowMs()),
        // After all others, since a receiver may be slow.
        () => forgetEvents(adminDeps),
        () => deliverEvents(adminDeps, EVENTS_BUDGET_MS),
      ]
      for (const chore of chores) {
        await chore().catch((error: unknown) => countFault('cron', error))
      }
      await shadowCounts.flush()
      await metrics.flush()
    },
  }
}

function toReceiver({ EVENTS_URL: url, EVENTS_SECRET: secrets }: Settings): Receiver | undefined {
  const keys = parseEventSecrets(secrets ?? '')
  return url === undefined || keys === null
    ? undefined
    : { url, keys, timeoutMs: EVENTS_TIMEOUT_MS }
}

/** Refuses every request, because a gateway without valid settings cannot verify a key. */
function createMisconfiguredApp(faults: readonly ConfigurationFault[]): App {
  const nowMs = () => Date.now()
  const pages = errorsUrl(undefined) // ADMIN_HOST may be the invalid setting
  const refusalResponse = createRefusalResponse(pages)
  const refuseHolder = (request: Request, requestId: RequestId) => {
    const refusal = refuseExposed(request.url) ?? { reason: 'authentication_unavailable' as const }
    return { response: refusalResponse(refusal, requestId), code: refusal.reason }
  }
  const admin = createMisconfiguredAdmin({
    errorsUrl: pages,
    holder: {
      judge: async (request, requestId) => err(refuseHolder(request, requestId)),
      refuseRevoked: refuseHolder,
      findKey: async () => undefined,
    },
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
      if (isAdminRequest(url, undefined)) return await admin.fetch(request)
      const trace = startTrace(request.headers, nowMs())
      const refusal = refuseExposed(url) ?? { reason: 'authentication_unavailable' }
      trace.code = refusal.reason
      const response = refusalResponse(refusal, trace.requestId)
      logRequest(toRequestLine(request.method, response.status, coloOf(request), trace, nowMs()))
      return response
    },
    everyMinute: async () => logFaults(),
  }
}
