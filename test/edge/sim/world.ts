// The state of the simulated world, in one isolate: the faults at each location, and how to reach a store
// through them.

import { takeAllowances } from './allowance-watch.ts'
import type { Command, WorldState } from './commands.ts'
import {
  type AuthorityCalls,
  type AuthorityFault,
  connectionLost,
  type KvFault,
  type LibsqlFault,
} from './faults.ts'
import { createKvModel } from './kv-model.ts'
import { countLeases } from './lease-watch.ts'
import { pass } from './time.ts'

interface Location {
  kv: KvFault
  authority: AuthorityFault
  calls: AuthorityCalls
  libsql: LibsqlFault
  callsLeft: number
}

interface Call {
  readonly label: string
  readonly startedAt: number
  /** The epoch whose end it waits for. */
  heldIn: number | undefined
}

/** What a caller has left is ended by workerd now and then, and never settles. No call takes this long. */
const ENDED_AFTER_MS = 2_000
const POLL_MS = 10

const HEALTHY: Location = {
  kv: 'none',
  authority: 'none',
  calls: 'all',
  libsql: 'none',
  callsLeft: Number.POSITIVE_INFINITY,
}

export const kv = createKvModel()
const locations = new Map<string, Location>()
/** Rises when what hangs is let go. */
let epoch = 0
const inFlight = new Set<Call>()
let held: (() => Promise<void>)[] = []
let checks = 0
let healedAt = 0

export function locationOf(name: string): Location {
  const location = locations.get(name) ?? { ...HEALTHY }
  locations.set(name, location)
  return location
}

export async function obey(command: Command): Promise<WorldState> {
  const names = command.at === undefined ? [...locations.keys()] : [command.at]
  for (const name of names) {
    const location = locationOf(name)
    const { heal, kv: kvFault, authority, calls = 'all', libsql, diesAfter } = command
    if (heal) Object.assign(location, HEALTHY)
    if (command.revive) location.callsLeft = HEALTHY.callsLeft
    if (kvFault !== undefined) location.kv = kvFault
    if (authority !== undefined) Object.assign(location, { authority, calls })
    if (libsql !== undefined) location.libsql = libsql
    if (diesAfter !== undefined) location.callsLeft = diesAfter
  }
  pass((command.passSeconds ?? 0) * 1000)
  for (const [name, seconds] of Object.entries(command.propagationSeconds ?? {})) {
    locationOf(name)
    kv.setPropagation(name, seconds * 1000)
  }
  if (command.clear) kv.clear()
  for (const [id, value] of Object.entries(command.seed ?? {})) kv.seed(`key:${id}`, value)
  if (command.heal || command.revive) await letGo()
  return { ...stateOf(), allowances: command.takeAllowances ? takeAllowances() : [] }
}

/** Ends what hangs, and carries out what was held, whether its caller is still there or not. */
async function letGo(): Promise<void> {
  epoch++
  healedAt = Date.now()
  const due = held
  held = []
  await Promise.all(due.map((act) => act()))
}

/** Calls a store from a location, which may be dead or die of it. `untilHealed` lasts as long as faults. */
export function reach<T>(
  name: string,
  store: string,
  ctx: ExecutionContext,
  carryOut: (untilHealed: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const location = locationOf(name)
  const isDead = location.callsLeft <= 0
  const isLast = --location.callsLeft === 0
  const call: Call = { label: `${store} from ${name}`, startedAt: Date.now(), heldIn: undefined }
  const since = epoch
  const untilHealed = async () => {
    const isHealed = () => epoch !== since
    call.heldIn = since
    while (!isHealed()) await sleep(POLL_MS)
  }
  const lost = async () => await neverAnswered(untilHealed)
  inFlight.add(call)
  if (store === 'fetch') checks++
  const carriedOut = isDead
    ? lost()
    : isLast
      ? carryOut(untilHealed).then(lost)
      : carryOut(untilHealed)
  const answer = carriedOut.finally(() => inFlight.delete(call))
  // The store carries out what has reached it, whether the caller still waits or not.
  ctx.waitUntil(answer.catch(() => undefined))
  return answer
}

/** What a caller with a limit sees of an answer that never comes; ends when the world is healed. */
export async function neverAnswered(untilHealed: () => Promise<void>): Promise<never> {
  await untilHealed()
  throw connectionLost()
}

/** Lets a call be carried out when the world is healed. What it answers must be plain values. */
export async function whenHealed<T>(
  act: () => Promise<T>,
  untilHealed: () => Promise<void>,
): Promise<T> {
  const done: { outcome?: { readonly value: T } | { readonly error: unknown } } = {}
  // Its caller may be gone by then, so this is not left to what the caller has under way.
  held.push(async () => {
    done.outcome = await act().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
  })
  await untilHealed()
  while (done.outcome === undefined) await sleep(POLL_MS)
  if ('error' in done.outcome) throw done.outcome.error
  return done.outcome.value
}

function stateOf(): Omit<WorldState, 'allowances'> {
  let heldCalls = 0
  for (const call of inFlight) {
    const isHeld = call.heldIn === epoch
    if (isHeld) heldCalls++
    const since = Math.max(call.startedAt, healedAt)
    if (!isHeld && Date.now() - since > ENDED_AFTER_MS) inFlight.delete(call)
  }
  const labels = [...inFlight].map(({ label }) => label)
  return { inFlight: labels, held: heldCalls, checks, ...countLeases() }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
