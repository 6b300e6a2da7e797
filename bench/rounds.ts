// Workers measured in turns. What else the machine does meets all of them alike, since a turn takes a second
// and the next one is another worker's.

import { setInterval } from 'node:timers'
import type { Takes } from './comparison.ts'
import { measureTurn, type Sample, type Target } from './load.ts'
import { median } from './statistics.ts'

/** A worker and what is sent to it, as several identical instances. */
export interface Variant {
  readonly name: string
  readonly instances: readonly Instance[]
}

interface Instance {
  readonly target: Target
  /** One for each round. */
  readonly samples: Sample[]
}

export interface Rounds {
  readonly rounds: number
  readonly warmUp: number
  readonly connections: number
  /** Called after each round that counts. */
  readonly afterRound?: () => Promise<void>
}

/** From one request to the next of a key that is kept in use: less than half of a lease. */
const IN_USE_EVERY_MS = 300

export function toVariant(name: string, targets: readonly Target[]): Variant {
  return { name, instances: targets.map((target) => ({ target, samples: [] })) }
}

/** Measures each instance once a round. Every second round goes backwards. */
export async function measureRounds(
  variants: readonly Variant[],
  { rounds, warmUp, connections, afterRound }: Rounds,
): Promise<void> {
  const count = Math.max(...variants.map(({ instances }) => instances.length))
  const turns = Array.from({ length: count }, (_, i) => {
    return variants.flatMap(({ instances }) => instances.slice(i, i + 1))
  }).flat()
  for (let round = -warmUp; round < rounds; round++) {
    for (const { target, samples } of round % 2 === 0 ? turns : turns.toReversed()) {
      const sample = await measureTurn(target, connections)
      if (round >= 0) samples.push(sample)
    }
    if (round >= 0) await afterRound?.()
  }
}

/** Sends a request now and then to each instance, so that its key stays in use between its turns. */
export function keepInUse(variants: readonly Variant[]): () => void {
  const targets = variants.flatMap(({ instances }) => instances.map(({ target }) => target))
  const timer = setInterval(() => {
    for (const { url, headers } of targets) {
      fetch(url, { headers }).then(
        (answer) => answer.arrayBuffer(),
        () => undefined, // a turn says what is wrong
      )
    }
  }, IN_USE_EVERY_MS)
  return () => clearInterval(timer)
}

/** Of every instance. */
export function pidsOf(variants: readonly Variant[]): number[] {
  return variants.flatMap(({ instances }) => instances.flatMap(({ target }) => target.pids))
}

/** What a request took of CPU time. */
export function cpuTakes({ instances }: Variant): Takes {
  return instances.map(({ samples }) => samples.map((sample) => sample.cpuMicroseconds))
}

/** The median of one of the figures. */
export function typical({ instances }: Variant, figure: keyof Sample): number {
  return median(instances.flatMap(({ samples }) => samples.map((sample) => sample[figure])))
}
