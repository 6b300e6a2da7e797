// Holds what happened against the invariants: a request that started after a change was answered is
// judged by it, nothing that was answered is lost, an outage is neither a yes nor a no, and a refusal
// shows nothing of the upstream. Pure: it knows what was asked and answered, and nothing else.

import { checkLimits } from './check-limits.ts'
import { type Change, possibleValues, type Registers, type Span } from './registers.ts'
import { registersOf, rightVerdicts, verdictsBy } from './right-verdicts.ts'
import type { Address, TokenEnd, Truth, Verdict } from './verdict.ts'
import type { AskedAllowance } from './sim/allowance-watch.ts'

export interface Use extends Span {
  readonly id: string
  readonly label: string
  readonly key: string
  /** The name of the key's token: t1 for the first one. */
  readonly token: string
  readonly at: string
  readonly from: Address
  readonly method: string
  readonly verdict: Verdict
  /** What the clock of the location can have shown meanwhile, in milliseconds since 1970. */
  readonly clock: ClockSpan
  /** What the answer showed of the upstream's. */
  readonly shown: readonly string[]
  readonly upstreamCalls: number
  /** When it first reached the upstream, in milliseconds of the world's time. Null if it did not. */
  readonly arrivedMs: number | null
  /** Every fault has ended, and the cron has run since. */
  readonly recovered: boolean
}

export interface ClockSpan {
  readonly leastMs: number
  readonly mostMs: number
}

export interface Log extends Registers {
  readonly uses: readonly Use[]
  /** What libSQL holds in the end, by key and token, such as `k1.t1`; of the time after recovery. */
  readonly truth: ReadonlyMap<string, Truth>
  /** Whether a version took part whose records the others cannot read. Of a tombstone they do not know the reason. */
  readonly hasNewForm: boolean
  /** Changes that were recorded and that the cron did not carry out. */
  readonly leftPending: number
  /** What the operator's reconciliation finds in the end. */
  readonly drift: readonly string[]
  /** Leases that an authority granted while a change of its record was waiting. */
  readonly leasesInBetween: number
  /** What was asked of authorities of the limits of keys. */
  readonly allowances: readonly (AskedAllowance & { readonly key: string })[]
  /** For how long an allowance may be used, at most. */
  readonly allowanceMs: number
  /** Keys whose authority's clock was turned. */
  readonly turnedAuthorities: ReadonlySet<string>
  /** Whether a clock jumped or stood still. */
  readonly areClocksWrong: boolean
}

export interface Violation {
  /** `time`: right at another time than the location's clock showed. */
  readonly rule:
    | 'stale'
    | 'wrong'
    | 'time'
    | 'outage'
    | 'lost'
    | 'leak'
    | 'pending'
    | 'drift'
    | 'lease'
    | 'limit'
  readonly text: string
  /** For `stale`: how long after the newest change was answered, in seconds of the world's time. */
  readonly seconds?: number
}

/** Before all ends, and after them. */
const EVER: ClockSpan = { leastMs: 0, mostMs: Number.MAX_SAFE_INTEGER }

export function check(log: Log): Violation[] {
  return [
    ...log.uses.flatMap((use) => checkUse(log, use)),
    ...[...log.truth].flatMap(([name, truth]) => checkTruth(log, name, truth)),
    ...checkLimits(log),
    ...(log.leftPending > 0
      ? [{ rule: 'pending' as const, text: `${log.leftPending} changes were left pending` }]
      : []),
    ...(log.leasesInBetween > 0
      ? [
          {
            rule: 'lease' as const,
            text: `${log.leasesInBetween} leases while a change was waiting`,
          },
        ]
      : []),
    ...log.drift.map((text) => ({ rule: 'drift' as const, text })),
  ]
}

