// What this isolate knows of credentials that have the form of an imported token, and are none. Each look into the
// stores costs KV, an authority and libSQL one call. So what was not found is believed not to be there for a while,
// and a client address may cause few looks in vain.

import type { Address } from '../keys/address.ts'
import { networkOf } from '../keys/network.ts'

export interface UnknownTokens {
  /** Whether a look has lately found nothing. `name`: any lookup id of the token. */
  readonly isAbsent: (name: string) => boolean
  /** Whether a look is under way. */
  readonly isLookedFor: (name: string) => boolean
  /** Starts a look for a client. Otherwise answers how many seconds it must wait for one. */
  readonly startLook: (name: string, address: Address | null) => number
  readonly endLook: (
    name: string,
    address: Address | null,
    outcome: 'found' | 'absent' | 'failed',
  ) => void
}

/** How long a token is believed not to be there. One that is imported meanwhile works from then on. */
export const ABSENT_MS = 10_000
/** Looks in vain of one network: so many at once, and then so many a second. */
export const LOOKS = { atOnce: 20, perSecond: 2 }
/** One client can use all of an IPv6 /56 (https://www.ripe.net/publications/docs/ripe-690/). */
const NETWORK = { 4: 32, 6: 56 }
const MAX_ENTRIES = 10_000
/** A look that takes longer was lost, because the runtime ended its request. */
const LOST_MS = 10_000

/** The looks that a network may still cause, at a time. */
interface Budget {
  readonly left: number
  readonly atMs: number
}

export function createUnknownTokens(nowMs: () => number): UnknownTokens {
  const absent = new Map<string, number>()
  const lookedFor = new Map<string, number>()
  const budgets = new Map<string, Budget>()

  /** Whether a time lies at most so long back. One that lies ahead is of a clock that was set back. */
  function isWithin(atMs: number | undefined, durationMs: number): boolean {
    if (atMs === undefined) return false
    const agoMs = nowMs() - atMs
    return agoMs >= 0 && agoMs < durationMs
  }

  function budgetOf(network: string): Budget {
    const now = nowMs()
    const { left, atMs } = budgets.get(network) ?? { left: LOOKS.atOnce, atMs: now }
    const gained = (Math.max(0, now - atMs) / 1_000) * LOOKS.perSecond
    return { left: Math.min(LOOKS.atOnce, left + gained), atMs: now }
  }

  function setLeft(network: string, left: number, atMs: number): void {
    budgets.delete(network)
    if (left < LOOKS.atOnce) setBounded(budgets, network, { left, atMs })
  }

  return {
    isAbsent: (name) => isWithin(absent.get(name), ABSENT_MS),
    isLookedFor: (name) => isWithin(lookedFor.get(name), LOST_MS),
    startLook(name, address) {
      const network = networkOf(address, NETWORK)
      const { left, atMs } = budgetOf(network)
      if (left < 1) return Math.ceil((1 - left) / LOOKS.perSecond)
      setLeft(network, left - 1, atMs)
      setBounded(lookedFor, name, atMs)
      return 0
    },
    endLook(name, address, outcome) {
      lookedFor.delete(name)
      if (outcome === 'absent') {
        absent.delete(name)
        setBounded(absent, name, nowMs())
        return
      }
      const network = networkOf(address, NETWORK)
      const { left, atMs } = budgetOf(network)
      setLeft(network, Math.min(LOOKS.atOnce, left + 1), atMs)
    },
  }
}

/** The oldest entry makes room. */
function setBounded<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.size >= MAX_ENTRIES && !map.has(name)) {
    const [oldest] = map.keys()
    if (oldest !== undefined) map.delete(oldest)
  }
  map.set(name, value)
}
