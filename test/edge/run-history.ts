// Carries out a history on the ground, step by step, and then lets it recover.

import { eq } from 'drizzle-orm'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from '../../src/keys/key-record.ts'
import { answerVisibly } from './answers.ts'
import type { Log } from './checker.ts'
import { type Clients, createClients, toNetworks, toRateLimit } from './clients.ts'
import type { Fixtures, TestAccount, TestKey } from './fixtures.ts'
import { ALL_LOCATIONS, type Ground, type Location, LOCATIONS, NEXT_VERSION } from './ground.ts'
import {
  type AccountName,
  type Changing,
  type ClockFault,
  type Deploy,
  type History,
  KEYS,
  type KeyName,
  type Step,
} from './history.ts'
import { recover, sleep, untilNothingIsInFlight } from './recovery.ts'
import { createRotations, type Rotations } from './rotations.ts'
import { createLocationClocks, type LocationClocks } from './location-clocks.ts'
import type { KeyFacts, Restore } from './registers.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'
import type { ClockChange } from './sim/clock.ts'
import type { Command } from './sim/commands.ts'
import type { Acl, Address, End } from './verdict.ts'
import { OBJECTS_WITHOUT_LEASES } from './versions.ts'

/** No worker is at work for so long: its limits end it. Less time goes by as it does, more is jumped over. */
const LONG_SECONDS = 30
/** Of a location, more than may have questions of their own on the way. */
const AT_ONCE = 6
const KEEPS_USING_EVERY_MS = 8
/** So many clients, at one location or at several. */
const FLOODED_BY = 6
/** Sessions outlive no more. */
const LONGEST_PASSED_MS = 120_000
/** After so many terms a lease has run out, whatever a clock says. */
const LEASES_END_AFTER = 1.5

/** What happens in a history, and what is known of it. */
export interface Run {
  readonly ground: Ground
  readonly clients: Clients
  readonly clocks: LocationClocks
  readonly owners: Readonly<Record<AccountName, TestAccount>>
  /** Each with its first token. */
  readonly keys: Map<string, TestKey>
  readonly rotations: Rotations
  readonly facts: Map<string, KeyFacts>
  readonly restores: Restore[]
  /** The locations that take part. */
  readonly locations: readonly Location[]
  /** Whether somebody else has written to KV. */
  isForged: boolean
  /** When each request reached the upstream, by its id, in milliseconds of the world's time. */
  readonly arrivals: Map<string, number>
  /** The questions for allowances so far. */
  readonly allowances: AskedAllowance[]
  /** Keys whose authority's clock was turned. */
  readonly turnedAuthorities: Set<string>
  areClocksWrong: boolean
}

/** `turnedOn`: mutants, see mutants.ts. */
export async function runHistory(
  ground: Ground,
  fixtures: Fixtures,
  history: History,
  turnedOn: readonly string[] = [],
): Promise<Log> {
  const run = await begin(ground, fixtures, history, turnedOn)
  const steps = createSteps(run, history, turnedOn)
  const { leasesInBetween } = await ground.command({})
  try {
    for (const step of history.steps) await steps.take(step)
    await steps.end()
    const { version, leaseTerms = 1 } = history.deploy ?? {}
    const hasNewForm = version === 'new form'
    const log = await recover(run, hasNewForm)
    const now = await ground.command({})
    return {
      ...log,
      hasNewForm,
      // A location uses an allowance for as long as its own lease.
      allowanceMs: ground.allowanceMs * Math.max(1, leaseTerms),
      leasesInBetween: now.leasesInBetween - leasesInBetween,
    }
  } finally {
    await steps.end()
    await fixtures.retire(
      ground.db(),
      Object.values(run.owners).map(({ id }) => id),
    )
    ground.upstream.reset()
  }
}

