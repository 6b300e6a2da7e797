// `npm run bench -- rate-limits`: how much of a limit is let through, where clients want more than it has. It simulates
// by the functions of src/keys/window.ts and src/keys/allowance.ts, and measures nothing on a machine.

import { addGranted, type Allowance, findMet, newAllowance, spend } from '../src/keys/allowance.ts'
import { wantedOf } from '../src/keys/wanted-allowance.ts'
import { Demand } from '../src/keys/demand.ts'
import type { Policy } from '../src/keys/rate-limit.ts'
import { grantRequests, type Wanted, type Window } from '../src/keys/window.ts'

const LEASE_MS = 1_000
const ROUND_TRIP_MS = 40
/** Demand, as a multiple of the limit. */
const DEMANDS = [1.2, 2, 10] as const
const ISOLATES = [2, 20, 200] as const
const LIMITS = [
  { requests: 10, perSeconds: 1, windows: 300 },
  { requests: 1_000, perSeconds: 60, windows: 20 },
  { requests: 100_000, perSeconds: 86_400, windows: 1 },
] as const

interface Isolate {
  readonly allowance: Allowance
  askedMs: number
  leasedUntilMs: number
  renewFromMs: number
}

interface Event {
  readonly atMs: number
  readonly act: () => void
}

/** A queue of events, earliest first: a binary heap. */
function createQueue() {
  const heap: Event[] = []
  const at = (index: number) => heap[index]?.atMs ?? Infinity
  const swap = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]]
    if (one !== undefined && other !== undefined) [heap[a], heap[b]] = [other, one]
  }
  return {
    add(event: Event) {
      let index = heap.push(event) - 1
      while (index > 0 && at(index) < at((index - 1) >> 1)) {
        swap(index, (index - 1) >> 1)
        index = (index - 1) >> 1
      }
    },
    take(): Event | undefined {
      swap(0, heap.length - 1)
      const first = heap.pop()
      for (let index = 0; ;) {
        const left = 2 * index + 1
        const least = at(left + 1) < at(left) ? left + 1 : left
        if (at(least) >= at(index)) return first
        swap(index, least)
        index = least
      }
    },
  }
}

interface Outcome {
  /** Let through, of what the windows had. */
  readonly share: number
  /** Questions of an allowance, for each request. */
  readonly questions: number
}

function simulate(policy: Policy, isolates: number, demand: number, windows: number): Outcome {
  const policies = [policy]
  const lengthMs = policy.perSeconds * 1_000
  const endMs = windows * lengthMs
  const perMs = (policy.requests / lengthMs) * demand
  const queue = createQueue()
  const demanded = new Demand()
  let stored: readonly Window[] = []
  let nowMs = 0
  let [requests, questions, through] = [0, 0, 0]

  const places: Isolate[] = Array.from({ length: isolates }, () => ({
    allowance: newAllowance(policies, 0),
    askedMs: -Infinity,
    leasedUntilMs: -Infinity,
    renewFromMs: Infinity,
  }))

  function ask(isolate: Isolate, isWaiting: boolean, leaseMs: number, then: () => void) {
    const { allowance } = isolate
    const wanted: Wanted = wantedOf(allowance, isWaiting, leaseMs, nowMs)
    const question = ++allowance.questions
    const askedMs = nowMs
    questions++
    queue.add({
      atMs: nowMs + ROUND_TRIP_MS / 2,
      act() {
        const share = demanded.share(wanted.waiting + wanted.ahead, nowMs)
        const { after, ...granted } = grantRequests(stored, wanted, share, nowMs)
        stored = after
        queue.add({
          atMs: nowMs + ROUND_TRIP_MS / 2,
          act() {
            const usableMs = leaseMs > 0 ? leaseMs : 1_000
            addGranted(allowance, policies, granted, { question, askedMs, nowMs, usableMs })
            then()
          },
        })
      },
    })
  }

  /** As the gateway does: with a lease by what is left, else by a question that may bring a lease. */
  function arrive(isolate: Isolate) {
    requests++
    isolate.allowance.measured++
    const isLeased = nowMs < isolate.leasedUntilMs
    if (isLeased && nowMs >= isolate.renewFromMs) renew(isolate)
    if (isLeased) tryToSpend(isolate)
    else {
      isolate.allowance.waiting++
      lease(isolate, true, () => tryToSpend(isolate))
    }
  }

  function lease(isolate: Isolate, isWaiting: boolean, then: () => void) {
    const askedMs = nowMs
    const wants = askedMs - isolate.askedMs <= LEASE_MS
    isolate.askedMs = askedMs
    ask(isolate, isWaiting, wants ? LEASE_MS : 0, () => {
      if (wants) {
        isolate.leasedUntilMs = askedMs + LEASE_MS
        isolate.renewFromMs = askedMs + LEASE_MS / 2
      }
      then()
    })
  }

  function renew(isolate: Isolate) {
    isolate.renewFromMs = Infinity
    lease(isolate, false, () => undefined)
  }

  function tryToSpend(isolate: Isolate) {
    const { allowance } = isolate
    if (spend(allowance, nowMs)) through++
    else if (findMet(allowance, nowMs) === null) {
      allowance.waiting++
      ask(isolate, true, nowMs < isolate.leasedUntilMs ? LEASE_MS : 0, () => tryToSpend(isolate))
    }
  }

  function arriveLater() {
    const atMs = nowMs - Math.log(1 - Math.random()) / perMs
    queue.add({
      atMs,
      act() {
        const isolate = places[Math.floor(Math.random() * places.length)]
        if (isolate !== undefined) arrive(isolate)
        arriveLater()
      },
    })
  }

  arriveLater()
  for (let event = queue.take(); event !== undefined && event.atMs < endMs; event = queue.take()) {
    nowMs = event.atMs
    event.act()
  }
  return { share: through / (policy.requests * windows), questions: questions / requests }
}

for (const { requests, perSeconds, windows } of LIMITS) {
  const policy: Policy = { name: 'key', requests, perSeconds }
  for (const isolates of ISOLATES) {
    const cells = DEMANDS.map((demand) => {
      const { share, questions } = simulate(policy, isolates, demand, windows)
      return `${share.toFixed(3)} (${questions.toFixed(2)})`
    })
    console.log(`${requests}/${perSeconds} s, ${isolates} isolates: ${cells.join(', ')}`)
  }
}
