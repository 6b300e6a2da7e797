// What keys were used for, from the authorities of their tokens. The tokens of a key add up, also those that have
// ended.

import type { Database } from '../db/client.ts'
import { listEndedTokens, listUsedTokens } from '../db/use-queries.ts'
import { addOutcomes, mergeAddresses, type Outcomes } from '../keys/use.ts'
import type { LogFault } from '../log/fault.ts'
import type { UseDetails, UseQuery, UseSummary } from '../stores/key-authority/counted-use.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import { mapPooled } from './map-pooled.ts'

export interface KeyUsageDeps extends Pick<KeyAuthorities, 'summarizeUse' | 'detailUse'> {
  readonly db: Database
  readonly wait: (ms: number) => Promise<void>
  readonly logFault: LogFault
  readonly nowMs: () => number
}

const DAY_MS = 86_400_000
/** Authorities keep days for so long. */
const KEPT_MS = 400 * DAY_MS
/** A key that is rotated often has many tokens. The use of older ones is not told. */
const MAX_TOKENS = 10
/** How many authorities are asked at once. */
const AT_ONCE = 64
/** A list waits no longer for authorities. */
const LIST_MS = 1_500

/** The use of 24 hours by key. A key is left out if one of its authorities cannot be asked in time. */
export async function summarizeKeys(
  keyIds: readonly string[],
  deps: KeyUsageDeps,
): Promise<ReadonlyMap<string, UseSummary>> {
  const found = new Map<string, UseSummary>()
  const faults: unknown[] = []
  const tokens = await findTokens(keyIds, deps)
  const asked = mapPooled([...tokens], AT_ONCE, async ([keyId, lookupIds]) => {
    try {
      const summaries = await Promise.all(lookupIds.map((id) => deps.summarizeUse(id)))
      found.set(keyId, summaries.reduce(addSummaries))
    } catch (error) {
      faults.push(error)
    }
  })
  await Promise.race([asked, deps.wait(LIST_MS)])
  if (faults.length > 0) deps.logFault('authority', faults[0])
  return new Map(found) // what comes later is not for this answer
}

/** The use of a key in a range. Rejects if one of its authorities cannot be asked. */
export async function detailKey(
  keyId: string,
  query: UseQuery,
  deps: KeyUsageDeps,
): Promise<UseDetails> {
  const lookupIds = (await findTokens([keyId], deps)).get(keyId) ?? []
  const details = await Promise.all(lookupIds.map((id) => deps.detailUse(id, query)))
  const addresses = mergeAddresses(details.flatMap((one) => one.addresses))
  return {
    ...details.map((one): UseSummary => one).reduce(addSummaries, NEVER),
    buckets: addBuckets(details),
    addresses: addresses.toSorted((a, b) => b.lastMs - a.lastMs),
  }
}

/** Drops what was counted of a deleted key's tokens that had ended before. The others' went with the key. */
export async function forgetEndedUse(
  keyId: string,
  deps: Pick<KeyUsageDeps, 'db' | 'logFault'> & Pick<KeyAuthorities, 'forgetUse'>,
): Promise<void> {
  try {
    const lookupIds = await listEndedTokens(deps.db, keyId)
    await mapPooled(lookupIds, AT_ONCE, deps.forgetUse)
  } catch (error) {
    deps.logFault('use', error)
  }
}

const NEVER: UseSummary = {
  allowed: 0,
  refused: {},
  firstUsedMs: 0,
  lastUsedMs: 0,
  lastAddress: null,
  allowedLastHour: 0,
}

/** By key, its newest tokens. A key that a restored database has without tokens has an empty list. */
async function findTokens(
  keyIds: readonly string[],
  { db, nowMs }: KeyUsageDeps,
): Promise<Map<string, string[]>> {
  const byKey = new Map<string, string[]>()
  if (keyIds.length === 0) return byKey
  for (const { keyId, lookupId } of await listUsedTokens(db, keyIds, nowMs() - KEPT_MS)) {
    const lookupIds = byKey.get(keyId) ?? []
    if (lookupIds.length < MAX_TOKENS) byKey.set(keyId, [...lookupIds, lookupId])
  }
  return byKey
}

function addSummaries(a: UseSummary, b: UseSummary): UseSummary {
  const sum: Outcomes = { allowed: a.allowed, refused: { ...a.refused } }
  addOutcomes(sum, b)
  const firsts = [a.firstUsedMs, b.firstUsedMs].filter((ms) => ms > 0)
  return {
    ...sum,
    firstUsedMs: firsts.length === 0 ? 0 : Math.min(...firsts),
    lastUsedMs: Math.max(a.lastUsedMs, b.lastUsedMs),
    lastAddress: (a.lastUsedMs >= b.lastUsedMs ? a : b).lastAddress,
    allowedLastHour: a.allowedLastHour + b.allowedLastHour,
  }
}

function addBuckets(details: readonly UseDetails[]): UseDetails['buckets'] {
  const byTime = new Map<number, Outcomes>()
  for (const { atMs, ...outcomes } of details.flatMap(({ buckets }) => buckets)) {
    const sum = byTime.get(atMs) ?? { allowed: 0, refused: {} }
    addOutcomes(sum, outcomes)
    byTime.set(atMs, sum)
  }
  const buckets = [...byTime].map(([atMs, outcomes]) => ({ atMs, ...outcomes }))
  return buckets.toSorted((a, b) => a.atMs - b.atMs)
}
