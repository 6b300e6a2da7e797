// Carries out a history on the ground: its steps, the recovery from its faults, and a last look at
// what every location and libSQL say.

import { eq, inArray, sql } from 'drizzle-orm'
import { accounts, apiKeys } from '../../src/db/schema.ts'
import { answerVisibly } from './answers.ts'
import type { KeyFacts, Log, Restore, Truth } from './checker.ts'
import { type Clients, createClients, toAcl, toNetworks } from './clients.ts'
import type { Fixtures, TestAccount, TestKey } from './fixtures.ts'
import { type Ground, type Location, LOCATIONS, NEXT_VERSION } from './ground.ts'
import { type AccountName, type History, KEYS, type KeyName, type Step } from './history.ts'

/** How long a location may take to be well again, on the real clock. */
const RECOVERS_WITHIN_MS = 10_000
/** No worker is at work for so long: its limits end it. */
const LONG_SECONDS = 30
const CRON_RUNS = 3
const POLL_MS = 5
/** Of a location, enough for several to wait for a question together. */
const AT_ONCE = 6

export async function runHistory(
  ground: Ground,
  fixtures: Fixtures,
  history: History,
): Promise<Log> {
  const run = await begin(ground, fixtures, history)
  try {
    for (const step of history.steps) await run.take(step)
    return await run.recover()
  } finally {
    await run.end()
  }
}

