// Makes a history that fails smaller: without each of its steps, and with each step made plainer, for
// as long as it still fails.

import type { History, Step } from './history.ts'

/** `fails` is asked as often as a race may need it. */
export async function shrink(
  history: History,
  fails: (smaller: History) => Promise<boolean>,
): Promise<History> {
  let smallest = history
  for (let changed = true; changed;) {
    changed = false
    // From the end, so that what is taken away is never what a later try depends on.
    for (let i = smallest.steps.length - 1; i >= 0; i--) {
      for (const steps of plainer(smallest.steps, i)) {
        const smaller = { ...smallest, steps }
        if (!(await fails(smaller))) continue
        smallest = smaller
        changed = true
        break
      }
    }
    for (const smaller of inPlainerWorlds(smallest)) {
      if (!(await fails(smaller))) continue
      smallest = smaller
      changed = true
      break
    }
  }
  return smallest
}

/** The history with all locations alike, or with a clock that runs right. */
function inPlainerWorlds(history: History): History[] {
  const { deploy, rates } = history
  return [
    ...(deploy === null ? [] : [{ ...history, deploy: null }]),
    ...[...rates.entries()]
      .filter(([, rate]) => rate !== 1)
      .map(([i]) => ({ ...history, rates: rates.with(i, 1) })),
  ]
}

/** The steps without the one at `i`, and with it made plainer. */
function plainer(steps: readonly Step[], i: number): Step[][] {
  const step = steps[i]
  if (step === undefined) return []
  const candidates: (Step | null)[] = [null]
  if ('diesAfter' in step && step.diesAfter !== null) candidates.push({ ...step, diesAfter: null })
  if ('goesOn' in step && step.goesOn) candidates.push({ ...step, goesOn: false })
  if ('isTried' in step && step.isTried) candidates.push({ ...step, isTried: false })
  if ('times' in step && step.times > 1) candidates.push({ ...step, times: 1 })
  return candidates.map((candidate) => steps.toSpliced(i, 1, ...(candidate ? [candidate] : [])))
}
