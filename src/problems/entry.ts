// The description of one kind of error, independent of the request.

/**
 * Who can do something: the sender of the request, the customer who owns the key, or the operator of the
 * gateway.
 */
export type Party = 'caller' | 'owner' | 'operator'

/**
 * Whether to send the same request again.
 * `no`: it gets the same answer until its cause is gone.
 * `wait`: yes, after `Retry-After` or a pause; nothing was done.
 * `check`: it may have taken effect, so look first; a GET or HEAD can be repeated.
 */
export type Retry = 'no' | 'wait' | 'check'

export interface ProblemEntry {
  /** The HTTP status (RFC 9110 §15). */
  readonly status: number
  /** A few words that never change (RFC 9457 §3.1.3). */
  readonly title: string
  /** What happened, in sentences. Here and below, code stands between backticks. */
  readonly meaning: string
  /** What to do, by the party who can do it. The party that should act first comes first. */
  readonly remedies: Readonly<Partial<Record<Party, string>>>
  readonly retry: Retry
}