async function begin(
  ground: Ground,
  fixtures: Fixtures,
  history: History,
  turnedOn: readonly string[],
): Promise<Run> {
  const owners = {
    a: await fixtures.insertAccount(ground.db()),
    b: await fixtures.insertAccount(ground.db()),
  }
  const keys = new Map<string, TestKey>()
  const facts = new Map<string, KeyFacts>()
  const { acls, limits, published, propagationSeconds, rates, deploy } = history
  for (const [i, [name, account]] of Object.entries(KEYS).entries()) {
    const acl = acls[i] ?? 'anyone'
    const networks = toNetworks(acl)
    const limit = limits[i] ?? 'none'
    const { id } = owners[account]
    const rateLimit = toRateLimit(limit)
    keys.set(name, await fixtures.insertKey(ground.db(), id, networks, published, rateLimit))
    facts.set(name, { account, acl, limit, end: 'never', madeAt: 0 })
  }
  const made = [...keys.values()]
  const rate = (i: number): ClockChange => ({ rate: rates[i] ?? 1 })
  const clocks = createLocationClocks(ground.nowMs)
  const locationRates = Object.fromEntries(ALL_LOCATIONS.map((at, i) => [at, rate(i)]))
  const command: Command = {
    clear: true,
    propagationSeconds: Object.fromEntries(
      ALL_LOCATIONS.map((at, i) => [at, propagationSeconds[i] ?? 0]),
    ),
    seed: published
      ? Object.fromEntries(made.map(({ lookupId, record }) => [lookupId, record]))
      : {},
    clocks: locationRates,
    authorityClocks: Object.fromEntries(
      made.map(({ lookupId }, i) => [lookupId, rate(ALL_LOCATIONS.length + i)]),
    ),
    turnOn: toVersions(deploy, deploy?.objectsHaveLeases !== false, turnedOn),
    ...(deploy !== null && {
      startWorker: NEXT_VERSION,
      variables: { LEASE_MS: String(deploy.leaseTerms * ground.leaseRealMs * ground.speed) },
    }),
  }
  await clocks.turn(locationRates, () => ground.command(command))
  await ground.command({ takeAllowances: true }) // those of the history before
  const arrivals = new Map<string, number>()
  answerVisibly(ground.upstream, (id) => arrivals.set(id, ground.nowMs()))
  const clients = createClients(ground, clocks)
  const rotations = createRotations(clients, fixtures)
  for (const [name, key] of keys) rotations.add(name, key)
  return {
    ground,
    clients,
    rotations,
    clocks,
    owners,
    keys,
    facts,
    restores: [],
    locations: deploy === null ? LOCATIONS : ALL_LOCATIONS,
    isForged: false,
    arrivals,
    allowances: [],
    turnedAuthorities: new Set(),
    areClocksWrong: false,
  }
}

