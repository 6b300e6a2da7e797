// The rotation of a key's token, as pure functions on the times of its tokens. The current token has neither
// `replacedAt` nor `endedAt`. The old token of a rotation has `replacedAt` and `endsAt`. All times are in
// milliseconds since 1970.

export interface TokenTimes {
  readonly lookupId: string
  /** When a rotation made another token the current one. */
  readonly replacedAt: number | null
  /** From then on a replaced token is refused. */
  readonly endsAt: number | null
  /** Since when the token is refused for ever. */
  readonly endedAt: number | null
}

/** A rotation that is under way: both tokens work until `endsAt`. */
export interface Rotation<T extends TokenTimes = TokenTimes> {
  readonly startedAt: number
  readonly endsAt: number
  readonly old: T
}

/** The longest overlap. */
export const MAX_OVERLAP_MS = 30 * 24 * 60 * 60_000

/** The rotation that is under way at `nowMs`, if there is one. */
export function findRotation<T extends TokenTimes>(
  tokens: readonly T[],
  nowMs: number,
): Rotation<T> | undefined {
  for (const old of tokens) {
    const { replacedAt, endsAt } = old
    if (replacedAt !== null && endsAt !== null && isOverlapping(old) && endsAt > nowMs) {
      return { startedAt: replacedAt, endsAt, old }
    }
  }
  return undefined
}

/** Whether the overlap of a rotation is over at `nowMs` and no token has ended yet. */
export function isOverdue(tokens: readonly TokenTimes[], nowMs: number): boolean {
  return tokens.some((token) => isOverlapping(token) && (token.endsAt ?? nowMs) <= nowMs)
}

/** The tokens once another one is made. They end at `endsAt`, or sooner; at once if that is `nowMs`. */
export function replaceTokens(
  tokens: readonly TokenTimes[],
  endsAt: number,
  nowMs: number,
): TokenTimes[] {
  return tokens.filter(hasNotEnded).map((token) => {
    const end = Math.min(token.endsAt ?? endsAt, endsAt)
    const replacedAt = token.replacedAt ?? nowMs
    return { ...token, replacedAt, endsAt: end, endedAt: end <= nowMs ? nowMs : null }
  })
}

/** The tokens once the old one has another end. */
export function moveEnd(tokens: readonly TokenTimes[], endsAt: number): TokenTimes[] {
  return tokens.filter(isOverlapping).map((token) => ({ ...token, endsAt }))
}

/** The tokens once the old one has ended. */
export function endOld(tokens: readonly TokenTimes[], nowMs: number): TokenTimes[] {
  return tokens
    .filter(isOverlapping)
    .map((token) => ({ ...token, endsAt: Math.min(token.endsAt ?? nowMs, nowMs), endedAt: nowMs }))
}

/** The tokens once the rotation is taken back: the new one has ended, and the old one is the current one. */
export function keepOld(tokens: readonly TokenTimes[], nowMs: number): TokenTimes[] {
  return tokens
    .filter(hasNotEnded)
    .map((token) =>
      isOverlapping(token)
        ? { ...token, replacedAt: null, endsAt: null }
        : { ...token, endedAt: nowMs },
    )
}

function hasNotEnded({ endedAt }: TokenTimes): boolean {
  return endedAt === null
}

function isOverlapping(token: TokenTimes): boolean {
  return hasNotEnded(token) && token.replacedAt !== null
}
