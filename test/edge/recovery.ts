// What happens after a history: its faults have ended, the cron runs, and a last look shows what every location and
// libSQL say.

import { eq, inArray, sql } from 'drizzle-orm'
import { accounts } from '../../src/db/schema/accounts.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import type { Log, Use } from './checker.ts'
import { toAcl, toLimit } from './clients.ts'
import type { TestKey } from './fixtures.ts'
import { type Ground, type Location, NEXT_VERSION } from './ground.ts'
import type { Run } from './run-history.ts'
import { type TokenEnd, type Truth, UNCHANGED } from './verdict.ts'

/** How long a location may take to be well again, on the real clock. */
const RECOVERS_WITHIN_MS = 10_000
const CRON_RUNS = 3
const POLL_MS = 5

export async function recover(
  run: Run,
  hasNewForm: boolean,
): Promise<Omit<Log, 'leasesInBetween' | 'hasNewForm' | 'allowanceMs'>> {
  const { ground, clients, keys, facts, locations } = run
  const { changes } = clients
  const isDeploy = locations.includes(NEXT_VERSION)
  // What an authority knows and the database has forgotten, an operator decides.
  const decidedAt = clients.tick()
  // A version that cannot read what an authority holds has the restored database judge.
  const restores = run.restores.map((restore) => {
    return { ...restore, decidedAt: hasNewForm ? restore.start : decidedAt }
  })
  if (restores.length > 0) {
    await ground.command({ passSeconds: 600 })
    await clients.driftAt('ams', 'as_database')
  }
  let leftPending = 0
  for (let runs = 0; runs < CRON_RUNS; runs++) {
    await untilNothingIsInFlight(ground)
    await ground.command({ passSeconds: 61 })
    await ground.runCron(isDeploy ? NEXT_VERSION : 'ams') // the deploy has come to its end
    leftPending = await countPending(run)
    if (leftPending === 0) break
  }
  await ground.command({ passSeconds: 600 }) // by now what was written last is seen everywhere
  // Two versions in different forms at the same time cannot read all of each other's records.
  const drift = isDeploy ? [] : await clients.driftAt('ams', run.isForged)
  await ground.command({ passSeconds: 600 })
  const recovered = new Set<string>()
  for (const [i, name] of [...keys.keys()].entries()) {
    const from = i % 2 === 0 ? 'office' : 'home'
    const uses = run.rotations
      .tokensOf(name)
      .flatMap((token) => locations.map((at) => useUntilWell(run, name, token, from, at)))
    for (const { id } of await Promise.all(uses)) recovered.add(id)
  }
  const truth = await readTruth(run)
  const { areClocksWrong, turnedAuthorities, rotations } = run
  const { allowances } = await ground.command({ takeAllowances: true })
  const keyOf = (lookupId: string) =>
    [...keys.keys()].find((name) =>
      rotations.tokensOf(name).some((token) => token.lookupId === lookupId),
    )
  return {
    keys: facts,
    changes,
    uses: count(run, recovered),
    restores,
    truth,
    leftPending,
    drift,
    allowances: [...run.allowances, ...allowances].map((one) => ({
      ...one,
      key: keyOf(one.name) ?? '',
    })),
    turnedAuthorities,
    areClocksWrong,
  }
}

/** Waits for what workers do, also after their answers, as far as they get. */
export async function untilNothingIsInFlight(
  ground: Ground,
  { butHeld } = { butHeld: false },
): Promise<void> {
  const deadline = Date.now() + RECOVERS_WITHIN_MS
  for (;;) {
    const { inFlight, held } = await ground.command({})
    if (inFlight.length <= (butHeld ? held : 0)) return
    if (Date.now() > deadline) throw new Error(`Calls do not end: ${inFlight.join(', ')}`)
    await sleep(POLL_MS)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Rows that the cron has still to carry out. */
async function countPending({ ground, owners }: Run): Promise<number> {
  const ids = Object.values(owners).map(({ id }) => id)
  const rows = await ground
    .db()
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(sql`published_revision < revision AND ${inArray(apiKeys.accountId, ids)}`)
  return rows.length
}

async function useUntilWell(
  { clients }: Run,
  name: string,
  key: TestKey,
  from: 'office' | 'home',
  at: Location,
): Promise<Use> {
  const deadline = Date.now() + RECOVERS_WITHIN_MS
  for (;;) {
    const use = await clients.use(name, key, from, 'GET', at)
    if (use.verdict !== 'unavailable' || Date.now() > deadline) return use
    await sleep(POLL_MS)
  }
}

/** The uses, each with how often it reached the upstream. */
function count({ ground, clients, arrivals }: Run, recovered: ReadonlySet<string>): Use[] {
  const calls = new Map<string, number>()
  for (const { headers } of ground.upstream.received) {
    const id = headers['x-request-id'] ?? ''
    calls.set(id, (calls.get(id) ?? 0) + 1)
  }
  return clients.uses.map((use) => ({
    ...use,
    upstreamCalls: calls.get(use.id) ?? 0,
    arrivedMs: arrivals.get(use.id) ?? null,
    recovered: recovered.has(use.id),
  }))
}

async function readTruth({ ground, owners, keys, rotations }: Run): Promise<Map<string, Truth>> {
  const ids = Object.values(owners).map(({ id }) => id)
  const db = ground.db()
  const rows = await db
    .select()
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(inArray(apiKeys.accountId, ids))
  const keyIds = rows.map((row) => row.api_keys.id)
  const tokenRows = await db.select().from(tokens).where(inArray(tokens.keyId, keyIds))
  const truth = [...keys.keys()].flatMap((name) =>
    rotations.tokensOf(name).map(({ id, tokenName, lookupId }): [string, Truth] => {
      const row = rows.find(({ api_keys: { id: rowId } }) => rowId === id)
      // A backup that is older than the key knows nothing of it.
      if (row === undefined) return [`${name}.${tokenName}`, { ...UNCHANGED, life: 'gone' }]
      const { deletedAt, ipAcl, enabled, leakedAt, expiresAt, rateLimit } = row.api_keys
      return [
        `${name}.${tokenName}`,
        {
          life: deletedAt === null ? 'live' : 'gone',
          acl: toAcl(ipAcl ?? []),
          switch: enabled ? 'on' : 'off',
          leak: leakedAt === null ? 'no' : 'leaked',
          end: expiresAt === null ? 'never' : `${expiresAt}`,
          token: toEnd(tokenRows.find((token) => token.lookupId === lookupId)),
          status: row.accounts.status === 'active' ? 'active' : 'suspended',
          limit: toLimit(rateLimit),
          ceiling: toLimit(row.accounts.rateLimit),
        },
      ]
    }),
  )
  return new Map(truth)
}

function toEnd(row: typeof tokens.$inferSelect | undefined): TokenEnd {
  if (row === undefined || row.endedAt !== null) return 'ended'
  return row.endsAt === null ? 'never' : `${row.endsAt}`
}
