// Reports to a key's authority the addresses that its IP ACL refused, or would have refused. No request waits
// for a report. Denials are batched, so neither an attacker with a leaked token nor a busy key in mode `report`
// can keep the authority from its work.

import { type Address, formatAddress } from '../keys/address.ts'
import type { LogFault } from '../log/fault.ts'
import type { Denial } from '../stores/denial-table.ts'

export interface DenialRecorder {
  readonly note: (lookupId: string, address: Address | null, enforced: boolean) => void
}

export interface DenialRecorderDeps {
  readonly countDenials: (lookupId: string, denials: readonly Denial[]) => Promise<void>
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly onFault: LogFault
  readonly nowMs: () => number
}

/** A key's first denial is sent at once. After that, a batch is sent at most once in this time. */
const INTERVAL_MS = 1_000
/** If a batch is this late, the request that was to send it has ended, and the next denial sends it. */
const GIVEN_UP_MS = 10 * INTERVAL_MS
const MAX_ADDRESSES = 100
const MAX_KEYS = 1_000

interface Batch {
  /** The denials that are not sent yet. */
  readonly byAddress: Map<string | null, Denial>
  /** When this batch is to be sent, or when the last one was. */
  dueAtMs: number
}

export function createDenialRecorder(deps: DenialRecorderDeps): DenialRecorder {
  const batches = new Map<string, Batch>()

  async function send(lookupId: string, { byAddress, dueAtMs }: Batch): Promise<void> {
    const waitMs = dueAtMs - deps.nowMs()
    if (waitMs > 0) await deps.wait(waitMs)
    const denials = [...byAddress.values()]
    byAddress.clear()
    try {
      await deps.countDenials(lookupId, denials)
    } catch (error) {
      deps.onFault('denials', error) // a count is lost, but no request fails
    }
  }

  return {
    note(lookupId, address, enforced) {
      const now = deps.nowMs()
      const batch = batches.get(lookupId) ?? addBatch(batches, lookupId)
      if (batch === null) return
      const { byAddress, dueAtMs } = batch
      const isScheduled = byAddress.size > 0 && now - dueAtMs < GIVEN_UP_MS
      addDenial(byAddress, address === null ? null : formatAddress(address), enforced, now)
      if (isScheduled) return
      const next = Math.max(now, dueAtMs + INTERVAL_MS)
      batch.dueAtMs = Math.min(next, now + INTERVAL_MS) // even if the clock was set back
      deps.later(send(lookupId, batch))
    },
  }
}

/** Starts the batches of a key. Null if there is no room even after idle keys are dropped. */
function addBatch(batches: Map<string, Batch>, lookupId: string): Batch | null {
  if (batches.size >= MAX_KEYS) {
    for (const [id, { byAddress }] of batches) if (byAddress.size === 0) batches.delete(id)
    if (batches.size >= MAX_KEYS) return null
  }
  const batch: Batch = { byAddress: new Map(), dueAtMs: Number.NEGATIVE_INFINITY }
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
