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
