// Workers KV as a location finds it behind its binding.

import { WorkerEntrypoint } from 'cloudflare:workers'
import { connectionLost, LATE_MS, SLOW_MS } from './faults.ts'
import { trueMs } from './time.ts'
import { kv, locationOf, neverAnswered, reach, sleep, whenHealed } from './world.ts'

interface Props {
  readonly location: string
}

const DEFAULT_TTL_SECONDS = 60
/** What is longer on its way to KV is lost. */
const PUT_WITHIN_MS = 30_000

export class Kv extends WorkerEntrypoint<unknown, Props> {
  get(name: string, options?: { type?: string; cacheTtl?: number } | string): Promise<unknown> {
    const { type, cacheTtl = DEFAULT_TTL_SECONDS } =
      typeof options === 'string' ? { type: options } : (options ?? {})
    return this.#reach('GET', async () => {
      const text = kv.get(this.ctx.props.location, name, cacheTtl * 1000, trueMs())
      return type === 'json' && text !== null ? (JSON.parse(text) as unknown) : text
    })
  }

  put(name: string, value: string): Promise<void> {
    const askedMs = trueMs()
    return this.#reach('PUT', async () => {
      if (trueMs() - askedMs > PUT_WITHIN_MS) throw connectionLost()
      kv.put(this.ctx.props.location, name, value, trueMs())
    })
  }

  delete(name: string): Promise<void> {
    return this.#reach('DELETE', async () => kv.put(this.ctx.props.location, name, null, trueMs()))
  }

  list({ prefix = '' }: { prefix?: string } = {}): Promise<unknown> {
    return this.#reach('LIST', async () => {
      const names = kv.names().filter((name) => name.startsWith(prefix))
      return { keys: names.map((name) => ({ name })), list_complete: true, cacheStatus: null }
    })
  }

  #reach<T>(operation: string, act: () => Promise<T>): Promise<T> {
    const { location } = this.ctx.props
    return reach(location, `KV ${operation}`, this.ctx, async (untilHealed) => {
      switch (locationOf(location).kv) {
        case 'throws':
          throw new Error(`KV ${operation} failed: 503 Service Unavailable`)
        case 'hangs':
          return await neverAnswered(untilHealed)
        case 'slow':
          await sleep(SLOW_MS)
          return await act()
        case 'late':
          await sleep(LATE_MS)
          return await act()
        case 'held':
          return await whenHealed(act, untilHealed)
        case 'none':
          return await act()
      }
    })
  }
}
