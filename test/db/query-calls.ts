// Each function that sends SQL, called as the product calls it. The rows need not be there: every
// statement is sent all the same, and a plan does not depend on them.

import { ringFaults } from '../../scripts/deployment/ring-keys.ts'
import { auditEvent } from '../../src/admin/audit.ts'
import * as accounts from '../../src/db/account-queries.ts'
import * as attempts from '../../src/db/attempt-queries.ts'
import * as audit from '../../src/db/audit-queries.ts'
import type { Database } from '../../src/db/client.ts'
import * as events from '../../src/db/event-queries.ts'
import * as identity from '../../src/db/identity-queries.ts'
import * as expiries from '../../src/db/expiry-queries.ts'
import * as imports from '../../src/db/import-queries.ts'
import * as keyChanges from '../../src/db/key-change-queries.ts'
import * as keys from '../../src/db/key-queries.ts'
import type { LiveKey, Token } from '../../src/db/key-rows.ts'
import * as lastFours from '../../src/db/last-four-queries.ts'
import * as leaks from '../../src/db/leak-queries.ts'
import * as meta from '../../src/db/meta-queries.ts'
import * as newKeys from '../../src/db/new-key-queries.ts'
import * as notices from '../../src/db/notice-queries.ts'
import * as operatorKeys from '../../src/db/operator-key-queries.ts'
import * as outbox from '../../src/db/outbox-queries.ts'
import * as progress from '../../src/db/progress-queries.ts'
import * as reseal from '../../src/db/reseal-queries.ts'
import * as factors from '../../src/db/second-factor-queries.ts'
import * as rotations from '../../src/db/rotation-queries.ts'
import * as uses from '../../src/db/use-queries.ts'
import * as sessions from '../../src/db/session-queries.ts'
import * as users from '../../src/db/user-queries.ts'

const NOW = 1_800_000_000_000
const ACCOUNT_ID = 'acc_01a206f12ccc400b81a8ca596deeffa6'
const KEY_ID = 'key_01a206f12e953341d8d25c2cac66e73a'
const SESSION_ID = 'ses_01a206f12e953341d8d25c2cac66e73b'
const USER_ID = 'usr_01a206f12e953341d8d25c2cac66e73d'
const EVENT_ID = 'evt_01a206f12e953341d8d25c2cac66e73c'
const LOOKUP_ID = 'x'.repeat(32)
const LIMITS = { createdAfter: NOW - 12 * 3_600_000, seenAfter: NOW - 3_600_000 }
const RULES = { maxWaitMs: 300_000, forgetMs: 3_600_000 }
const LOG_IN = {
  own: { bucket: 'A.x', free: 10 },
  wider: [
    { bucket: 'A.y', free: 15 },
    { bucket: 'A.z', free: 300 },
  ],
  networks: ['B.n', 'A.n'],
  knownSinceMs: NOW - 1,
}
const EMAIL = { emailKey: 'a@example.com', canonicalEmail: 'a@example.com' }
const AUTHORITY = { sessionId: SESSION_ID }
const PAGE = 51

const account: accounts.AccountRow = {
  id: ACCOUNT_ID,
  email: 'A@example.com',
  emailKey: 'a@example.com',
  canonicalEmail: 'a@example.com',
  name: 'A',
  status: 'active',
  statusPending: false,
  passwordHash: '$scrypt$',
  externalId: null,
  keyLimit: 100,
  rateLimit: null,
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
}
const factor = {
  userId: USER_ID,
  sealedSecret: 'A.x',
  createdAt: NOW,
  confirmedAt: NOW,
  lastStep: 0,
}
const details = {
  applicationName: 'Application',
  applicationWebsite: null,
  platform: 'server',
  ipAcl: ['192.0.2.0/24'],
  ipAclMode: 'enforce',
  ipAclNotes: {},
  enabled: true,
  expiresAt: null,
  rateLimit: null,
} as const
const token: Token = {
  lookupId: LOOKUP_ID,
  sealedToken: 'A.x',
  lastFour: 'wxyz',
  createdAt: NOW,
  replacedAt: null,
  endsAt: null,
  endedAt: null,
}
const HELD = { revision: 3, changeId: '3.a' }

