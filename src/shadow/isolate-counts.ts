// Counts what this isolate judged in shadow. A request pays for a few increments. What was counted is reported in
// the background, a second later and every five seconds at most. Clients choose addresses, and without a key they
// cost nothing. So all of it is bounded: beyond, requests are counted without their addresses, and at last only
// as judged.

import type { Difference } from './comparison.ts'
import type { ReportedDifference, ShadowReport } from './shadow-report.ts'

export interface ShadowCounts {
  readonly noteAgreed: (atMs: number) => void
  readonly noteDifference: (difference: Difference, atMs: number) => void
  /** Reports what is new. For the cron. */
  readonly flush: () => Promise<void>
}

export interface ShadowCountsDeps {
  /** Rejects if the report is not known to have come. */
  readonly report: (report: ShadowReport) => Promise<void>
  readonly onFault: (error: unknown) => void
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  readonly wait: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

const FIRST_AFTER_MS = 1_000
const INTERVAL_MS = 5_000
/** A report that was to be made and was not, such as after the runtime had ended its request. */
const GIVEN_UP_MS = 15_000
/** Of a report: with addresses, and as many without. About 200 kB each. */
const MAX_DIFFERENCES = 1_000
/** Of a report, for each key. Without a key: for all such requests together. */
const MAX_ADDRESSES = 50

interface Counted {
  readonly difference: Difference
  count: number
  lastMs: number
}

export function createShadowCounts(deps: ShadowCountsDeps): ShadowCounts {
  const { nowMs } = deps
  let judged = 0
  let agreed = 0
  let firstMs = 0
  let withAddress = new Map<string, Counted>()
  let withoutAddress = new Map<string, Counted>()
  /** How many differences with an address there are of each key. */
  let addressesOf = new Map<string, number>()
  let scheduledMs = -Infinity
  let reportedMs = -Infinity

  function noteJudged(atMs: number): void {
    if (judged++ === 0) firstMs = atMs
    if (Math.abs(atMs - scheduledMs) < GIVEN_UP_MS) return
    scheduledMs = atMs
    deps.later(reportInTime())
  }

  async function reportInTime(): Promise<void> {
    const sinceMs = Math.max(nowMs() - reportedMs, 0)
    await deps.wait(Math.max(INTERVAL_MS - sinceMs, FIRST_AFTER_MS))
    scheduledMs = -Infinity
    await report()
  }

  /** What was counted is gone from here on, even if the report is lost. */
  async function report(): Promise<void> {
    if (judged === 0) return
    reportedMs = nowMs()
    const taken = take(reportedMs)
    try {
      await deps.report(taken)
    } catch (error) {
      deps.onFault(error)
    }
  }

  function take(atMs: number): ShadowReport {
    const ago = (ms: number) => Math.max(atMs - ms, 0)
    const counted = [...withAddress.values(), ...withoutAddress.values()]
    const differences = counted.map(({ difference, count, lastMs }): ReportedDifference => {
      return { ...difference, count, agoMs: ago(lastMs) }
    })
    const taken = { firstAgoMs: ago(firstMs), judged, agreed, differences }
    judged = 0
    agreed = 0
    withAddress = new Map()
    withoutAddress = new Map()
    addressesOf = new Map()
    return taken
  }

  /** Null if there is no room. */
  function find(difference: Difference): Counted | null {
    const { keyId, address } = difference
    if (address === null) return findIn(withoutAddress, difference)
    const name = nameOf(difference)
    const found = withAddress.get(name)
    if (found !== undefined) return found
    const ofKey = addressesOf.get(keyId ?? '') ?? 0
    if (ofKey >= MAX_ADDRESSES || withAddress.size >= MAX_DIFFERENCES) {
      return findIn(withoutAddress, { ...difference, address: null })
    }
    addressesOf.set(keyId ?? '', ofKey + 1)
    return findIn(withAddress, difference)
  }

  return {
    noteAgreed(atMs) {
      noteJudged(atMs)
      agreed++
    },
    noteDifference(difference, atMs) {
      noteJudged(atMs)
      const counted = find(difference)
      if (counted === null) return
      counted.count++
      counted.lastMs = atMs
    },
    flush: report,
  }
}

function findIn(map: Map<string, Counted>, difference: Difference): Counted | null {
  const name = nameOf(difference)
  const found = map.get(name)
  if (found !== undefined) return found
  if (map.size >= MAX_DIFFERENCES) return null
  const counted = { difference, count: 0, lastMs: 0 }
  map.set(name, counted)
  return counted
}

function nameOf({ keyId, kind, code, upstreamStatus, address }: Difference): string {
  return `${keyId} ${kind} ${code} ${upstreamStatus} ${address}`
}
