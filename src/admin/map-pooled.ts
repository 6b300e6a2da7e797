export interface Pool {
  readonly atOnce: number
  /** How many run at once if the first ones have each taken less than `fastMs`. */
  readonly atOnceIfFast: number
  readonly fastMs: number
}

/** As `mapPooled`, with more calls at once if the first ones were fast. */
export async function mapWidening<T, R>(
  items: readonly T[],
  { atOnce, atOnceIfFast, fastMs }: Pool,
  nowMs: () => number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  let slowestMs = 0
  const first = await mapPooled(items.slice(0, atOnce), atOnce, async (item) => {
    const startedMs = nowMs()
    const result = await work(item)
    slowestMs = Math.max(slowestMs, nowMs() - startedMs)
    return result
  })
  const most = slowestMs < fastMs ? atOnceIfFast : atOnce
  const rest = await mapPooled(items.slice(atOnce), most, work)
  return [...first, ...rest]
}

/** Maps items with at most `atOnce` calls of `work` running. Keeps the order; rejects if a call rejects. */
export async function mapPooled<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const waiting = items.entries()
  async function workOn() {
    for (const [index, item] of waiting) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOn))
  return results
}

/** Answers a function that runs at most `atOnce` of the calls that it is given. The others wait for their turn. */
export function limitConcurrency(atOnce: number): <R>(work: () => Promise<R>) => Promise<R> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resume) => waiting.push(resume))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
