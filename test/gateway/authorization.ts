// One authorization against stores that answer as a test wants them to.

import { authorize, type AuthorizeDeps, identifyKey } from '../../src/gateway/authorize.ts'
import { formatAddress } from '../../src/keys/address.ts'
import { createAddressWatch } from '../../src/gateway/address-watch.ts'
import { type KeyRecordsDeps, newestRecord } from '../../src/gateway/key-records.ts'
import { createRefusalBrake } from '../../src/gateway/refusal-brake.ts'
import type { KeyRecord, LiveKeyRecord } from '../../src/keys/key-record.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { createIsolateCache } from '../../src/stores/isolate-cache.ts'
import type { Held, Unknown } from '../../src/stores/key-authority.ts'
import type { RecordIdentity } from '../../src/stores/authority-check.ts'
import { startTrace } from '../../src/gateway/trace.ts'

export const TOKEN = 'cpk_issued'
export const LOOKUP_ID = 'lookup-1'
export const CLIENT = '203.0.113.7'

export const KEY: LiveKeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: [],
  ipAclMode: 'enforce',
}
export const FENCED: LiveKeyRecord = { ...KEY, ipAcl: ['10.0.0.0/8'] }
export const OPEN: LiveKeyRecord = { ...KEY, ipAcl: ['203.0.113.0/24'] }
export const SUSPENDED: LiveKeyRecord = { ...FENCED, accountStatus: 'suspended' }
export const GONE: KeyRecord = { kind: 'tombstone', revision: 4, keyId: 'key_1' }
export const LATER = { kind: 'unreadable', revision: 9 } as const
export const UNKNOWN: Unknown = { kind: 'unknown', word: 'word-1' }
export const FAULT = new Error('503 Service Unavailable')

export const REVOKED = { reason: 'key_revoked' }
export const IP_DENIED = { reason: 'ip_denied', clientIp: CLIENT }
export const UNAVAILABLE = { reason: 'authentication_unavailable' }
export const RATE_LIMITED = { reason: 'rate_limited', retryAfterSeconds: 60 }

const REQUEST_ID = new Headers({ 'X-Request-Id': 'req-1' })

/** What an authority answers. */
export type Standing = 'current' | Unknown | KeyRecord

export interface Situation {
  readonly headers?: Record<string, string>
  readonly copy: KeyRecord | null | Error
  readonly truth?: KeyRecord | null | Error
  readonly mayRefuse?: boolean | Error
  readonly verify?: Error
  /** What the authority answers; without it the mode is `bounded`. */
  readonly standing?: Standing | Error | (() => Standing | undefined)
  /** What the authority holds once it was told; what it was told, if left out. */
  readonly seeded?: KeyRecord | Extract<Held, { kind: 'unreadable' }>
}

/** An Error stands for a store that fails; the truth fails unless it is told otherwise. */
export function start(situation: Situation) {
  const { headers, copy, truth = FAULT, mayRefuse = true, verify, standing, seeded } = situation
  const calls: string[] = []
  const faults: [string, unknown][] = []
  const denials: [string, string | null, boolean][] = []
  const clock = { now: 0 }
  const nowMs = () => clock.now
  const onFault = (fault: string, error: unknown) => void faults.push([fault, error])
  const limiter = {
    async limit({ key }: { key: string }) {
      calls.push(`brake ${key}`)
      return { success: await answer(mayRefuse) }
    },
  }
  const ask = async (asked: RecordIdentity | null) => {
    calls.push(`check ${asked === null ? null : asked.revision}`)
    const now = typeof standing === 'function' ? (standing() ?? 'current') : (standing ?? FAULT)
    const answered = await answer(now)
    return answered === 'current' || answered.kind === 'unknown' ? answered : toStored(answered)
  }
  const records: KeyRecordsDeps = {
    cache: createIsolateCache({ entries: 10, bytes: 1e6, ttlMs: 60_000 }, nowMs),
    async readKvRecord(lookupId) {
      calls.push(`copy ${lookupId}`)
      const read = await answer(copy)
      return read === null ? null : toStored(read)
    },
    findDatabaseRecord(lookupId) {
      calls.push(`truth ${lookupId}`)
      return answer(truth)
    },
    authorities:
      standing === undefined
        ? null
        : {
            check: (_, asked) => ask(asked),
            checkCached: (asked) => ask(asked.copy),
            async seed(_, record, word) {
              calls.push(`seed ${record.revision} ${word}`)
              const held = seeded ?? record
              return held.kind === 'unreadable' ? held : toStored(held)
            },
          },
    onFault,
    nowMs,
  }
  const deps: AuthorizeDeps = {
    ...records,
    verifyToken(token) {
      calls.push(`verify ${token}`)
      if (verify !== undefined) throw verify
      return token === TOKEN ? LOOKUP_ID : null
    },
    brake: createRefusalBrake({
      limiter,
      newest: (subject) => newestRecord(subject.lookupId, subject.copy, subject.requestId, records),
      newestMs: 1_000,
      later: (promise) => void promise,
      wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
      onFault,
      nowMs,
    }),
    addressWatch: createAddressWatch(() => undefined, nowMs),
    denials: {
      note(lookupId, address, enforced) {
        denials.push([lookupId, address === null ? null : formatAddress(address), enforced])
      },
    },
  }
  const sent = headers ?? { Authorization: `Token ${TOKEN}`, 'CF-Connecting-IP': CLIENT }
  const again = async () => {
    const asked = new Headers(sent)
    const lookupId = identifyKey(asked, deps)
    if (!lookupId.ok) return lookupId
    return await authorize(lookupId.value, asked, startTrace(REQUEST_ID, 0), deps)
  }
  return { pending: again(), again, calls, faults, denials, clock }
}

export async function authorized(situation: Situation) {
  const { pending, calls, faults } = start(situation)
  return { result: await pending, calls, faults }
}

function answer<T>(value: T | Error): Promise<T> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value)
}
