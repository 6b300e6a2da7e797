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
  let believed: { exist: boolean; atMs: number } | undefined
  return {
    async mayExist() {
      const now = nowMs()
      if (believed === undefined) {
        believed = { exist: await exist(), atMs: now }
      } else if (Math.abs(now - believed.atMs) > BELIEVED_MS) {
        believed.atMs = now // before the read: what comes meanwhile, or after it failed, does not read too
        believed.exist = await exist()
      }
      return believed.exist
    },
  }
}
