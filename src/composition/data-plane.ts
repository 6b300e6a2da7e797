// The parts of the data plane, put together.

import { findKeyRecord } from '../db/key-queries.ts'
import { type AddressWatch, createAddressWatch } from '../gateway/address-watch.ts'
import { createAssertionSigner } from '../gateway/assertion.ts'
import type { CachedKey } from '../gateway/cached-key.ts'
import { createClockGuard } from '../gateway/clock-guard.ts'
import { createGateway, type Gateway, type GatewayDeps } from '../gateway/gateway.ts'
import { createHolder, type Holder } from '../gateway/holder.ts'
import { askNewest, type KeyRecordsDeps } from '../gateway/key-records.ts'
import { createQuestions } from '../gateway/questions.ts'
import { createRefusalResponse } from '../gateway/refusal-response.ts'
import { createRequestLimits } from '../gateway/request-limits.ts'
import { createShadowGateway } from '../gateway/shadow-gateway.ts'
import { createUnknownTokens } from '../gateway/unknown-tokens.ts'
import { createUseRecorder, type UseRecorder } from '../gateway/use-recorder.ts'
import { verifyToken } from '../keys/token.ts'
import { errorsUrl } from '../problems/errors-url.ts'
import { createShadowCounts } from '../shadow/isolate-counts.ts'
import { createIsolateCache } from '../stores/isolate-cache.ts'
import { readKeyRecord } from '../stores/key-kv.ts'
import { createShadowStore, type ShadowStore } from '../stores/shadow-counts.ts'
import type { Parts } from './parts.ts'

/** An isolate has 128 MB (https://developers.cloudflare.com/workers/platform/limits/). */
const CACHE = { entries: 20_000, bytes: 24 * 1024 * 1024 }

export interface DataPlane {
  readonly gateway: Gateway
  readonly holder: Holder
  readonly addressSymptoms: AddressWatch['symptoms']
  readonly readShadow: ShadowStore['read']
  /** Reports what was counted in shadow mode. For the cron. */
  readonly flush: () => Promise<void>
}

export function composeDataPlane(parts: Parts): DataPlane {
  const { env, settings, secrets, db, authorities, importedTokens, telemetry, runtime } = parts
  const { nowMs } = runtime
  const timeoutMs = settings.AUTHORITY_TIMEOUT_MS
  const termMs = settings.LEASE_MS
  const cache = createIsolateCache<CachedKey>(CACHE)
  const clock = createClockGuard(termMs, telemetry.logFault)
  const use: UseRecorder = createUseRecorder({
    async report({ lookupId, cached }) {
      const asker = { requestId: undefined, grace: undefined }
      await askNewest(lookupId, cached, asker, records, { mayLease: false })
    },
    ...runtime,
  })
  const addressWatch = createAddressWatch(telemetry.logConfigurationFault, nowMs)
  const limitsDeps = {
    authorities,
    termMs,
    timeoutMs,
    clock,
    metrics: telemetry.metrics,
    onFault: telemetry.logFault,
    ...runtime,
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
      metrics: telemetry.metrics,
      takeUse: use.take,
      noteReported: use.noteReported,
      ...runtime,
    }),
    limits,
    seed: authorities.seed,
    clock,
    timeoutMs,
    graceMs: settings.OUTAGE_GRACE_S * 1_000,
    onFault: telemetry.logFault,
    ...runtime,
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
    logRequest: telemetry.logRequest,
    nowMs,
  }
  const shadowStore = createShadowStore(env.SHADOW_COUNTS, timeoutMs)
  const shadowCounts = createShadowCounts({
    report: shadowStore.report,
    onFault: (error) => telemetry.logFault('shadow', error),
    ...runtime,
  })
  const isShadow = settings.ENFORCEMENT === 'shadow'
  const gateway = isShadow
    ? createShadowGateway({ ...gatewayDeps, counts: shadowCounts })
    : createGateway(gatewayDeps)

  return {
    gateway,
    holder: createHolder({ ...gatewayDeps, peekingLimits: createRequestLimits(limitsDeps, true) }),
    addressSymptoms: addressWatch.symptoms,
    readShadow: shadowStore.read,
    flush: shadowCounts.flush,
  }
}
