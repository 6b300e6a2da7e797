// Holds what happened against the invariants: a request that started after a change was answered is
// judged by it, nothing that was answered is lost, an outage is neither a yes nor a no, and a refusal
// shows nothing of the upstream. Pure: it knows what was asked and answered, and nothing else.
//
// A key's verdict depends on three registers: its life, its IP ACL and its account's status. A
// request may be judged by any value that a register can have had between its start and its end.
// https://lamport.azurewebsites.net/pubs/interprocess.pdf calls such a register regular.

export type Acl = 'anyone' | Address
export type Address = 'office' | 'home'
export type Status = 'active' | 'suspended'
export type Life = 'live' | 'gone'

export type Verdict =
  | 'allowed'
  | 'key_revoked'
  | 'account_inactive'
  | 'ip_denied'
  /** Of a HEAD: one of the two above. */
  | 'forbidden'
  | 'unavailable'
  /** Whatever else was answered, such as `500` or `no answer`. */
  | { readonly other: string }

/** Places in the one order of all starts and ends, and the time of the world in seconds. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly startSeconds: number
  readonly endSeconds: number
}

export interface KeyFacts {
  readonly account: string
  /** The ACL it was made with. */
  readonly acl: Acl
  /** Its place in the order: 0 for a key that was there before. */
  readonly madeAt: number
}

/** A change of one register: `k1 life`, `k1 acl` or `a status`. */
export interface Change extends Span {
  readonly label: string
  readonly register: string
  readonly value: string
  /**
   * `done` was answered with success; `recorded` with 503 enforcement_pending, which promises that it goes
   * through; `unknown` with another fault; `none` was refused and changed nothing.
   */
  readonly outcome: 'done' | 'recorded' | 'unknown' | 'none'
  /** The version that the answer names; it orders edits that ran at the same time. */
  readonly version?: number
}

export interface Use extends Span {
  readonly id: string
  readonly label: string
  readonly key: string
  readonly from: Address
  readonly method: string
  readonly verdict: Verdict
  /** What the answer showed of the upstream's. */
  readonly shown: readonly string[]
  readonly upstreamCalls: number
  /** Every fault has ended, and the cron has run since. */
  readonly recovered: boolean
}

/** libSQL went back to what it held at `backedUpAt`. */
export interface Restore extends Pick<Span, 'start' | 'end'> {
  readonly backedUpAt: number
}

/** What libSQL holds in the end. */
export interface Truth {
  readonly life: Life
  readonly acl: Acl
  readonly status: Status
}

export interface Log {
  readonly keys: ReadonlyMap<string, KeyFacts>
  readonly changes: readonly Change[]
  readonly uses: readonly Use[]
  readonly restores: readonly Restore[]
  /** By key; of the time after recovery. */
  readonly truth: ReadonlyMap<string, Truth>
  /** Changes that were recorded and that the cron did not carry out. */
  readonly leftPending: number
  /** What the operator's reconciliation finds in the end. */
  readonly drift: readonly string[]
  /** Leases that an authority granted while a change of its record was waiting. */
  readonly leasesInBetween: number
}

export interface Violation {
  readonly rule: 'stale' | 'wrong' | 'outage' | 'lost' | 'leak' | 'pending' | 'drift' | 'lease'
  readonly text: string
  /** For `stale`: how long after the newest change was answered, in seconds of the world's time. */
  readonly seconds?: number
}

