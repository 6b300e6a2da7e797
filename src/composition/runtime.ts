/** What the platform lends to everything that runs in an isolate. */
export interface Runtime {
  /** Lets a promise outlive the response, as `waitUntil` does. */
  readonly later: (promise: Promise<void>) => void
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>
  /** In milliseconds since 1970. */
  readonly nowMs: () => number
}

export function createRuntime(later: Runtime['later']): Runtime {
  return {
    later,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    nowMs: () => Date.now(),
  }
}
