// Sessions of the version that knew no tag in the cookie. They live on until they end, 12 hours at most after
// the last of them began. Then a cookie without a tag costs a read now and then, not one a request.

export interface UntaggedSessions {
  /** Whether a cookie without a tag can name a session. */
  readonly mayExist: () => Promise<boolean>
}

/** For so long an isolate believes what it read; during a deploy, the version before makes such sessions yet. */
const BELIEVED_MS = 5_000

export function createUntaggedSessions(
  exist: () => Promise<boolean>,
  nowMs: () => number,
): UntaggedSessions {
  let believed: { readonly exist: boolean; readonly atMs: number } | undefined
  return {
    async mayExist() {
      const now = nowMs()
      const age = believed === undefined ? Infinity : Math.abs(now - believed.atMs)
      if (believed === undefined || age > BELIEVED_MS) {
        believed = { exist: await exist(), atMs: now }
      }
      return believed.exist
    },
  }
}
