// The leases that an authority has granted, and the wait that a change of its record causes. Only the longest
// lease counts, so it is one number, kept in memory. An object loses its memory when it restarts. Whatever it
// had granted, it granted before it started again. So an instance that starts waits for the longest lease
// from its own start on. A row in storage tells whether that is needed, and whether a change waits. The row is
// written with a change that waits, and else at most every ten seconds. It is durable before the answer with the
// lease leaves, because the runtime holds answers back until then
// (https://developers.cloudflare.com/durable-objects/reference/in-memory-state/).

import { type Hold, HOLD_FACTOR, MAX_TERM_MS, remainingMs } from '../../keys/lease.ts'

const ROW = 'granted'

/** The longest lease that may still run when the object starts again. */
interface Row extends Hold {
  /** Whether a change waits for it. A version before this member wrote none. */
  readonly settles?: boolean
}

const ROW_INTERVAL_MS = 10_000
/** Another machine may have written the row, and clocks of machines differ. */
const ROW_TOLERANCE_MS = 60_000

type Storage = Pick<DurableObjectStorage['kv'], 'get' | 'put'>

export class GrantedLeases {
  /** The leases on the record that the authority holds. */
  private granted: Hold | null = null
  /** The wait for leases on records that it held before. */
  private settling: Hold | null = null
  /** The wait for leases of the instance before this one. */
  private inherited: Hold | null = null
  private row: Row | undefined
  private readonly storage: Storage

  constructor(storage: Storage, nowMs: number) {
    this.storage = storage
    this.row = storage.get<Row>(ROW)
    if (this.row === undefined) return
    const { lengthMs, settles = false } = this.row
    const recent = { ...this.row, lengthMs: lengthMs + ROW_TOLERANCE_MS }
    if (remainingMs(recent, nowMs, null) === 0) return
    const hold = { atMs: nowMs, callerMs: null, lengthMs }
    if (settles) this.settling = hold
    else this.inherited = hold
  }

  /**
   * Grants a lease on the record that the authority holds, in the turn that read it. Answers its term in
   * milliseconds, or 0 for none: nothing is granted while a change waits.
   */
  grant(wantedMs: number, nowMs: number, callerMs: number | null): number {
    const termMs = Math.min(wantedMs, MAX_TERM_MS)
    if (!(termMs > 0) || this.remaining(this.settling, nowMs, null) > 0) return 0
    const lengthMs = Math.max(
      termMs * HOLD_FACTOR,
      this.remaining(this.granted, nowMs, callerMs),
      this.remaining(this.inherited, nowMs, callerMs),
    )
    const granted = { atMs: nowMs, callerMs, lengthMs }
    this.note(granted)
    this.granted = granted
    return termMs
  }

  /** Begins the wait for the leases on a record that is replaced in this turn. */
  settle(nowMs: number, callerMs: number | null): void {
    const lengthMs = Math.max(
      this.remaining(this.granted, nowMs, callerMs),
      this.settlesInMs(nowMs, callerMs),
    )
    this.granted = null
    this.settling = { atMs: nowMs, callerMs, lengthMs }
    if (lengthMs > 0) this.write({ ...this.settling, settles: true })
  }

  /**
   * How long until the leases on all records that were replaced have run out, in milliseconds. What an instance before
   * this one has granted counts too: a version without leases may have replaced the record since.
   */
  settlesInMs(nowMs: number, callerMs: number | null): number {
    this.settling = restarted(this.settling, nowMs)
    this.inherited = restarted(this.inherited, nowMs)
    const lengthMs = Math.max(
      this.remaining(this.settling, nowMs, callerMs),
      this.remaining(this.inherited, nowMs, callerMs),
    )
    // The caller waits for so long from now on, and nothing is granted meanwhile.
    if (callerMs !== null && lengthMs > 0) this.settling = { atMs: nowMs, callerMs, lengthMs }
    return lengthMs
  }

  /** Whether the row was written at this time of the object. */
  hasWrittenAt(nowMs: number): boolean {
    return this.row?.atMs === nowMs
  }

  private remaining(hold: Hold | null, nowMs: number, callerMs: number | null): number {
    return hold === null ? 0 : remainingMs(hold, nowMs, callerMs)
  }

  private note(granted: Hold): void {
    const { row } = this
    const isFresh = row !== undefined && Math.abs(granted.atMs - row.atMs) < ROW_INTERVAL_MS
    if (isFresh && row.settles !== true && granted.lengthMs <= row.lengthMs) return
    this.write(granted)
  }

  private write(row: Row): void {
    this.storage.put<Row>(ROW, row)
    this.row = row
  }
}

/** Begins a hold again if the clock was set back. Otherwise it would last until the clock is where it was. */
function restarted(hold: Hold | null, nowMs: number): Hold | null {
  return hold !== null && nowMs < hold.atMs ? { ...hold, atMs: nowMs } : hold
}
