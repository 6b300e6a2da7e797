// What the control plane is put together from.

import type { AdminDeps } from '../admin/admin.ts'
import type { DatabaseOwner } from '../admin/database-owner.ts'
import type { Receiver } from '../admin/events/receiver.ts'
import { createUntaggedSessions } from '../admin/untagged-sessions.ts'
import type { Settings } from '../configuration/env.ts'
import { parseEventSecrets } from '../configuration/event-secrets.ts'
import { expiriesOf } from '../configuration/expiries.ts'
import { readVersion } from '../configuration/version.ts'
import { readEventProgress } from '../db/event-queries.ts'
import { findKeys } from '../db/outbox-queries.ts'
import { readProgress } from '../db/progress-queries.ts'
import { hasUntaggedSession } from '../db/session-queries.ts'
import type { IdentityProvider, ProviderDeps } from '../identity/provider.ts'
import { errorsUrl } from '../problems/errors-url.ts'
import { createIssuedKeys } from '../stores/account-keys.ts'
import { inspectKeyRecord, listLookupIds, pingKv, putKeyRecord } from '../stores/key-kv.ts'
import { createPasswordHashers } from '../stores/password-hasher.ts'
import type { Parts } from './parts.ts'

/** Health checks are spread, since every isolate may ask and an object serves about 1,000 calls a second. */
const HEALTH_OBJECTS = 16
const EVENTS_TIMEOUT_MS = 10_000

export interface ControlPlaneParts extends Parts {
  /** Null where users are local. */
  readonly connectIdentity: ConnectIdentity | null
  readonly owner: DatabaseOwner
  /** What the data plane knows of its own. */
  readonly dataPlane: {
    readonly holder: Omit<AdminDeps['holder'], 'findKey'>
    readonly addressSymptoms: AdminDeps['addressSymptoms']
    readonly readShadow: AdminDeps['readShadow']
  }
}

export type ConnectIdentity = (deps: ProviderDeps) => IdentityProvider

export function controlPlaneDeps(parts: ControlPlaneParts): AdminDeps {
  const { env, settings, secrets, db, authorities, importedTokens } = parts
  const { connectIdentity, owner, dataPlane, telemetry, runtime } = parts
  const { nowMs } = runtime
  return {
    db,
    tokenPrefix: settings.TOKEN_PREFIX,
    tokenKeys: secrets.tokenKeys,
    importedTokens,
    encryptionKeys: secrets.encryptionKeys,
    sessionKeys: secrets.sessionKeys,
    identity:
      connectIdentity?.({
        nowMs,
        onFault: (error) => telemetry.logFault('identity_provider', error),
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
      ...dataPlane.holder,
      findKey: async (keyId) => (await findKeys(db, [keyId]))[0],
    },
    readEventProgress: () => readEventProgress(db),
    version: readVersion(env.CF_VERSION_METADATA),
    expiries: expiriesOf(settings),
    addressSymptoms: dataPlane.addressSymptoms,
    errorsUrl: errorsUrl(settings.ADMIN_HOST),
    putRecord: (lookupId, record) => putKeyRecord(env.KEYS, lookupId, record),
    logFault: telemetry.logFault,
    logConfigurationFault: telemetry.logConfigurationFault,
    logRequest: telemetry.logRequest,
    readMetrics: telemetry.readMetrics,
    isShadow: settings.ENFORCEMENT === 'shadow',
    readShadow: dataPlane.readShadow,
    ...runtime,
  }
}

function toReceiver({ EVENTS_URL: url, EVENTS_SECRET: secrets }: Settings): Receiver | undefined {
  const keys = parseEventSecrets(secrets ?? '')
  return url === undefined || keys === null
    ? undefined
    : { url, keys, timeoutMs: EVENTS_TIMEOUT_MS }
}
