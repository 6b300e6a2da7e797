// Real key authorities: the built worker's objects in workerd.

import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { startLocalWorker } from '../../../harness/worker.ts'
import { type KeyRecord, type LiveKeyRecord, UNRESTRICTED } from '../../../src/keys/key-record.ts'
import { type StoredRecord, toStored } from '../../../src/keys/stored-record.ts'
import {
  type Answered,
  type AuthorityNamespace,
  createKeyAuthorities,
  type KeyAuthorities,
} from '../../../src/stores/key-authority/key-authority.ts'
import type { Question } from '../../../src/stores/key-authority/question.ts'

export const LIVE: LiveKeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: ['10.0.0.0/8'],
  ipAclMode: 'enforce',
  ...UNRESTRICTED,
}
export const NEWER: LiveKeyRecord = { ...LIVE, revision: 4, ipAcl: [] }
export const GONE: KeyRecord = {
  kind: 'tombstone',
  revision: 5,
  keyId: 'key_1',
  replacedAtMs: null,
}

export interface Objects extends KeyAuthorities {
  readonly namespace: AuthorityNamespace
  /** A name that no object has had. */
  readonly newName: () => string
  /** What the authority says about a record, without a lease. */
  readonly check: (name: string, cached: StoredRecord | null) => Promise<Answered['says']>
  /** The word of an authority that does not know about a record. */
  readonly wordOf: (name: string, cached?: KeyRecord) => Promise<string | undefined>
  /** Seeds an authority as a reader of libSQL does. */
  readonly fill: (name: string, record?: KeyRecord) => Promise<void>
  /** How long callers were told to wait, in milliseconds. They do not wait here. */
  readonly waits: number[]
  readonly stop: () => Promise<void>
}

/** `stateDir`: where the objects keep their storage; in memory if left out. */
export async function startObjects(stateDir?: string): Promise<Objects> {
  const worker = await startLocalWorker({
    bundleDir: inject('bundleDir'),
    variables: {},
    ...(stateDir !== undefined && { stateDir }),
  })
  const found = await worker.miniflare.getDurableObjectNamespace('KEY_AUTHORITY')
  const namespace = found as unknown as AuthorityNamespace
  const waits: number[] = []
  const authorities = createKeyAuthorities(namespace, {
    timeoutMs: 10_000,
    wait: async (ms) => void waits.push(ms),
    nowMs: () => CALLER_MS,
  })

  async function check(name: string, cached: StoredRecord | null) {
    return (await authorities.ask(name, { ...QUESTION, cached })).says
  }

  async function wordOf(name: string, cached?: KeyRecord) {
    const says = await check(name, cached === undefined ? null : toStored(cached))
    if (says === 'current' || says.kind !== 'unknown') throw new Error('The authority knows')
    return says.word
  }

  return {
    ...authorities,
    namespace,
    newName: randomUUID,
    check,
    wordOf,
    fill: async (name, record = LIVE) => {
      await authorities.seed(name, record, await wordOf(name))
    },
    waits,
    stop: worker.stop,
  }
}

/**
 * The clock of all callers, which stands still. An authority counts the shorter one of the times that went by for
 * itself and for its callers. So what it says of time is the same on a slow machine.
 */
export const CALLER_MS = 1_000

export const QUESTION: Question = {
  cached: null,
  leaseMs: 0,
  askedMs: CALLER_MS,
  use: null,
  wanted: null,
}
