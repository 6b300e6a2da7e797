// The addresses that a key's IP ACL refused, or would have refused, until they are reported to its authority. They
// travel with the next question about the key. If none is asked within two seconds, one is asked for them.

import { type Address, formatAddress } from '../keys/address.ts'
import type { Denial } from '../stores/key-authority/denial-table.ts'

export interface DenialRecorder {
  readonly note: (lookupId: string, address: Address | null, enforced: boolean) => void
  /** Takes the denials of a key that are not reported yet. */
  readonly take: (lookupId: string) => readonly Denial[]
}

export interface DenialRecorderDeps {
  /** Asks a question about a key, which takes its denials along. Never rejects. */
  readonly report: (lookupId: string) => Promise<void>
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

const REPORT_WITHIN_MS = 2_000
/** Denials are written to storage. So questions take those of a key along once in this time. */
const INTERVAL_MS = 1_000
/** If a report is this late, the request that was to send it has ended, and the next denial sends it. */
const GIVEN_UP_MS = 10_000
const MAX_ADDRESSES = 100
const MAX_KEYS = 1_000

interface Batch {
  /** The denials that are not reported yet. */
  readonly byAddress: Map<string | null, Denial>
  /** When a question last took denials along. */
  takenMs: number
  /** Since when a request has been waiting to report. */
  waitingSinceMs: number
}

export function createDenialRecorder(deps: DenialRecorderDeps): DenialRecorder {
  const batches = new Map<string, Batch>()

  async function reportInTime(lookupId: string, batch: Batch): Promise<void> {
    await deps.wait(REPORT_WITHIN_MS)
    batch.waitingSinceMs = -Infinity
    if (batch.byAddress.size === 0) return
    batch.takenMs = -Infinity
    await deps.report(lookupId)
  }

  return {
    note(lookupId, address, enforced) {
      const nowMs = deps.nowMs()
      const batch = batches.get(lookupId) ?? addBatch(batches, lookupId)
      if (batch === null) return
      addDenial(batch.byAddress, address === null ? null : formatAddress(address), enforced, nowMs)
      if (Math.abs(nowMs - batch.waitingSinceMs) < GIVEN_UP_MS) return
      batch.waitingSinceMs = nowMs
      deps.later(reportInTime(lookupId, batch))
    },

    take(lookupId) {
      const batch = batches.get(lookupId)
      if (batch === undefined || batch.byAddress.size === 0) return []
      const nowMs = deps.nowMs()
      if (Math.abs(nowMs - batch.takenMs) < INTERVAL_MS) return []
      batch.takenMs = nowMs
      const denials = [...batch.byAddress.values()]
      batch.byAddress.clear()
      return denials
    },
  }
}

/** Starts the batch of a key. Null if there is no room even after idle keys are dropped. */
function addBatch(batches: Map<string, Batch>, lookupId: string): Batch | null {
  if (batches.size >= MAX_KEYS) {
    for (const [id, { byAddress }] of batches) if (byAddress.size === 0) batches.delete(id)
    if (batches.size >= MAX_KEYS) return null
  }
  const batch: Batch = { byAddress: new Map(), takenMs: -Infinity, waitingSinceMs: -Infinity }
  batches.set(lookupId, batch)
  return batch
}

function addDenial(
  byAddress: Map<string | null, Denial>,
  address: string | null,
  enforced: boolean,
  nowMs: number,
): void {
  const before = byAddress.get(address)
  if (before === undefined && byAddress.size >= MAX_ADDRESSES) return
  const { count = 0, firstAtMs = nowMs } = before ?? {}
  byAddress.set(address, { address, count: count + 1, firstAtMs, lastAtMs: nowMs, enforced })
}