const key: LiveKey = {
  kind: 'live',
  id: KEY_ID,
  accountId: ACCOUNT_ID,
  accountStatus: 'active',
  accountRateLimit: null,
  firstLookupId: LOOKUP_ID,
  tokens: [token],
  revision: 2,
  enforcedRevision: 1,
  lineage: null,
  publishedRevision: 1,
  revisedAt: NOW,
  details,
  leakedAt: null,
  version: 2,
  createdAt: NOW,
  updatedAt: NOW,
}
const delivery: events.ClaimedEvent = {
  sequence: 1,
  eventId: EVENT_ID,
  type: 'key.update',
  at: NOW,
  accountId: ACCOUNT_ID,
  keyId: KEY_ID,
  lane: KEY_ID,
  data: null,
  status: 'next',
  attempts: 1,
  since: NOW,
  nextAt: NOW,
  triedAt: NOW,
  reason: null,
  audit: null,
}
const newKey = {
  id: KEY_ID,
  accountId: ACCOUNT_ID,
  lookupId: LOOKUP_ID,
  tokenKey: 'A',
  sealedToken: 'A.x',
  lastFour: 'wxyz',
  details,
}
const user: users.UserRow = {
  id: USER_ID,
  accountId: ACCOUNT_ID,
  email: 'A@example.com',
  emailKey: 'a@example.com',
  canonicalEmail: 'a@example.com',
  name: 'A',
  role: 'owner',
  status: 'active',
  passwordHash: '$scrypt$',
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
  lastLoginAt: null,
  issuer: null,
  subject: null,
}
const session: sessions.NewSession = {
  id: SESSION_ID,
  tokenHash: 'A.x',
  user,
  createdAt: NOW,
  lastSeenAt: NOW,
  address: '192.0.2.1',
  userAgent: 'Test',
}
const idempotency = { keys: ['B.x', 'A.x'], bodies: ['B.y', 'A.y'], since: NOW - 86_400_000 }
const LEAK = { sender: 'A.x', lookupIds: [LOOKUP_ID], url: null, note: null, receivedAt: NOW }
const hashes = ['B.x', 'A.x']
const REPLACED = { tokenHashes: hashes, maxSessions: 100, limits: LIMITS }
const byAccount = { accountId: ACCOUNT_ID, keyId: undefined, before: undefined }
const OF_ACCOUNT = { accountId: ACCOUNT_ID, userId: null }
const byNone = { ...byAccount, accountId: undefined }
const PERSON = { issuer: 'https://login.example.com', subject: 'person' }
const USED = { hash: 'A.x', expiresAt: NOW }
const LOGOUT = { hash: 'A.x', at: NOW }
const SENT = { hashes, sessionId: SESSION_ID }
const ENDED_BY = { hashes, begunAt: NOW }
const GATEWAY = { kind: 'gateway', accountId: '', address: null } as const
const UNUSED = { id: KEY_ID, checkAt: NOW }
const ALL_KEYS = { accountId: undefined, state: undefined, tokenKey: undefined, before: undefined }

/** By module and name; more than one where arguments lead to other statements. */
export const CALLS: Readonly<
  Record<string, Readonly<Record<string, (db: Database, url: string) => Promise<unknown>[]>>>