function checkUse(log: Log, use: Use): Violation[] {
  const found: Violation[] = []
  const { label, verdict, method } = use
  const got = toText(verdict)
  const right = rightVerdicts(log, use)

  if (verdict === 'unavailable') {
    if (use.recovered) found.push({ rule: 'outage', text: `${label}: 503 after recovery` })
  } else if (!right.has(verdict)) {
    found.push({
      ...whyNotRight(log, use),
      text: `${label}: ${got}, not ${[...right].join(' or ')}`,
    })
  }
  if (verdict !== 'allowed' && use.shown.length > 0) {
    found.push({ rule: 'leak', text: `${label}: ${got} shows ${use.shown.join(', ')}` })
  }
  const mayHaveSpeculated = method === 'GET' || method === 'HEAD'
  if (
    verdict === 'allowed' ? use.upstreamCalls !== 1 : use.upstreamCalls > Number(mayHaveSpeculated)
  ) {
    const text = `${label}: ${got}, and the upstream was called ${use.upstreamCalls} times`
    found.push({ rule: 'leak', text })
  }
  return found
}

function whyNotRight(log: Log, use: Use): Pick<Violation, 'rule' | 'seconds'> {
  if (rightVerdicts(log, { ...use, clock: EVER }).has(use.verdict)) return { rule: 'time' }
  const before: Log = {
    ...log,
    changes: log.changes.map((change) => ({ ...change, end: use.start })),
  }
  if (!rightVerdicts(before, use).has(use.verdict)) return { rule: 'wrong' }
  const concerned = new Set(registersOf(log, use).map(([, register]) => register))
  const answered = log.changes.filter(
    ({ register, outcome, end }) =>
      concerned.has(register) && outcome === 'done' && end < use.start,
  )
  const since = Math.max(...answered.map(({ endSeconds }) => endSeconds))
  return { rule: 'stale', seconds: Math.max(0, use.startSeconds - since) }
}

function checkTruth(log: Log, name: string, truth: Truth): Violation[] {
  const [key = '', token = ''] = name.split('.')
  const settled: Log = {
    ...log,
    changes: log.changes.map((change) => (isCarriedOut(log, change) ? asDone(change) : change)),
  }
  const end = Number.MAX_SAFE_INTEGER
  const lost = registersOf(log, { key, token }).flatMap(([part, register]): Violation[] => {
    // A key that is gone has nothing else, and where its row is gone too, no account.
    if (truth.life === 'gone' && part !== 'life') return []
    const possible = possibleValues(settled, register, { start: end, end })
    if (possible.has(truth[part])) return []
    if (part === 'token' && isAsGood(truth.token, possible)) return []
    const text = `${register} is ${truth[part]}, not ${[...possible].join(' or ')}`
    return [{ rule: 'lost', text }]
  })
  const strange = log.uses.filter(({ recovered, verdict, ...use }) => {
    if (!recovered || use.key !== key || use.token !== token) return false
    if (verdict === 'unavailable') return false
    return !verdictsBy(log, truth, use).includes(verdict)
  })
  return [
    ...lost,
    ...strange.map(({ label, verdict }): Violation => {
      return { rule: 'lost', text: `${label}: ${toText(verdict)} after recovery, unlike libSQL` }
    }),
  ]
}

/** The cron records an end that has come. Of an end without an answer, only a span is known. */
function isAsGood(end: TokenEnd, possible: ReadonlySet<string>): boolean {
  const times = [...possible].map(Number).filter((timeMs) => !Number.isNaN(timeMs))
  if (times.length === 0) return false
  return end === 'ended' || (Math.min(...times) <= Number(end) && Number(end) <= Math.max(...times))
}

/** What was recorded has been carried out by now, unless the database has forgotten it before. */
function isCarriedOut({ restores }: Log, { outcome, start }: Change): boolean {
  return outcome === 'recorded' && !restores.some((restore) => restore.start > start)
}

function asDone(change: Change): Change {
  return { ...change, outcome: 'done' }
}

function toText(verdict: Verdict): string {
  return typeof verdict === 'string' ? verdict : verdict.other
}
