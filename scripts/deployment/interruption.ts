// Ctrl+C, or a CI that is cancelled, in the middle of a deployment.

import { Failure } from '../../harness/failure.ts'

/** Aborted by the first signal, so that the deployment ends and says what is live. A second one ends the process. */
export function watchInterruption(): AbortSignal {
  const controller = new AbortController()
  // The listener stays: without one, execa's own lets the signal end the process.
  const stop = () => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  return controller.signal
}

/** Throws a Failure after an interruption. `state` says what it left. */
export function refuseInterrupted(interruption: AbortSignal, state: string): void {
  if (interruption.aborted) throw new Failure(`Interrupted. ${state}`)
}