> = {
  'src/db/identity-queries.ts': {
    findAccountByExternalId: (db) => [identity.findAccountByExternalId(db, 'crm-1')],
    findUserBySubject: (db) => [identity.findUserBySubject(db, PERSON)],
    findLiveSession: (db) => [identity.findLiveSession(db, SESSION_ID, LIMITS)],
    insertConfirmation: (db) => [
      identity.insertConfirmation(db, {
        hash: 'A.x',
        sessionId: SESSION_ID,
        expiresAt: NOW,
        call: 'show_token',
        keyId: KEY_ID,
      }),
    ],
    spendConfirmation: (db) => [
      identity.spendConfirmation(db, SENT, { name: 'show_token', keyId: KEY_ID }, NOW),
      identity.spendConfirmation(db, SENT, { name: 'create_key', keyId: null }, NOW),
    ],
    hasConfirmation: (db) => [identity.hasConfirmation(db, SENT, NOW)],
    useOnce: (db) => [identity.useOnce(db, USED)],
    endProviderSessions: (db) =>
      [
        { ...PERSON, sid: null },
        { ...PERSON, subject: null, sid: 'sid' },
        { ...PERSON, sid: 'sid' },
      ].map((ended) =>
        identity.endProviderSessions(
          db,
          ended,
          USED,
          LOGOUT,
          auditEvent('session.delete', GATEWAY, NOW),
        ),
      ),
    deleteExpiredIdentity: (db) => [identity.deleteExpiredIdentity(db, NOW, NOW)],
  },
  'src/db/account-queries.ts': {
    findAccount: (db) => [accounts.findAccount(db, ACCOUNT_ID)],
    listAccounts: (db) => [
      accounts.listAccounts(db, PAGE, undefined),
      accounts.listAccounts(db, PAGE, ACCOUNT_ID),
    ],
    insertAccount: (db) => [accounts.insertAccount(db, { ...account, ...EMAIL }, event())],
    listAccountKeyIds: (db) => [accounts.listAccountKeyIds(db, ACCOUNT_ID)],
    listStatusPending: (db) => [accounts.listStatusPending(db, PAGE)],
    settleStatus: (db) => [accounts.settleStatus(db, ACCOUNT_ID, 'suspended')],
    updateAccount: (db) => [
      accounts.updateAccount(db, account, { name: 'B' }, event()),
      accounts.updateAccount(db, account, { status: 'suspended', passwordHash: 'x' }, event()),
    ],
  },
  'src/db/attempt-queries.ts': {
    countAttempt: (db) => [
      attempts.countAttempt(db, LOG_IN, NOW, RULES),
      attempts.countAttempt(db, { ...LOG_IN, wider: [], networks: [] }, NOW, RULES),
    ],
    recordLogIn: (db) => [
      attempts.recordLogIn(db, LOG_IN.own, [], null, 9),
      attempts.recordLogIn(
        db,
        LOG_IN.own,
        LOG_IN.wider,
        { userId: USER_ID, network: 'A.n', lastAt: NOW },
        9,
      ),
    ],
    deleteForgottenNetworks: (db) => [attempts.deleteForgottenNetworks(db, NOW)],
    clearAttempts: (db) => [attempts.clearAttempts(db, 'A.x')],
    deleteForgottenAttempts: (db) => [attempts.deleteForgottenAttempts(db, NOW)],
  },
  'src/db/audit-queries.ts': {
    findRecentEvent: (db) => [audit.findRecentEvent(db, ACCOUNT_ID, NOW, 1_200)],
    insertEvent: (db) => [audit.insertEvent(db, event())],
    listEvents: (db) =>
      [undefined, EVENT_ID].flatMap((before) => [
        audit.listEvents(db, { ...byAccount, before }, PAGE),
        audit.listEvents(db, { ...byAccount, keyId: KEY_ID, before }, PAGE),
        audit.listEvents(db, { ...byNone, before }, PAGE),
      ]),
  },
  'src/db/event-queries.ts': {
    claimEvents: (db) => [events.claimEvents(db, { dueMs: NOW, nowMs: NOW, leaseMs: 60_000 }, 10)],
    settleEvents: (db) => [
      events.settleEvents(db, [
        { event: delivery, outcome: { kind: 'taken' } },
        { event: delivery, outcome: { kind: 'failed', reason: 'timeout', nextAt: NOW } },
        { event: delivery, outcome: { kind: 'failed', reason: 'timeout', nextAt: null } },
      ]),
    ],
    listDeliveries: (db) => [
      events.listDeliveries(db, { failed: undefined, before: undefined }, PAGE),
      events.listDeliveries(db, { failed: undefined, before: EVENT_ID }, PAGE),
      events.listDeliveries(db, { failed: true, before: undefined }, PAGE),
      events.listDeliveries(db, { failed: false, before: EVENT_ID }, PAGE),
    ],
    retryEvents: (db) => [events.retryEvents(db, NOW)],
    readEventProgress: (db) => [events.readEventProgress(db)],
    deleteEventsBefore: (db) => [
      events.deleteEventsBefore(db, NOW, true),
      events.deleteEventsBefore(db, NOW, false),
    ],
  },
  'src/db/notice-queries.ts': {
    listUnusedDue: (db) => [notices.listUnusedDue(db, NOW, PAGE)],
    moveUnusedCheck: (db) => [notices.moveUnusedCheck(db, UNUSED, NOW)],
    queueUnused: (db) => [
      notices.queueUnused(db, UNUSED, { lastUsedAt: null, nextAt: NOW, nowMs: NOW }),
    ],
    queueExpiring: (db) => [
      notices.queueExpiring(db, { afterMs: NOW - 1, toMs: NOW }, [30, 7, 1], NOW),
    ],
  },
  'src/db/import-queries.ts': {
    findKnownTokens: (db) => [imports.findKnownTokens(db, [LOOKUP_ID, 'x'])],
    countRoom: (db) => [imports.countRoom(db, ACCOUNT_ID)],
    insertImportedKeys: (db) => [
      imports.insertImportedKeys(
        db,
        ACCOUNT_ID,
        [{ ...newKey, lookupIds: [LOOKUP_ID], createdAt: NOW, event: event() }],
        NOW,
      ),
    ],
  },
  'src/db/key-queries.ts': {
    findKey: (db) => [keys.findKey(db, ACCOUNT_ID, KEY_ID)],
    findKeyOfToken: (db) => [keys.findKeyOfToken(db, ACCOUNT_ID, [LOOKUP_ID, 'x'])],
    findKeyRecord: (db) => [keys.findKeyRecord(db, LOOKUP_ID)],
    listKeys: (db) => [
      keys.listKeys(db, ACCOUNT_ID, PAGE, undefined),
      keys.listKeys(db, ACCOUNT_ID, PAGE, KEY_ID),
    ],
  },
  'src/db/new-key-queries.ts': {
    insertKey: (db) =>
      [undefined, idempotency].map((request) => {
        return newKeys.insertKey(db, { ...newKey, idempotency: request }, AUTHORITY, event())
      }),
  },
  'src/db/key-change-queries.ts': {
    updateKey: (db) =>
      [true, false].map((changesRecord) =>
        keyChanges.updateKey(db, key, details, changesRecord, AUTHORITY, event()),
      ),
    deleteKey: (db) => [
      keyChanges.deleteKey(db, key, AUTHORITY, event()),
      keyChanges.deleteKey(db, key, null, event()),
    ],
    recordReveal: (db) => [keyChanges.recordReveal(db, key, AUTHORITY, event())],
  },
  'src/db/expiry-queries.ts': {
    listExpired: (db) => [expiries.listExpired(db, NOW, PAGE)],
    noteExpiry: (db) => [
      expiries.noteExpiry(db, { id: KEY_ID, accountId: ACCOUNT_ID, expiresAt: NOW }, event()),
    ],
  },
  'src/db/meta-queries.ts': {
    findMeta: (db) => [meta.findMeta(db, 'authority_namespace')],
    insertMeta: (db) => [meta.insertMeta(db, 'authority_namespace', 'x')],
    setMeta: (db) => [meta.setMeta(db, 'reseal', 'x')],
    deleteMeta: (db) => [meta.deleteMeta(db, 'authority_namespace')],
  },
  'src/db/operator-key-queries.ts': {
    listAllKeys: (db) => [
      operatorKeys.listAllKeys(db, ALL_KEYS, PAGE, NOW),
      operatorKeys.listAllKeys(db, { ...ALL_KEYS, before: KEY_ID, tokenKey: 'A' }, PAGE, NOW),
      operatorKeys.listAllKeys(
        db,
        { ...ALL_KEYS, accountId: ACCOUNT_ID, state: 'live' },
        PAGE,
        NOW,
      ),
      ...(['paused', 'expired', 'leaked', 'rotating'] as const).map((state) =>
        operatorKeys.listAllKeys(db, { ...ALL_KEYS, state }, PAGE, NOW),
      ),
    ],
  },
  'src/db/outbox-queries.ts': {
    findKeys: (db) => [outbox.findKeys(db, [KEY_ID]), outbox.findKeys(db, [KEY_ID, 'key_2'])],
    listKeysAfter: (db) => [
      outbox.listKeysAfter(db, null, PAGE),
      outbox.listKeysAfter(db, KEY_ID, PAGE),
    ],
    countKeys: (db) => [outbox.countKeys(db)],
    findKnownLookupIds: (db) => [outbox.findKnownLookupIds(db, [LOOKUP_ID, 'y'])],
    takePending: (db) => [outbox.takePending(db, NOW, PAGE)],
    takeEnforced: (db) => [outbox.takeEnforced(db, NOW, NOW - 60_000, PAGE)],
    markEnforced: (db) => [outbox.markEnforced(db, [key, key])],
    markPublished: (db) => [outbox.markPublished(db, [key, key])],
    raiseRevision: (db) => [
      outbox.raiseRevision(db, key, null, HELD, NOW),
      outbox.raiseRevision(
        db,
        key,
        {
          ipAcl: [],
          ipAclMode: 'enforce',
          enabled: false,
          leakedAt: NOW,
          expiresAt: NOW,
          rateLimit: { requests: 100, perSeconds: 60 },
          lookupId: LOOKUP_ID,
          endsAt: NOW,
          event: event(),
        },
        HELD,
        NOW,
      ),
    ],
    tombstoneKey: (db) => [outbox.tombstoneKey(db, key, HELD, NOW)],
    recordLostEnd: (db) => [outbox.recordLostEnd(db, key, token, NOW, NOW)],
  },
  'src/db/leak-queries.ts': {
    recordLeakReport: (db) => [leaks.recordLeakReport(db, LEAK, { reports: 20, withinMs: 60_000 })],
    takeLeakReports: (db) => [leaks.takeLeakReports(db, NOW, PAGE)],
    finishLeakReport: (db) => [leaks.finishLeakReport(db, 1, NOW)],
    deleteFinishedReports: (db) => [leaks.deleteFinishedReports(db, NOW)],
    findKeysOfTokens: (db) => [leaks.findKeysOfTokens(db, [LOOKUP_ID, 'x'])],
    markLeaked: (db) => [leaks.markLeaked(db, key, event())],
  },
  'src/db/last-four-queries.ts': {
    storeLastFour: (db) => [
      lastFours.storeLastFour(db, [{ lookupId: LOOKUP_ID, lastFour: 'wxyz' }]),
    ],
  },
  'src/db/reseal-queries.ts': {
    listSealed: (db) => [reseal.listSealed(db, '', PAGE), reseal.listSealed(db, LOOKUP_ID, PAGE)],
    replaceSealed: (db) => [
      reseal.replaceSealed(db, [{ id: LOOKUP_ID, before: 'A.x', after: 'B.x' }]),
    ],
    listSealedSecrets: (db) => [reseal.listSealedSecrets(db, '', PAGE)],
    replaceSealedSecrets: (db) => [
      reseal.replaceSealedSecrets(db, [{ id: USER_ID, before: 'A.x', after: 'B.x' }]),
    ],
  },
  'src/db/second-factor-queries.ts': {
    findSecondFactor: (db) => [factors.findSecondFactor(db, USER_ID)],
    startSecondFactor: (db) => [factors.startSecondFactor(db, factor, AUTHORITY)],
    confirmSecondFactor: (db) => [
      factors.confirmSecondFactor(db, factor, 1, ['a', 'b'], AUTHORITY, event()),
    ],
    takeStep: (db) => [factors.takeStep(db, factor, 1)],
    takeRecoveryCode: (db) => [factors.takeRecoveryCode(db, factor, 'a', event())],
    replaceRecoveryCodes: (db) => [
      factors.replaceRecoveryCodes(db, factor, ['a', 'b'], AUTHORITY, event()),
    ],
    removeSecondFactor: (db) =>
      [AUTHORITY, null].map((by) => factors.removeSecondFactor(db, USER_ID, by, event())),
  },
  'src/db/rotation-queries.ts': {
    insertToken: (db) =>
      [undefined, idempotency].map((request) => {
        const made = { lookupId: LOOKUP_ID, tokenKey: 'A', sealedToken: 'A.x', lastFour: 'abcd' }
        const asked = { ...made, idempotency: request }
        return rotations.insertToken(db, key, asked, [token], AUTHORITY, event())
      }),
    changeTokens: (db) => [
      rotations.changeTokens(db, key, [token], AUTHORITY, event()),
      rotations.changeTokens(db, key, [token], null, event()),
    ],
    findRepeatedRotation: (db) => [rotations.findRepeatedRotation(db, KEY_ID, idempotency)],
    listOverdueRotations: (db) => [rotations.listOverdueRotations(db, NOW, PAGE)],
  },
  'src/db/use-queries.ts': {
    listUsedTokens: (db) => [uses.listUsedTokens(db, Array(200).fill(KEY_ID), NOW)],
    listEndedTokens: (db) => [uses.listEndedTokens(db, KEY_ID)],
  },
  'src/db/session-queries.ts': {
    findSession: (db) => [sessions.findSession(db, hashes, LIMITS)],
    insertSession: (db) => [
      sessions.insertSession(db, session, { ...REPLACED, tokenHashes: [] }, event()),
      sessions.insertSession(db, session, REPLACED, event()),
      sessions.insertSession(db, { ...session, endedBy: ENDED_BY }, REPLACED, event()),
    ],
    hasUntaggedSession: (db) => [sessions.hasUntaggedSession(db)],
    maySessionChangeKeys: (db) => [sessions.maySessionChangeKeys(db, AUTHORITY)],
    touchSession: (db) => [sessions.touchSession(db, SESSION_ID, NOW)],
    listSessions: (db) => [
      sessions.listSessions(db, OF_ACCOUNT, LIMITS),
      sessions.listSessions(db, { ...OF_ACCOUNT, userId: USER_ID }, LIMITS),
    ],
    deleteSession: (db) => [
      sessions.deleteSession(db, OF_ACCOUNT, SESSION_ID, event()),
      sessions.deleteSession(db, { ...OF_ACCOUNT, userId: USER_ID }, SESSION_ID, event()),
    ],
    deleteDeadSessions: (db) => [sessions.deleteDeadSessions(db, LIMITS)],
  },
  'src/db/user-queries.ts': {
    findUser: (db) => [users.findUser(db, USER_ID)],
    findUserByEmail: (db) => [users.findUserByEmail(db, EMAIL)],
    listUsers: (db) => [
      users.listUsers(db, ACCOUNT_ID, PAGE, undefined),
      users.listUsers(db, ACCOUNT_ID, PAGE, USER_ID),
    ],
    insertUser: (db) => [users.insertUser(db, user, event())],
    updateUser: (db) => [
      users.updateUser(db, user, { name: 'B' }, event()),
      users.updateUser(db, user, { role: 'viewer', passwordHash: 'x' }, event()),
    ],
    deleteUser: (db) => [users.deleteUser(db, user, event())],
    replacePasswordHash: (db) => [users.replacePasswordHash(db, USER_ID, 'x', 'y')],
    listUsersWithoutCanonicalEmail: (db) => [users.listUsersWithoutCanonicalEmail(db, PAGE)],
    setCanonicalEmails: (db) => [
      users.setCanonicalEmails(db, [{ id: USER_ID, canonicalEmail: 'a@example.com' }]),
    ],
  },
  'src/db/progress-queries.ts': {
    readProgress: (db) => [progress.readProgress(db)],
    noteCronRun: (db) => [progress.noteCronRun(db, NOW)],
  },
  'scripts/deployment/ring-keys.ts': {
    ringFaults: (_, url) => [ringFaults(url, undefined, {})],
  },
}

function event(): audit.AuditEvent {
  const actor = { kind: 'customer', accountId: ACCOUNT_ID, address: '192.0.2.1' } as const
  return auditEvent('key.update', actor, NOW, { keyId: KEY_ID })
}
