// The short queue before a hasher. Clients take turns, whoever came first, so a client that asks a lot
// waits for itself. A client may take a place while it holds fewer than are free: alone, half of them;
// beside others less, and there is always one left for a client that has none, until all are taken.

export interface HashQueue {
  /** A place for a client, until it is given up or 5 s pass unused; null where there is none for it. */
  readonly take: (client: string, nowMs: number) => string | null
  readonly giveUp: (place: string) => void
  /** Does the work of a place when its turn comes. Null where there is no such place any more. */
  readonly run: <T>(place: string, work: () => Promise<T>) => Promise<T> | null
}

export interface HashQueueDeps {
  /** Settles when the next work may begin. */
  readonly turn: () => Promise<void>
  readonly newPlace: () => string
}

const PLACES = 40
const UNUSED_MS = 5_000

interface Place {
  readonly client: string
  /** Infinity once there is work for it. */
  expiresAtMs: number
}

export function createHashQueue({ turn, newPlace }: HashQueueDeps): HashQueue {
  const places = new Map<string, Place>()
  /** The work that waits, by client; the client whose turn is next comes first. */
  const waiting = new Map<string, (() => Promise<void>)[]>()
  let isWorking = false

  async function workOff(): Promise<void> {
    if (isWorking) return
    isWorking = true
    try {
      for (let next = takeNext(); next !== undefined; next = takeNext()) {
        await turn()
        await next()
      }
    } finally {
      isWorking = false
    }
  }

  function takeNext(): (() => Promise<void>) | undefined {
    for (const [client, [next, ...others]] of waiting) {
      waiting.delete(client)
      if (others.length > 0) waiting.set(client, others)
      return next
    }
    return undefined
  }

  return {
    take(client, nowMs) {
      let own = 0
      for (const [id, place] of places) {
        if (place.expiresAtMs <= nowMs) places.delete(id)
        else if (place.client === client) own++
      }
      if (own >= PLACES - places.size) return null
      const id = newPlace()
      places.set(id, { client, expiresAtMs: nowMs + UNUSED_MS })
      return id
    },

    giveUp(place) {
      places.delete(place)
    },

    run(id, work) {
      const place = places.get(id)
      if (place === undefined || place.expiresAtMs === Number.POSITIVE_INFINITY) return null
      place.expiresAtMs = Number.POSITIVE_INFINITY
      return new Promise((resolve, reject) => {
        const job = () =>
          work()
            .finally(() => places.delete(id))
            .then(resolve, reject)
        waiting.set(place.client, [...(waiting.get(place.client) ?? []), job])
        void workOff()
      })
    },
  }
}
