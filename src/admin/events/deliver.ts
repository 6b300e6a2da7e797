// Posts the events that wait. Each attempt is claimed in the database, so that runs at the same time send each
// event once, and those of a key in their order. A run that dies leaves a claim, which runs out: then the event
// is sent again.

import type { Database } from '../../db/client.ts'
import {
  type ClaimedEvent,
  claimEvents,
  deleteEventsBefore,
  type Outcome,
  settleEvents,
} from '../../db/event-queries.ts'
import { findMeta, setMeta } from '../../db/meta-queries.ts'
import type { FaultReason } from '../../log/fault-reason.ts'
import type { LogFault } from '../../log/fault.ts'
import { mapPooled } from '../map-pooled.ts'
import { toEventBody } from './event-body.ts'
import { type Answer, postEvent, type Receiver } from './receiver.ts'
import { signEvent } from './signature.ts'

export interface EventDeps {
  readonly db: Database
  /** Undefined where the deployment has no EVENTS_URL. */
  readonly eventReceiver: Receiver | undefined
  /** What tokens begin with. */
  readonly tokenPrefix: string
  readonly logFault: LogFault
  readonly nowMs: () => number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** After each failed attempt; the last one after all further ones. The first is up to the next run of the cron. */
const WAITS_MS = [0, 1, 2, 5, 10, 20, 40, 60].map((minutes) => minutes * MINUTE_MS)
const GIVEN_UP_MS = 3 * DAY_MS
/** Events of one round, and how many of them at once. Six connections of an invocation may wait for headers. */
const ROUND = 10
const AT_ONCE = 5
/** Longer than a round can take. */
const CLAIM_MS = MINUTE_MS
const MAX_PAUSE_MS = HOUR_MS
/** Without a receiver: so that a deployment that is rolled out step by step loses no event. */
const UNWANTED_MS = HOUR_MS
const FAILED_KEPT_MS = 90 * DAY_MS

/** Posts what is due. Begins no round after `budgetMs`, nor after one of which nothing was taken. */
export async function deliverEvents(deps: EventDeps, budgetMs: number): Promise<void> {
  const { db, eventReceiver: receiver, nowMs, logFault } = deps
  if (receiver === undefined) return
  const startedMs = nowMs()
  if (Number(await findMeta(db, 'events_paused_until')) > startedMs) return
  let failure: EventNotTakenError | undefined
  for (let isGoing = true; isGoing && nowMs() - startedMs < budgetMs;) {
    const due = { dueMs: startedMs, nowMs: nowMs(), leaseMs: CLAIM_MS }
    const claimed = await claimEvents(db, due, ROUND)
    if (claimed.length === 0) break
    const settled = await mapPooled(claimed, AT_ONCE, async (event) => {
      const answer = await post(event, receiver, deps)
      return { event, answer, outcome: toOutcome(event, answer, nowMs()) }
    })
    await settleEvents(db, settled)
    const refused = settled.flatMap(({ answer }) => (answer.taken ? [] : [answer]))
    const [first] = refused
    if (first !== undefined) failure ??= new EventNotTakenError(first.reason)
    const pauseMs = Math.max(...refused.map(({ retryAfterMs }) => retryAfterMs ?? 0), 0)
    if (pauseMs > 0) {
      const until = nowMs() + Math.min(pauseMs, MAX_PAUSE_MS)
      await setMeta(db, 'events_paused_until', String(until))
    }
    isGoing = pauseMs === 0 && refused.length < settled.length
  }
  if (failure !== undefined) logFault('events', failure) // one line a run, however many there are
}

/** Removes events that nobody waits for: all of them without a receiver, else those that were given up long ago. */
export async function forgetEvents({ db, eventReceiver, nowMs }: EventDeps): Promise<void> {
  const isWanted = eventReceiver !== undefined
  await deleteEventsBefore(db, nowMs() - (isWanted ? FAILED_KEPT_MS : UNWANTED_MS), isWanted)
}

async function post(event: ClaimedEvent, receiver: Receiver, deps: EventDeps): Promise<Answer> {
  const body = toEventBody(event, deps.tokenPrefix)
  const headers = signEvent(receiver.keys, event.eventId, body, deps.nowMs())
  return await postEvent(receiver, headers, body, deps.nowMs)
}

function toOutcome({ attempts, since }: ClaimedEvent, answer: Answer, nowMs: number): Outcome {
  if (answer.taken) return { kind: 'taken' }
  const { reason } = answer
  if (nowMs - since >= GIVEN_UP_MS) return { kind: 'failed', reason, nextAt: null }
  const waitMs = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? 0
  return { kind: 'failed', reason, nextAt: nowMs + waitMs }
}

/** For the log: EVENTS_URL did not take an event. */
class EventNotTakenError extends Error {
  override readonly name = 'EventNotTakenError'
  readonly reason: FaultReason

  constructor(reason: FaultReason) {
    super(`EVENTS_URL did not take an event: ${reason}`)
    this.reason = reason
  }
}
