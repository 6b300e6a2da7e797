import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeKeyRecord, type KeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'
import { KvTimeoutError, putKeyRecord, readKeyRecord } from '../../src/stores/key-kv.ts'

const RECORD: KeyRecord = {
  kind: 'live',
  revision: 3,
  keyId: 'key_1',
  accountId: 'acc_1',
  accountStatus: 'active',
  ipAcl: ['10.0.0.0/8'],
  ipAclMode: 'enforce',
  ...UNRESTRICTED,
}
const GONE: KeyRecord = { kind: 'tombstone', revision: 4, keyId: 'key_1', replacedAtMs: null }

describe('readKeyRecord()', () => {
  it.each([RECORD, GONE])('reads what putKeyRecord() wrote: $kind', async (record) => {
    const kv = namespace()
    await putKeyRecord(kv.namespace, 'id', record)
    expect(await readKeyRecord(kv.namespace, 'id')).toMatchObject(record)
    expect(await readKeyRecord(kv.namespace, 'other')).toBeNull()
  })

  it('asks once, for text, and as fresh as KV has it', async () => {
    const kv = namespace()
    await readKeyRecord(kv.namespace, 'id')
    expect(kv.calls).toEqual([['get', 'key:id', { type: 'text', cacheTtl: 30 }]])
  })

  it.each(['', 'null', '{}', '<html>', '{"format":9}'])(
    'takes a value that it cannot read for a miss: %s',
    async (value) => {
      const kv = namespace(new Map([['key:id', value]]))
      expect(await readKeyRecord(kv.namespace, 'id')).toBeNull()
    },
  )

  it('rejects where KV fails: that is no miss', async () => {
    const fault = new Error('KV GET failed: 503 Service Unavailable')
    const failing = { get: () => Promise.reject(fault) } as unknown as KVNamespace
    await expect(readKeyRecord(failing, 'id')).rejects.toBe(fault)
  })
})

describe('readKeyRecord(), when KV stalls', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('rejects after a second', async () => {
    const stalling = { get: () => new Promise(() => undefined) } as unknown as KVNamespace
    const read = expect(readKeyRecord(stalling, 'id')).rejects.toThrow(KvTimeoutError)
    await vi.advanceTimersByTimeAsync(1_000)
    await read
  })

  it('waits for an answer that takes less', async () => {
    const text = encodeKeyRecord(RECORD)
    const get = () => new Promise((resolve) => setTimeout(() => resolve(text), 999))
    const read = readKeyRecord({ get } as unknown as KVNamespace, 'id')
    await vi.advanceTimersByTimeAsync(999)
    expect(await read).toMatchObject(RECORD)
  })
})

describe('putKeyRecord()', () => {
  it('writes without expiry, so that a tombstone outlives every cached record', async () => {
    const kv = namespace()
    await putKeyRecord(kv.namespace, 'id', GONE)
    expect(kv.calls).toEqual([['put', 'key:id', encodeKeyRecord(GONE)]])
  })

  it('rejects where KV fails', async () => {
    const fault = new Error('KV PUT failed: 429 Too Many Requests')
    const failing = { put: () => Promise.reject(fault) } as unknown as KVNamespace
    await expect(putKeyRecord(failing, 'id', RECORD)).rejects.toBe(fault)
  })
})

/** As much of a KV namespace as is used, on a Map. */
function namespace(values = new Map<string, string>()) {
  const calls: unknown[][] = []
  const kv = {
    get(...args: [string, ...unknown[]]) {
      calls.push(['get', ...args])
      return Promise.resolve(values.get(args[0]) ?? null)
    },
    put(...args: [string, string, ...unknown[]]) {
      calls.push(['put', ...args])
      values.set(args[0], args[1])
      return Promise.resolve()
    },
  }
  return { namespace: kv as unknown as KVNamespace, calls }
}
