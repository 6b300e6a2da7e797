// How long a read of memory takes while a benchmark runs: a chain of reads, each of which needs the one
// before, on the measured core. On a slow or busy machine the larger sets take longer, and so does all else.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { measureOnOneCore } from './cores.ts'
import { median } from './statistics.ts'

export interface MemoryProbe {
  /** Takes about 50 ms. */
  readonly measure: () => Promise<void>
  /** A sentence for all measurements. */
  readonly describe: () => string
  readonly stop: () => void
}

const SETS = { '512 kB': 512 * 1024, '4 MB': 4 * 1024 ** 2, '64 MB': 64 * 1024 ** 2 }
const READS = 200_000
const WARM_UP = 3
/** Of a cache line, in 32-bit integers: each read needs a line of its own. */
const LINE = 16

export function startMemoryProbe(): MemoryProbe {
  const child = fork(import.meta.filename, ['probe'])
  measureOnOneCore([child.pid ?? 0])
  const measured: number[][] = []
  return {
    async measure() {
      child.send('measure')
      const [times] = (await once(child, 'message')) as [number[]]
      measured.push(times)
    },
    describe: () =>
      Object.keys(SETS)
        .map((set, i) => {
          const times = measured.map((each) => each[i] ?? Number.NaN)
          const [least, most] = [Math.min(...times), Math.max(...times)].map(round)
          return `${set} ${round(median(times))} ns (${least} to ${most})`
        })
        .join(', '),
    stop: () => void child.kill(),
  }
}

function round(ns: number): string {
  return ns.toFixed(ns < 10 ? 1 : 0)
}

/** Integers that lead from line to line, once through all of them in a random order. */
function makeChain(bytes: number): Int32Array {
  const next = new Int32Array(bytes / Int32Array.BYTES_PER_ELEMENT)
  const order = Array.from({ length: next.length / LINE }, (_, line) => line * LINE)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0]
  }
  for (const [i, from] of order.entries()) next[from] = order[(i + 1) % order.length] ?? 0
  return next
}

/** Nanoseconds for a read. */
function walk(chain: Int32Array): number {
  let at = 0
  const before = process.threadCpuUsage() // not by the clock: others may take the core
  for (let read = 0; read < READS; read++) at = chain[at] ?? 0
  const { user, system } = process.threadCpuUsage(before)
  if (at % LINE !== 0) throw new Error('A chain leads from line to line')
  return ((user + system) * 1_000) / READS
}

if (process.argv[2] === 'probe' && process.send !== undefined) {
  const chains = Object.values(SETS).map(makeChain)
  for (let i = 0; i < WARM_UP; i++) for (const chain of chains) walk(chain)
  process.on('message', () => process.send?.(chains.map(walk)))
  process.once('disconnect', () => process.exit())
}