function createSteps(run: Run, history: History, turnedOn: readonly string[]) {
  const { ground, clients, rotations, clocks, owners, keys, facts, locations } = run
  const running: Promise<unknown>[] = []
  const dead = new Set<Location>()
  let keepsUsing = new AbortController()
  let lastChange: Changing | undefined
  let backedUpAt: number | undefined

  async function take(step: Step): Promise<void> {
    if ('at' in step && step.do !== 'revive' && dead.has(step.at)) return
    if ('diesAfter' in step && step.diesAfter !== null) {
      await ground.command({ at: step.at, diesAfter: step.diesAfter })
      dead.add(step.at)
    }
    const done = act(step)
    if (('goesOn' in step && step.goesOn) || step.do === 'keep using') running.push(done)
    else await done
  }

  async function act(step: Step): Promise<unknown> {
    const key = 'key' in step ? rotations.current(step.key) : undefined
    if ('key' in step && key === undefined) return
    switch (step.do) {
      case 'use':
        return key && (await clients.use(step.key, key, step.from, step.method, step.at))
      case 'use everywhere':
        return await useEverywhere(step.key, step.from, step.times)
      case 'flood':
        return await flood(step)
      case 'use at once':
        return key && (await useAtOnce(step, key))
      case 'keep using':
        return key && (await keepUsing(step, key, keepsUsing.signal))
      case 'edit':
      case 'switch':
      case 'set end':
      case 'rotate':
      case 'move end':
      case 'end rotation':
      case 'report leak':
      case 'delete':
      case 'set status':
      case 'set limit':
      case 'set ceiling':
        lastChange = step
        return await makeChange(step)
      case 'repeat':
        return (
          lastChange &&
          (await makeChange({ ...lastChange, ...step, do: lastChange.do } as Changing, true))
        )
      case 'create':
        return await create(step)
      case 'pass':
        return await pass(step.seconds)
      case 'pass until window ends':
        return await passUntilWindowEnds(step)
      case 'kv':
        return await ground.command({ at: step.at, kv: step.fault })
      case 'authority':
        return await ground.command({ at: step.at, authority: step.fault, calls: step.calls })
      case 'libsql':
        return await ground.setLibsql(step.fault)
      case 'forge':
        return await forge(keys.get(step.key), step.acl, step.ahead)
      case 'lose authority':
        return await lose(step.key)
      case 'restart authority':
        return await ofEachToken(step.key, (lookupId) => ground.command({ restart: lookupId }))
      case 'supersede authority':
        return await ofEachToken(step.key, (lookupId) => ground.command({ supersede: lookupId }))
      case 'clock':
        return await turnClock(step)
      case 'restart worker':
        return await ground.command({ startWorker: step.at })
      case 'revive':
        dead.delete(step.at)
        return await ground.command({ at: step.at, revive: true })
      case 'cron':
        return await ground.runCron(step.at).catch(() => undefined)
      case 'deploy objects':
        return await deployObjects(step.haveLeases)
      case 'heal':
        return await heal()
      case 'settle':
        await settleRunning()
        return await untilNothingIsInFlight(ground, { butHeld: true })
      case 'back up':
        await settleRunning()
        backedUpAt = clients.tick()
        return await ground.backUp()
      case 'restore':
        return backedUpAt !== undefined && (await restore(backedUpAt))
    }
  }

  async function ofEachToken(name: string, toEach: (lookupId: string) => Promise<unknown>) {
    for (const { lookupId } of rotations.tokensOf(name)) await toEach(lookupId)
  }

  async function useEverywhere(name: KeyName, from: Address, times: number) {
    const alive = locations.filter((at) => !dead.has(at))
    const useAt = async (at: Location, key: TestKey) => {
      for (let i = 0; i < times; i++) await clients.use(name, key, from, 'GET', at)
    }
    const tokens = rotations.tokensOf(name)
    await Promise.all(alive.flatMap((at) => tokens.map((key) => useAt(at, key))))
  }

  async function useAtOnce(
    { key: name, from, at }: Extract<Step, { do: 'use at once' }>,
    key: TestKey,
  ) {
    const one = () => clients.use(name, key, from, 'GET', at)
    await Promise.all(Array.from({ length: AT_ONCE }, one))
  }

  async function flood({ key: name, from, locations: at, times }: Extract<Step, { do: 'flood' }>) {
    const tokens = rotations.tokensOf(name)
    const alive = at.filter((one) => !dead.has(one) && locations.includes(one))
    const client = async (where: Location) => {
      for (let i = 0; i < times; i++) {
        const key = tokens[i % tokens.length]
        if (key !== undefined) await clients.use(name, key, from, 'GET', where)
      }
    }
    const clientsAt = FLOODED_BY / Math.max(alive.length, 1)
    await Promise.all(
      alive.flatMap((where) => Array.from({ length: clientsAt }, () => client(where))),
    )
  }

  async function keepUsing(
    { key: name, from, at }: Extract<Step, { do: 'keep using' }>,
    key: TestKey,
    until: AbortSignal,
  ) {
    while (!until.aborted) {
      await clients.use(name, key, from, 'GET', at)
      await sleep(KEEPS_USING_EVERY_MS)
    }
  }

  async function makeChange(step: Changing, again = false): Promise<void> {
    const done = clients.changes.length
    if (step.do === 'set status') {
      await clients.setStatus(step.account, owners[step.account], step.status, step.at)
    } else if (step.do === 'set ceiling') {
      await clients.setCeiling(step.account, owners[step.account], step.limit, step.at)
    } else {
      const key = rotations.current(step.key)
      if (key === undefined) return
      const owner = owners[accountOf(step.key)]
      await changeKey(step, key, owner, again)
    }
    if (step.isTried && clients.changes.length > done) await tryKeys(step)
  }

  function changeKey(
    step: Exclude<Changing, { do: 'set status' | 'set ceiling' }>,
    key: TestKey,
    owner: TestAccount,
    again: boolean,
  ): Promise<void> {
    switch (step.do) {
      case 'edit':
        return clients.edit(step.key, key, owner, step.acl, step.at)
      case 'switch':
        return clients.switchKey(step.key, key, owner, step.to, step.at)
      case 'set end':
        return clients.setEnd(step.key, key, owner, endIn(step.inSeconds), step.at)
      case 'rotate':
        return rotations.rotate(step.key, owner, step.overlapSeconds, again, step.at)
      case 'move end':
        return rotations.moveEnd(step.key, owner, Number(endIn(step.inSeconds)), step.at)
      case 'end rotation':
        return rotations.end(step.key, owner, step.keep, step.at)
      case 'report leak':
        return rotations.reportLeak(step.key, owner, step.at)
      case 'set limit':
        return clients.setLimit(step.key, key, owner, step.limit, step.at)
      case 'delete':
        return clients.remove(step.key, key, owner, step.at)
    }
  }

  function endIn(seconds: number | null): End {
    return seconds === null ? 'never' : `${Math.ceil(ground.nowMs() + seconds * 1000)}`
  }

  /** Uses the keys of a change that was answered just now, everywhere and from both addresses. */
  async function tryKeys(step: Changing): Promise<void> {
    const names =
      'account' in step
        ? [...keys.keys()].filter((name) => accountOf(name) === step.account)
        : [step.key]
    const alive = locations.filter((at) => !dead.has(at))
    const tokens = names.flatMap((name) =>
      rotations.tokensOf(name).map((key) => [name, key] as const),
    )
    const uses = tokens.flatMap(([name, key]) =>
      alive.flatMap((at, i) =>
        (['office', 'home'] as const).map((from) =>
          clients.use(name, key, from, i % 2 === 0 ? 'GET' : 'POST', at),
        ),
      ),
    )
    await Promise.all(uses)
  }

  async function create(step: Extract<Step, { do: 'create' }>): Promise<void> {
    const { acl, at } = step
    const keyEnd = endIn(step.endsInSeconds)
    const made = await clients.create(owners.a, acl, keyEnd, at)
    if (made === null) return
    const [row] = await ground.db().select().from(apiKeys).where(eq(apiKeys.id, made.id))
    // In one turn with its entry: another creation may be under way.
    const name = `n${keys.size - Object.keys(KEYS).length + 1}`
    const key = { ...made, lookupId: row?.lookupId ?? '' }
    keys.set(name, key)
    rotations.add(name, key)
    facts.set(name, { account: 'a', acl, limit: 'none', end: keyEnd, madeAt: clients.tick() })
  }

  async function pass(seconds: number): Promise<void> {
    if (seconds < LONG_SECONDS) return await sleep((seconds * 1000) / ground.speed)
    await settle()
    await ground.command({ passSeconds: seconds })
  }

  async function settle(): Promise<void> {
    await settleRunning()
    await untilNothingIsInFlight(ground, { butHeld: true })
    // What a timer ends has ended when much time has passed.
    if (run.areClocksWrong) await untilNoLeaseIsLeft()
  }

  async function passUntilWindowEnds({
    key: name,
    but,
  }: Extract<Step, { do: 'pass until window ends' }>): Promise<void> {
    await settle()
    const { allowances } = await ground.command({ takeAllowances: true })
    run.allowances.push(...allowances)
    const lookupIds = new Set(rotations.tokensOf(name).map(({ lookupId }) => lookupId))
    const rate = history.rates[ALL_LOCATIONS.length + Object.keys(KEYS).indexOf(name)] ?? 1
    const endMs = windowEndOf(
      run.allowances.filter((one) => lookupIds.has(one.name)),
      rate,
    )
    const seconds = (endMs - ground.nowMs()) / 1000 - but
    if (seconds > 0) await ground.command({ passSeconds: seconds })
  }

  async function forge(key: TestKey | undefined, acl: Acl | 'gone', ahead: number): Promise<void> {
    const record = decodeKeyRecord(key?.record ?? '')
    if (key === undefined || record === null) return
    run.isForged = true
    const revision = record.revision + ahead
    const forged: KeyRecord =
      acl === 'gone'
        ? { kind: 'tombstone', revision, keyId: key.id, replacedAtMs: null }
        : { ...(record as KeyRecord & { kind: 'live' }), revision, ipAcl: toNetworks(acl) }
    await ground.command({ seed: { [key.lookupId]: encodeKeyRecord(forged) } })
  }

  /** An object that has lost its storage knows nothing of its leases, so they run out before anything else happens. */
  async function lose(name: string): Promise<void> {
    await settleRunning()
    await ofEachToken(name, (lookupId) => ground.command({ lose: lookupId }))
    await untilNoLeaseIsLeft()
  }

  async function turnClock({ of, fault, seconds }: Extract<Step, { do: 'clock' }>): Promise<void> {
    run.areClocksWrong = true
    const change = toClockChange(fault, seconds * 1000)
    const lookupId = keys.get(of)?.lookupId
    if (lookupId !== undefined) {
      run.turnedAuthorities.add(of)
      return void (await ground.command({ authorityClocks: { [lookupId]: change } }))
    }
    await clocks.turn({ [of]: change }, () => ground.command({ clocks: { [of]: change } }))
  }

  async function deployObjects(haveLeases: boolean): Promise<void> {
    await ground.command({ turnOn: toVersions(history.deploy, haveLeases, turnedOn) })
    // At the same time, so that leases that are longer than others outlive it.
    const names = [...keys.keys()]
    await Promise.all(
      names.map((name) => ofEachToken(name, (lookupId) => ground.command({ restart: lookupId }))),
    )
  }

  async function restore(at: number): Promise<void> {
    await settleRunning()
    const start = clients.tick()
    await ground.restore()
    run.restores.push({ start, end: clients.tick(), backedUpAt: at, decidedAt: Infinity })
  }

  async function untilNoLeaseIsLeft(): Promise<void> {
    const longest = Math.max(1, history.deploy?.leaseTerms ?? 1)
    await sleep(LEASES_END_AFTER * longest * ground.leaseRealMs)
  }

  function accountOf(name: string): AccountName {
    return (facts.get(name)?.account ?? 'a') as AccountName
  }

  async function settleRunning(): Promise<void> {
    keepsUsing.abort()
    keepsUsing = new AbortController()
    await Promise.all(running.splice(0))
  }

  async function heal(): Promise<void> {
    await ground.setLibsql('none')
    await ground.command({ heal: true })
    dead.clear()
  }

  /** Ends all faults, and what is under way. All clocks are right again once no lease is left. */
  async function end(): Promise<void> {
    await heal()
    await settleRunning()
    // A deploy ends with objects that know limits, or keys with limits would never work.
    if (history.deploy !== null && isLimited(history)) await deployObjects(true)
    if (run.areClocksWrong) await untilNoLeaseIsLeft()
    const right = Object.fromEntries(ALL_LOCATIONS.map((at) => [at, { isRight: true }] as const))
    await clocks.turn(right, () => ground.command({ clocks: right }))
  }

  return { take, end }
}