async function begin(ground: Ground, fixtures: Fixtures, history: History) {
  const clients: Clients = createClients(ground)
  const owners: Record<AccountName, TestAccount> = {
    a: await fixtures.insertAccount(ground.db()),
    b: await fixtures.insertAccount(ground.db()),
  }
  const keys = new Map<string, TestKey>()
  const facts = new Map<string, KeyFacts>()
  const restores: Restore[] = []
  const running: Promise<unknown>[] = []
  const dead = new Set<Location>()
  /** The uses of the last look, by id. */
  const recovered = new Set<string>()
  let backedUpAt: number | undefined
  const isDeploy = history.steps.some((step) => 'at' in step && step.at === NEXT_VERSION)
  const all: readonly Location[] = isDeploy ? [...LOCATIONS, NEXT_VERSION] : LOCATIONS

  const { acls, published, propagationSeconds } = history
  const making = Object.entries(KEYS).map(async ([name, account], i) => {
    const acl = acls[i] ?? 'anyone'
    const { id: accountId } = owners[account]
    const key = await fixtures.insertKey(ground.db(), accountId, toNetworks(acl), published)
    keys.set(name, key)
    facts.set(name, { account, acl, madeAt: 0 })
    return [key.lookupId, key.record] as const
  })
  const records = await Promise.all(making)
  await ground.command({
    clear: true,
    propagationSeconds: Object.fromEntries(
      [...LOCATIONS, NEXT_VERSION].map((at, i) => [at, propagationSeconds[i] ?? 0]),
    ),
    seed: published ? Object.fromEntries(records) : {},
  })
  answerVisibly(ground.upstream)
  /** Time goes by: at KV, and for the rows, which are older by it. */
  async function pass(seconds: number): Promise<void> {
    if (seconds >= LONG_SECONDS) await settleRunning()
    if (seconds >= LONG_SECONDS) await untilNothingIsInFlight({ butHeld: true })
    await ground.command({ passSeconds: seconds })
    await ground
      .db()
      .update(apiKeys)
      .set({ revisedAt: sql`revised_at - ${seconds * 1000}` })
      .where(inArray(apiKeys.accountId, accountIds()))
  }

  async function take(step: Step): Promise<void> {
    if ('at' in step && step.do !== 'revive' && dead.has(step.at)) return
    if ('diesAfter' in step && step.diesAfter !== null) {
      await ground.command({ at: step.at, diesAfter: step.diesAfter })
      dead.add(step.at)
    }
    const done = act(step)
    if ('goesOn' in step && step.goesOn) running.push(done)
    else await done
  }

  async function act(step: Step): Promise<unknown> {
    const key = 'key' in step ? keys.get(step.key) : undefined
    if ('key' in step && key === undefined) return
    switch (step.do) {
      case 'use':
        return key && (await clients.use(step.key, key, step.from, step.method, step.at))
      case 'use everywhere':
        return key && (await useEverywhere(step.key, key, step.from))
      case 'use at once':
        return key && (await useAtOnce(step, key))
      case 'edit':
        return key && (await clients.edit(step.key, key, ownerOf(step.key), step.acl, step.at))
      case 'delete':
        return key && (await clients.remove(step.key, key, ownerOf(step.key), step.at))
      case 'set status':
        return await clients.setStatus(step.account, owners[step.account], step.status, step.at)
      case 'create':
        return await create(step)
      case 'pass':
        return await pass(step.seconds)
      case 'kv':
        return await ground.command({ at: step.at, kv: step.fault })
      case 'authority':
        return await ground.command({ at: step.at, authority: step.fault })
      case 'libsql':
        return await ground.setLibsql(step.fault)
      case 'lose authority':
        return key && (await ground.command({ lose: key.lookupId }))
      case 'revive':
        dead.delete(step.at)
        return await ground.command({ at: step.at, revive: true })
      case 'cron':
        return await ground.runCron(step.at).catch(() => undefined)
      case 'heal':
        return await heal()
      case 'settle':
        await settleRunning()
        return await untilNothingIsInFlight({ butHeld: true })
      case 'back up':
        await settleRunning()
        backedUpAt = clients.tick()
        return await ground.backUp()
      case 'restore':
        return backedUpAt !== undefined && (await restore(backedUpAt))
    }
  }

  async function useEverywhere(name: KeyName, key: TestKey, from: 'office' | 'home') {
    const alive = all.filter((at) => !dead.has(at))
    await Promise.all(alive.map((at) => clients.use(name, key, from, 'GET', at)))
  }

  async function useAtOnce(
    { key: name, from, at }: Extract<Step, { do: 'use at once' }>,
    key: TestKey,
  ) {
    const one = () => clients.use(name, key, from, 'GET', at)
    await Promise.all(Array.from({ length: AT_ONCE }, one))
  }

  async function create({ acl, at }: Extract<Step, { do: 'create' }>): Promise<void> {
    const made = await clients.create(owners.a, acl, at)
    if (made === null) return
    const [row] = await ground.db().select().from(apiKeys).where(eq(apiKeys.id, made.id))
    // In one turn with its entry: another creation may be under way.
    const name = `n${keys.size - Object.keys(KEYS).length + 1}`
    keys.set(name, { ...made, lookupId: row?.lookupId ?? '' })
    facts.set(name, { account: 'a', acl, madeAt: clients.tick() })
  }

  async function restore(at: number): Promise<void> {
    await settleRunning()
    const start = clients.tick()
    await ground.restore()
    restores.push({ start, end: clients.tick(), backedUpAt: at })
  }

  function ownerOf(name: KeyName): TestAccount {
    return owners[(facts.get(name)?.account ?? 'a') as AccountName]
  }

  async function settleRunning(): Promise<void> {
    await Promise.all(running.splice(0))
  }

  async function heal(): Promise<void> {
    await ground.setLibsql('none')
    await ground.command({ heal: true })
    dead.clear()
  }

  /** Rows that the cron has still to carry out. */
  async function countPending(): Promise<number> {
    const rows = await ground
      .db()
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(sql`published_revision < revision AND ${inArray(apiKeys.accountId, accountIds())}`)
    return rows.length
  }

  async function recover(): Promise<Log> {
    await heal()
    await settleRunning()
    // What an authority knows and the database has forgotten, an operator decides.
    if (restores.length > 0) {
      await pass(600)
      await clients.driftAt('ams', 'as_database')
    }
    let leftPending = 0
    for (let runs = 0; runs < CRON_RUNS; runs++) {
      await untilNothingIsInFlight()
      await pass(61)
      await ground.runCron(isDeploy ? NEXT_VERSION : 'ams') // the deploy has come to its end
      leftPending = await countPending()
      if (leftPending === 0) break
    }
    await pass(600) // by now what was written last is seen everywhere
    // Two versions in different forms at the same time cannot read all of each other's copies.
    const drift = isDeploy ? [] : await clients.driftAt('ams', false)
    await pass(600)
    for (const [i, [name, key]] of [...keys].entries()) {
      const from = i % 2 === 0 ? 'office' : 'home'
      await Promise.all(all.map((at) => useUntilWell(name, key, from, at)))
    }
    const { changes } = clients
    const truth = await readTruth()
    return { keys: facts, changes, uses: counted(), restores, truth, leftPending, drift }
  }

  /** Waits for what workers do, also after their answers, as far as they get. */
  async function untilNothingIsInFlight({ butHeld } = { butHeld: false }): Promise<void> {
    const deadline = Date.now() + RECOVERS_WITHIN_MS
    for (;;) {
      const { inFlight, held } = await ground.command({})
      if (inFlight.length <= (butHeld ? held : 0)) return
      if (Date.now() > deadline) throw new Error(`Calls do not end: ${inFlight.join(', ')}`)
      await sleep(POLL_MS)
    }
  }

  async function useUntilWell(name: string, key: TestKey, from: 'office' | 'home', at: Location) {
    const deadline = Date.now() + RECOVERS_WITHIN_MS
    let use = await clients.use(name, key, from, 'GET', at)
    while (use.verdict === 'unavailable' && Date.now() < deadline) {
      await sleep(POLL_MS)
      use = await clients.use(name, key, from, 'GET', at)
    }
    recovered.add(use.id)
  }

  /** The uses, each with how often it reached the upstream. */
  function counted() {
    const calls = new Map<string, number>()
    for (const { headers } of ground.upstream.received) {
      const id = headers['x-request-id'] ?? ''
      calls.set(id, (calls.get(id) ?? 0) + 1)
    }
    return clients.uses.map((use) => ({
      ...use,
      upstreamCalls: calls.get(use.id) ?? 0,
      recovered: recovered.has(use.id),
    }))
  }

  async function readTruth(): Promise<Map<string, Truth>> {
    const rows = await ground
      .db()
      .select()
      .from(apiKeys)
      .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
      .where(inArray(apiKeys.accountId, accountIds()))
    const truth = [...keys].map(([name, { id }]): [string, Truth] => {
      const row = rows.find(({ api_keys: { id: rowId } }) => rowId === id)
      // A backup that is older than the key knows nothing of it.
      if (row === undefined) return [name, { life: 'gone', acl: 'anyone', status: 'active' }]
      const { deletedAt, ipAcl } = row.api_keys
      const status = row.accounts.status === 'active' ? 'active' : 'suspended'
      const life = deletedAt === null ? 'live' : 'gone'
      return [name, { life, acl: toAcl(ipAcl ?? []), status }]
    })
    return new Map(truth)
  }

  async function end(): Promise<void> {
    await heal()
    await settleRunning()
    await fixtures.retire(ground.db(), accountIds())
    ground.upstream.reset()
  }

  function accountIds(): string[] {
    return Object.values(owners).map(({ id }) => id)
  }

  return { take, recover, end }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
