// The short queue before a hasher. Groups of clients take turns, whoever came first, and within a group its
// clients do, so a client that asks a lot waits for itself. A client may take a place while it holds fewer
// than are free: alone, half of them; beside others less, and there is always one left for a client that
// has none, until all are taken. Clients of one group together hold three quarters at most: whoever has a
// /48 of IPv6 is 65,536 clients.

export interface HashQueue {
  /** A place for a client, until it is given up or 5 s pass unused; null where there is none for it. */
  readonly take: (client: string, group: string, nowMs: number) => string | null
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
const PLACES_OF_GROUP = 30
const UNUSED_MS = 5_000

type Work = () => Promise<void>

interface Place {
  readonly client: string
  readonly group: string
  /** Infinity once there is work for it. */
  expiresAtMs: number
}

export function createHashQueue({ turn, newPlace }: HashQueueDeps): HashQueue {
  const places = new Map<string, Place>()
  /** The work that waits, by group and client; whose turn is next comes first. */
  const waiting = new Map<string, Map<string, Work[]>>()
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

  function takeNext(): Work | undefined {
    for (const [group, clients] of waiting) {
      waiting.delete(group)
      for (const [client, [next, ...others]] of clients) {
        clients.delete(client)
        if (others.length > 0) clients.set(client, others)
        if (clients.size > 0) waiting.set(group, clients)
        return next
      }
    }
    return undefined
  }

  function append({ client, group }: Place, work: Work): void {
    const clients = waiting.get(group) ?? new Map<string, Work[]>()
    clients.set(client, [...(clients.get(client) ?? []), work])
    waiting.set(group, clients)
  }

  return {
    take(client, group, nowMs) {
      let own = 0
      let ofGroup = 0
      for (const [id, place] of places) {
        if (place.expiresAtMs <= nowMs) places.delete(id)
        else {
          if (place.client === client) own++
          if (place.group === group) ofGroup++
        }
      }
      if (own >= PLACES - places.size || ofGroup >= PLACES_OF_GROUP) return null
      const id = newPlace()
      places.set(id, { client, group, expiresAtMs: nowMs + UNUSED_MS })
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
        append(place, job)
        void workOff()
      })
    },
  }
}
