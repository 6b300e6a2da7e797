// Counts what this isolate sees of each key, until it is reported to the key's authority. A request pays for a few
// increments. What was counted travels with the next question about the key, once a second at most. If none is
// asked in time, one is asked for it. What an isolate has not reported when it ends is lost. An authority writes
// at most every ten seconds and sets no timer, so after the last report it is asked again until it has written.

import type { Address } from '../keys/address.ts'
import { type AddressCounts, noCounts, type UseReport } from '../keys/use.ts'
import type { CachedKey } from './cached-key.ts'
import {
  clearUse,
  dropFirstAddress,
  isSameAddress,
  nameOf,
  noUnreportedUse,
  type RefusedBy,
  toUseReport,
  type UnreportedUse,
} from './unreported-use.ts'

/** A key as a request meets it. */
export interface UsedKey {
  readonly lookupId: string
  readonly cached: CachedKey
}

export interface UseRecorder {
  /** `isReported`: whether the IP ACL would have refused the request outside mode `report`. */
  readonly noteAllowed: (
    key: UsedKey,
    address: Address | null,
    isReported: boolean,
    atMs: number,
  ) => void
  readonly noteRefused: (
    key: UsedKey,
    address: Address | null,
    reason: RefusedBy,
    atMs: number,
  ) => void
  /** Takes what is to be reported of a key; null for nothing. It counts as reported, even if the report is lost. */
  readonly take: (cached: CachedKey) => UseReport | null
  /** Notes after how many milliseconds the authority can write what was taken; 0 if it has. */
  readonly noteReported: (cached: CachedKey, unwrittenMs: number) => void
}

