// Sessions of an older version, whose cookies have no tag. They last at most 12 hours. Once none is left, a
// cookie without a tag costs no read of libSQL, except one every few seconds.

export interface UntaggedSessions {
  /** Whether a session without a tag may exist. */
  readonly mayExist: () => Promise<boolean>
}

/** How long an isolate uses a result. During a deploy, the older version still starts such sessions. */
const FRESH_MS = 5_000

export function createUntaggedSessions(
  exist: () => Promise<boolean>,
  nowMs: () => number,
): UntaggedSessions {
  let lastRead: { exist: boolean; atMs: number } | undefined
  return {
    async mayExist() {
      const now = nowMs()
      if (lastRead === undefined) {
        lastRead = { exist: await exist(), atMs: now }
      } else if (Math.abs(now - lastRead.atMs) > FRESH_MS) {
        lastRead.atMs = now // set before the read, so that concurrent requests, or those after a failed read, do not read too
        lastRead.exist = await exist()
      }
      return lastRead.exist
    },
  }
}
