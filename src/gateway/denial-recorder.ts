// Tells a key's authority whom the IP ACL refused, or would have: after the verdict, so that no request
// waits for it. What comes fast is gathered and sent together, so that neither an attacker with a
// leaked token nor a busy key in mode `report` can keep the authority from its work.

import { type Address, formatAddress } from '../keys/address.ts'
import type { LogFault } from '../log.ts'
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

/** A key's denials are sent at once, and then at most once in this time. */
const INTERVAL_MS = 1_000
/** A request that was to send them and is gone, with its isolate's other work, leaves it to the next. */
const GIVEN_UP_MS = 10 * INTERVAL_MS
const MAX_ADDRESSES = 100
const MAX_KEYS = 1_000

interface Gathered {
  /** What is not sent yet. */
  readonly byAddress: Map<string | null, Denial>
  /** When they are sent, or the last ones were. */
  dueAtMs: number
}

export function createDenialRecorder(deps: DenialRecorderDeps): DenialRecorder {
  const keys = new Map<string, Gathered>()

  async function send(lookupId: string, { byAddress, dueAtMs }: Gathered): Promise<void> {
    const early = dueAtMs - deps.nowMs()
    if (early > 0) await deps.wait(early)
    const denials = [...byAddress.values()]
    byAddress.clear()
    try {
      await deps.countDenials(lookupId, denials)
    } catch (error) {
      deps.onFault('denials', error) // a count is lost, no request is
    }
  }

  return {
    note(lookupId, address, enforced) {
      const now = deps.nowMs()
      const gathered = keys.get(lookupId) ?? newlyGathered(keys, lookupId)
      if (gathered === null) return
      const { byAddress, dueAtMs } = gathered
      const isOnItsWay = byAddress.size > 0 && now - dueAtMs < GIVEN_UP_MS
      add(byAddress, address === null ? null : formatAddress(address), enforced, now)
      if (isOnItsWay) return
      const next = Math.max(now, dueAtMs + INTERVAL_MS)
      gathered.dueAtMs = Math.min(next, now + INTERVAL_MS) // whatever the clock did
      deps.later(send(lookupId, gathered))
    },
  }
}

/** Room for one more key, where there is any once the idle ones are gone. */
function newlyGathered(keys: Map<string, Gathered>, lookupId: string): Gathered | null {
  if (keys.size >= MAX_KEYS) {
    for (const [id, { byAddress }] of keys) if (byAddress.size === 0) keys.delete(id)
    if (keys.size >= MAX_KEYS) return null
  }
  const gathered: Gathered = { byAddress: new Map(), dueAtMs: Number.NEGATIVE_INFINITY }
  keys.set(lookupId, gathered)
  return gathered
}

function add(
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