export interface UseRecorderDeps {
  /** Asks a question about a key, which takes its use along. Never rejects. */
  readonly report: (key: UsedKey) => Promise<void>
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/** What is left goes out within five seconds of the last request, the question included. */
const REPORT_AFTER_MS = 4_000
/** A request may wait for 30 s in the background. */
const WAITS = 3
/** An authority loses its memory after about ten idle seconds. So it is asked again that soon after a question. */
const KEEP_AWAKE_MS = 8_000
const MAX_REPEATS = 3
/** If a report is this late, the request that was to send it has ended, and the next one sends it. */
const GIVEN_UP_MS = 30_000
/** Reports are JSON, which costs more than a bare question. So questions take one along once in this time. */
const INTERVAL_MS = 1_000
const MAX_ADDRESSES = 100
/** Of all keys in ten seconds, about 4 MB. Beyond, requests are counted without their addresses. */
const MAX_NEW_ADDRESSES = 20_000
const NEW_ADDRESSES_MS = 10_000

export function createUseRecorder(deps: UseRecorderDeps): UseRecorder {
  let newAddresses = 0
  let newAddressesSinceMs = -Infinity

  async function reportInTime(key: UsedKey, use: UnreportedUse): Promise<void> {
    let leftMs = REPORT_AFTER_MS
    for (let waits = 0; waits < WAITS && leftMs > 0; waits++) {
      await deps.wait(leftMs)
      if (use.sinceMs === 0) break
      leftMs = use.sinceMs + REPORT_AFTER_MS - deps.nowMs()
      if (leftMs > REPORT_AFTER_MS) break // the clock was set back
    }
    use.waitingSinceMs = -Infinity
    if (use.sinceMs !== 0) await reportNow(key, use)
    await askUntilWritten(key, use)
  }

  async function reportNow(key: UsedKey, use: UnreportedUse): Promise<void> {
    use.takenMs = -Infinity
    await deps.report(key)
  }

  /** Stops if another question is asked. The request behind it begins anew. */
  async function askUntilWritten(key: UsedKey, use: UnreportedUse): Promise<void> {
    for (let repeats = 0; repeats < MAX_REPEATS && use.writableAtMs !== 0; repeats++) {
      const { askedMs } = key.cached
      const leftMs = Math.min(use.writableAtMs, askedMs + KEEP_AWAKE_MS) - deps.nowMs()
      await deps.wait(Math.min(Math.max(leftMs, 0), KEEP_AWAKE_MS))
      if (key.cached.askedMs !== askedMs) return
      await reportNow(key, use)
    }
  }

  function begin(key: UsedKey, atMs: number): UnreportedUse {
    const use = (key.cached.use ??= noUnreportedUse())
    if (use.sinceMs === 0) use.sinceMs = atMs
    if (Math.abs(atMs - use.waitingSinceMs) >= GIVEN_UP_MS) {
      use.waitingSinceMs = atMs
      // Of a request's own object, only what the report needs is kept alive.
      deps.later(reportInTime({ lookupId: key.lookupId, cached: key.cached }, use))
    }
    return use
  }

  /** Takes the room of one more address, of those that all keys have together. */
  function takeRoom(atMs: number): boolean {
    if (Math.abs(atMs - newAddressesSinceMs) >= NEW_ADDRESSES_MS) {
      newAddressesSinceMs = atMs
      newAddresses = 0
    }
    return ++newAddresses <= MAX_NEW_ADDRESSES
  }

  /** The counts of an address; null if there is no room. An allowed request makes room. */
  function countsOf(
    use: UnreportedUse,
    address: Address | null,
    isAllowed: boolean,
    atMs: number,
  ): AddressCounts | null {
    if (use.last !== null && isSameAddress(use.last.address, address)) return use.last.counts
    const name = nameOf(address)
    let seen = use.byAddress.get(name)
    if (seen === undefined) {
      if (use.byAddress.size >= MAX_ADDRESSES) {
        if (!isAllowed) return null
        // One in place of another takes no room, so a single key cannot use up the room of the others.
        dropFirstAddress(use.byAddress)
      } else if (!takeRoom(atMs)) return null
      seen = { address, counts: noCounts() }
      seen.counts.firstMs = atMs
      use.byAddress.set(name, seen)
    }
    use.last = seen
    return seen.counts
  }

  return {
    noteAllowed(key, address, isReported, atMs) {
      const use = begin(key, atMs)
      use.allowed++
      if (use.firstAllowedMs === 0) use.firstAllowedMs = atMs
      use.lastAllowedMs = atMs
      const counts = countsOf(use, address, true, atMs)
      if (counts === null) return
      counts.allowed++
      counts.lastMs = atMs
      counts.lastAllowedMs = atMs
      if (!isReported) return
      counts.reported++
      counts.lastReportedMs = atMs
      if (counts.firstDenialMs === 0) counts.firstDenialMs = atMs
    },

    noteRefused(key, address, reason, atMs) {
      if (reason === 'key_revoked') return // of a deleted key, nothing is kept
      const use = begin(key, atMs)
      use.refused.set(reason, (use.refused.get(reason) ?? 0) + 1)
      const counts = countsOf(use, address, false, atMs)
      if (counts === null) return
      counts.refused++
      counts.lastMs = atMs
      if (reason !== 'ip_denied') return
      counts.denied++
      counts.lastDeniedMs = atMs
      if (counts.firstDenialMs === 0) counts.firstDenialMs = atMs
    },

    take({ use, isGrace }) {
      // In a grace the authority cannot be asked, so the report would probably be lost.
      if (use === null || isGrace) return null
      if (use.sinceMs === 0 && use.writableAtMs === 0) return null
      const nowMs = deps.nowMs()
      if (Math.abs(nowMs - use.takenMs) < INTERVAL_MS) return null
      use.takenMs = nowMs
      use.writableAtMs = 0
      const report = toUseReport(use, nowMs)
      clearUse(use)
      return report
    },

    noteReported({ use }, unwrittenMs) {
      if (use !== null && unwrittenMs > 0) use.writableAtMs = deps.nowMs() + unwrittenMs
    },
  }
}