export function check(log: Log): Violation[] {
  return [
    ...log.uses.flatMap((use) => checkUse(log, use)),
    ...[...log.truth].flatMap(([key, truth]) => checkTruth(log, key, truth)),
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

/** What a key answers to an address, in the contract's order. */
export function judge({ life, status, acl }: Truth, from: Address): Verdict {
  if (life === 'gone') return 'key_revoked'
  if (status !== 'active') return 'account_inactive'
  return acl === 'anyone' || acl === from ? 'allowed' : 'ip_denied'
}

function checkUse(log: Log, use: Use): Violation[] {
  const found: Violation[] = []
  const { label, verdict, method } = use
  const got = typeof verdict === 'string' ? verdict : verdict.other
  const right = rightVerdicts(log, use)

  if (verdict === 'unavailable') {
    if (use.recovered) found.push({ rule: 'outage', text: `${label}: 503 after recovery` })
  } else if (!right.has(verdict)) {
    found.push({
      ...wrongOrStale(log, use),
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

function seen(verdict: Verdict, method: string): Verdict {
  const isForbidden = verdict === 'account_inactive' || verdict === 'ip_denied'
  return method === 'HEAD' && isForbidden ? 'forbidden' : verdict
}

function rightVerdicts(log: Log, use: Use): Set<Verdict> {
  const { account = '' } = log.keys.get(use.key) ?? {}
  const verdicts = new Set<Verdict>()
  for (const life of possibleValues(log, `${use.key} life`, use)) {
    for (const status of possibleValues(log, `${account} status`, use)) {
      for (const acl of possibleValues(log, `${use.key} acl`, use)) {
        verdicts.add(seen(judge({ life, status, acl } as Truth, use.from), use.method))
      }
    }
  }
  return verdicts
}

/** Everything that a register can have held at some time between a start and an end. */
export function possibleValues(
  log: Log,
  register: string,
  span: Pick<Span, 'start' | 'end'>,
): Set<string> {
  const changes = log.changes.filter((change) => change.register === register)
  const done = changes.filter(({ outcome, end }) => outcome === 'done' && end < span.start)
  // A deletion is final, even for a database that has forgotten it.
  if (done.some(({ value }) => value === 'gone')) return new Set(['gone'])
  const candidates = [initial(log, register), ...changes, ...restored(log, register, span)].filter(
    ({ outcome, start }) => outcome !== 'none' && start < span.end,
  )
  const standing = candidates.filter((one) => !done.some((later) => isBefore(one, later)))
  return new Set(standing.map(({ value }) => value))
}

type Candidate = Pick<Change, 'start' | 'end' | 'value' | 'outcome' | 'version'>

function initial(log: Log, register: string): Candidate {
  const [name = '', kind] = register.split(' ')
  const values = { life: 'live', status: 'active', acl: log.keys.get(name)?.acl ?? 'anyone' }
  return { start: -1, end: -1, value: values[kind as keyof typeof values], outcome: 'done' }
}

/** A database that was restored may bring back what it held then, or know nothing of a newer key. */
function restored(log: Log, register: string, span: Pick<Span, 'end'>): Candidate[] {
  const [name = '', kind] = register.split(' ')
  const madeAt = log.keys.get(name)?.madeAt ?? 0
  return log.restores
    .filter(({ start }) => start < span.end)
    .flatMap(({ start, end, backedUpAt }) => {
      const earlier = { ...log, restores: log.restores.filter((other) => other.start < backedUpAt) }
      const then = { start: backedUpAt, end: backedUpAt }
      const values = madeAt <= backedUpAt ? possibleValues(earlier, register, then) : []
      const unknown = madeAt > backedUpAt && kind === 'life' ? ['gone'] : []
      return [...values, ...unknown].map((value) => {
        return { start, end, value, outcome: 'unknown' } as const
      })
    })
}

/** Whether what one has set cannot stand any more once the other is done. */
function isBefore(one: Candidate, other: Candidate): boolean {
  if (one.end < other.start) return true
  // A restored database gives the same versions again: they order only what ran at the same time.
  if (other.end < one.start) return false
  const { version } = one
  return version !== undefined && other.version !== undefined && version < other.version
}

function wrongOrStale(log: Log, use: Use): Pick<Violation, 'rule' | 'seconds'> {
  const { account = '' } = log.keys.get(use.key) ?? {}
  const before: Log = {
    ...log,
    changes: log.changes.map((change) => ({ ...change, end: use.start })),
  }
  if (!rightVerdicts(before, use).has(use.verdict)) return { rule: 'wrong' }
  const answered = log.changes.filter(({ register, outcome, end }) => {
    const concerns = register.startsWith(`${use.key} `) || register === `${account} status`
    return concerns && outcome === 'done' && end < use.start
  })
  const since = Math.max(...answered.map(({ endSeconds }) => endSeconds))
  return { rule: 'stale', seconds: Math.max(0, use.startSeconds - since) }
}

function checkTruth(log: Log, key: string, truth: Truth): Violation[] {
  // What was recorded has been carried out by now.
  const settled: Log = {
    ...log,
    changes: log.changes.map((change) =>
      change.outcome === 'recorded' ? { ...change, outcome: 'done' } : change,
    ),
  }
  const end = Number.MAX_SAFE_INTEGER
  const { account = '' } = log.keys.get(key) ?? {}
  const registers = [
    [`${key} life`, truth.life],
    [`${key} acl`, truth.acl],
    [`${account} status`, truth.status],
  ] as const
  const lost = registers.flatMap(([register, value]): Violation[] => {
    // A key that is gone has neither an ACL nor, where its row is gone too, an account.
    if (truth.life === 'gone' && register !== `${key} life`) return []
    const possible = possibleValues(settled, register, { start: end, end })
    if (possible.has(value)) return []
    return [{ rule: 'lost', text: `${register} is ${value}, not ${[...possible].join(' or ')}` }]
  })
  const strange = log.uses.filter((use) => {
    const right = seen(judge(truth, use.from), use.method)
    return (
      use.recovered && use.key === key && use.verdict !== 'unavailable' && use.verdict !== right
    )
  })
  return [
    ...lost,
    ...strange.map(({ label, verdict }): Violation => {
      const got = typeof verdict === 'string' ? verdict : verdict.other
      return { rule: 'lost', text: `${label}: ${got} after recovery, unlike libSQL` }
    }),
  ]
}