/**
 * When the window that was shown last ends, in milliseconds of the world's time; 0 if none does soon. `rate`: that of the
 * clock of its authority.
 */
function windowEndOf(asked: readonly AskedAllowance[], rate: number): number {
  const last = asked.findLast(({ windows }) => windows.length > 0)
  const [window] = last?.windows ?? []
  if (last === undefined || window === undefined || window.startMs === null) return 0
  if (window.endsInMs > LONGEST_PASSED_MS) return 0
  return (last.answeredMs ?? last.askedMs) + window.endsInMs / rate
}

function toVersions(deploy: Deploy | null, haveLeases: boolean, turnedOn: readonly string[]) {
  return {
    all: turnedOn,
    [NEXT_VERSION]: deploy === null ? [] : [deploy.version],
    OBJECTS: haveLeases ? [] : [OBJECTS_WITHOUT_LEASES],
  }
}

function isLimited({ limits, steps }: History): boolean {
  const sets = steps.some(({ do: kind }) => kind === 'set limit' || kind === 'set ceiling')
  return sets || limits.some((limit) => limit !== 'none')
}

function toClockChange(fault: ClockFault, ms: number): ClockChange {
  switch (fault) {
    case 'stands':
      return { stands: true }
    case 'goes on':
      return { stands: false }
    case 'is set back':
      return { stepMs: -ms }
    case 'is set ahead':
      return { stepMs: ms }
  }
}
