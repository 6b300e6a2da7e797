import { describe, expect, it } from 'vitest'
import { createDenialRecorder } from '../../src/gateway/denial-recorder.ts'
import { parseAddress } from '../../src/keys/address.ts'
import type { Denial } from '../../src/stores/denial-table.ts'

const SECOND = 1_000

describe('createDenialRecorder()', () => {
  it('sends a denial at once, after the verdict', async () => {
    const { note, sent, settled } = start()
    note('a', '203.0.113.7', true)
    note('b', null, false)
    await settled()
    const at = { count: 1, firstAtMs: 1_000, lastAtMs: 1_000 }
    expect(sent).toEqual([
      ['a', [{ address: '203.0.113.7', ...at, enforced: true }]],
      ['b', [{ address: null, ...at, enforced: false }]],
    ])
  })

  it('counts by address what comes before it is sent', async () => {
    const { note, sent, settled, pass } = start()
    note('a', '198.51.100.1', true)
    for (const address of ['203.0.113.7', '203.0.113.8', '203.0.113.7']) {
      note('a', address, true)
      pass(5)
    }
    note('a', '203.0.113.7', false)
    pass(SECOND)
    await settled()
    expect(sent).toHaveLength(2)
    expect(sent.at(-1)?.[1]).toEqual([
      { address: '203.0.113.7', count: 3, firstAtMs: 1_000, lastAtMs: 1_015, enforced: false },
      { address: '203.0.113.8', count: 1, firstAtMs: 1_005, lastAtMs: 1_005, enforced: true },
    ])
  })

  it('sends at once, and then once a second, losing no count', async () => {
    const { note, sent, settled, waits, pass } = start()
    for (let i = 0; i < 1_000; i++) {
      note('a', '203.0.113.7', true)
      await settled()
    }
    expect(sent.length).toBe(1)
    expect(waits.length).toBe(1)
    pass(SECOND)
    await settled()
    expect(sent.length).toBe(2)
    const counts = sent.flatMap(([, denials]) => denials.map(({ count }) => count))
    expect(counts.reduce((sum, count) => sum + count)).toBe(1_000)
  })

  it('sends a denial at once again after a pause, and soon after a clock that was set back', async () => {
    const { note, sent, settled, pass, waits } = start()
    for (const expected of [1, 2]) {
      note('a', '203.0.113.7', true)
      await settled()
      expect(sent).toHaveLength(expected)
      pass(SECOND)
    }
    pass(-3_600 * SECOND)
    note('a', '203.0.113.7', true)
    await settled()
    expect(waits.map(({ atMs }) => atMs)).toEqual([1_000 - 3_600 * SECOND + 3 * SECOND])
  })

  it('keeps one key from slowing another', async () => {
    const { note, sent, settled } = start()
    for (let i = 0; i < 100; i++) {
      note('a', '203.0.113.7', true)
      await settled()
    }
    note('b', '203.0.113.7', true)
    await settled()
    expect(sent.at(-1)?.[0]).toBe('b')
  })

  it('gathers no more than 100 addresses of a key, and 1000 keys', async () => {
    const { note, sent, settled, pass } = start()
    for (let key = 0; key < 1_000; key++) {
      for (let i = 0; i < 2; i++) note(`key-${key}`, '203.0.113.7', true)
    }
    for (let i = 0; i < 5_000; i++) note('key-0', `10.0.${i >> 8}.${i & 255}`, true)
    note('another', '203.0.113.7', true)
    await settled()
    expect(sent.map(([lookupId]) => lookupId)).not.toContain('another')

    pass(SECOND)
    await settled()
    expect(sent.slice(-1_000)[0]?.[1]).toHaveLength(100)
    note('another', '203.0.113.7', true)
    await settled()
    expect(sent.at(-1)?.[0]).toBe('another')
  })

  it('reports a store that fails, and goes on', async () => {
    const { note, sent, settled, faults, fail, pass } = start()
    fail(new Error('unreachable'))
    note('a', '203.0.113.7', true)
    await settled()
    expect(faults).toEqual(['denials'])
    fail(null)
    pass(SECOND)
    note('a', '203.0.113.7', true)
    await settled()
    expect(sent).toHaveLength(1)
  })

  it('does not wait for ever for a request that is gone', async () => {
    const { note, sent, settled, pass, loseNextWait } = start()
    note('a', '203.0.113.7', true)
    await settled()
    loseNextWait()
    note('a', '203.0.113.7', true)
    pass(10 * SECOND)
    note('a', '203.0.113.7', true)
    await settled()
    expect(sent).toHaveLength(1)
    pass(SECOND)
    note('a', '203.0.113.7', true)
    await settled()
    expect(sent.at(-1)?.[1]).toMatchObject([{ count: 3 }])
  })
})

function start() {
  let now = 1_000
  let failure: Error | null = null
  let lost = false
  const sent: [string, readonly Denial[]][] = []
  const faults: string[] = []
  const later: Promise<void>[] = []
  const waits: { readonly atMs: number; readonly done: () => void }[] = []
  const recorder = createDenialRecorder({
    async countDenials(lookupId, denials) {
      if (failure !== null) throw failure
      sent.push([lookupId, denials])
    },
    later: (promise) => void later.push(promise),
    wait: (ms) => {
      if (lost) return new Promise(() => undefined)
      return new Promise((done) => void waits.push({ atMs: now + ms, done }))
    },
    onFault: (fault) => void faults.push(fault),
    nowMs: () => now,
  })
  return {
    sent,
    faults,
    later,
    waits,
    note: (lookupId: string, address: string | null, enforced: boolean) => {
      recorder.note(lookupId, address === null ? null : parseAddress(address), enforced)
    },
    /** Lets everything run that waits for no clock. */
    settled: () => new Promise<void>((resolve) => setImmediate(resolve)),
    pass: (ms: number) => {
      now += ms
      for (const { atMs, done } of waits) if (atMs <= now) done()
    },
    fail: (error: Error | null) => void (failure = error),
    loseNextWait: () => void (lost = true),
  }
}
