// Tells a find from a false alarm: a busy machine now and then breaks what no mutant has broken.

import type { Violation } from './checker.ts'

/** What a race decides does not happen each time. */
const TRIES = 4

export type Confirmed = 'found' | 'not again' | 'also without it'

/**
 * Repeats a history in which a mutant seems to show, until it shows again. As often, the history must hold without the
 * mutant. `run`: carries it out, with the mutant or without, and answers what was wrong.
 */
export async function confirm(
  run: (hasMutant: boolean) => Promise<readonly Violation[]>,
): Promise<Confirmed> {
  for (let tries = 0; tries < TRIES; tries++) {
    if ((await run(false)).length > 0) return 'also without it'
    if ((await run(true)).length > 0) return 'found'
  }
  return 'not again'
}
