// The state of the simulated world, in one isolate: the faults at each location, the clock of KV, and
// how to reach a store through them.

import { type AuthorityFault, connectionLost, type KvFault, type LibsqlFault } from './faults.ts'
import { createKvModel } from './kv-model.ts'
import { SPEED } from './speed.ts'

export interface Command {
  /** The location that the faults are for; every one when left out. */
  readonly at?: string
  readonly kv?: KvFault
  readonly authority?: AuthorityFault
  readonly libsql?: LibsqlFault
  /** Cut off from every store after so many more calls, whose last one is not answered. */
  readonly diesAfter?: number
  /** Until writes elsewhere are seen at each location. */
  readonly propagationSeconds?: Readonly<Record<string, number>>
  readonly passSeconds?: number
  readonly revive?: true
  readonly heal?: true
  /** KV values that were written long ago, by lookup id. */
  readonly seed?: Readonly<Record<string, string>>
  /** The lookup id whose authority loses its storage. */
  readonly lose?: string
  /** Empties KV, before what is seeded. */
  readonly clear?: true
  readonly mutant?: Mutant
}

/** A way in which the protocol is broken, to see that the ground sees it. */
export type Mutant =
  | 'none'
  | 'no advance'
  | 'no advance before the answer'
  | 'advance is not monotonic'
  | 'an emptied object says current'

export interface WorldState {
  /** Calls that are still on their way, late ones too, and how many of them wait for healing. */
  readonly inFlight: readonly string[]
  readonly held: number
  /** What authorities were asked so far, whether a copy is current. */
  readonly checks: number
}

interface Location {
  kv: KvFault
  authority: AuthorityFault
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

const HEALTHY: Location = {
  kv: 'none',
  authority: 'none',
  libsql: 'none',
  callsLeft: Number.POSITIVE_INFINITY,
}

export const kv = createKvModel()
const locations = new Map<string, Location>()
let passedMs = 0
/** Rises when what hangs is let go. */
let epoch = 0
const inFlight = new Set<Call>()
let checks = 0
let healedAt = 0
let mutant: Mutant = 'none'

export function currentMutant(): Mutant {
  return mutant
}

export function nowMs(): number {
  return Date.now() * SPEED + passedMs
}

export function locationOf(name: string): Location {
  const location = locations.get(name) ?? { ...HEALTHY }
  locations.set(name, location)
  return location
}

export function obey(command: Command): WorldState {
  const names = command.at === undefined ? [...locations.keys()] : [command.at]
  for (const name of names) {
    const location = locationOf(name)
    const { heal, kv: kvFault, authority, libsql, diesAfter } = command
    if (heal) Object.assign(location, HEALTHY)
    if (command.revive) location.callsLeft = HEALTHY.callsLeft
    if (kvFault !== undefined) location.kv = kvFault
    if (authority !== undefined) location.authority = authority
    if (libsql !== undefined) location.libsql = libsql
    if (diesAfter !== undefined) location.callsLeft = diesAfter
  }
  if (command.heal || command.revive) {
    epoch++
    healedAt = Date.now()
  }
  passedMs += (command.passSeconds ?? 0) * 1000
  for (const [name, seconds] of Object.entries(command.propagationSeconds ?? {})) {
    locationOf(name)
    kv.setPropagation(name, seconds * 1000)
  }
  if (command.clear) kv.clear()
  for (const [id, value] of Object.entries(command.seed ?? {})) kv.seed(`key:${id}`, value)
  mutant = command.mutant ?? mutant
  return callsInFlight()
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

const POLL_MS = 10

/** What a caller with a limit sees of an answer that never comes; ends when the world is healed. */
export async function neverAnswered(untilHealed: () => Promise<void>): Promise<never> {
  await untilHealed()
  throw connectionLost()
}

function callsInFlight(): WorldState {
  let held = 0
  for (const call of inFlight) {
    const isHeld = call.heldIn === epoch
    if (isHeld) held++
    const since = Math.max(call.startedAt, healedAt)
    if (!isHeld && Date.now() - since > ENDED_AFTER_MS) inFlight.delete(call)
  }
  return { inFlight: [...inFlight].map(({ label }) => label), held, checks }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
