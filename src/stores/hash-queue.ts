// The short queue of a hasher. Groups of clients take turns, and so do the clients of a group. A client with many
// requests only delays its own.
//
// A client may take a place if it holds fewer than are free. A client that is alone gets half of the places,
// and less beside others. So a client without a place finds one until all are taken. A group holds at most three
// quarters of the places, because a single /48 of IPv6 has 65,536 clients.

export interface HashQueue {
  /** Takes a place, which is lost if unused for 5 s. Null if there is none for this client. */
  readonly take: (client: string, group: string, nowMs: number) => string | null
  readonly giveUp: (place: string) => void
  /** Runs the work of a place when its turn comes. Null if the place was lost or used. */
  readonly run: <T>(place: string, work: () => Promise<T>) => Promise<T> | null
}

export interface HashQueueDeps {
  /** Resolves when the next work may begin. */
  readonly nextTurn: () => Promise<void>
  readonly newPlace: () => string
}

const PLACES = 40
const PLACES_OF_GROUP = 30
const UNUSED_MS = 5_000

type Work = () => Promise<void>

interface Place {
  readonly client: string
  readonly group: string
  /** Infinity once the place has work. */
  expiresAtMs: number
}

export function createHashQueue({ nextTurn, newPlace }: HashQueueDeps): HashQueue {
  const places = new Map<string, Place>()
  /** The waiting work by group and client, in the order of their turns. */
  const waiting = new Map<string, Map<string, Work[]>>()
  let isWorking = false

  async function runWaiting(): Promise<void> {
    if (isWorking) return
    isWorking = true
    try {
      for (let next = takeNext(); next !== undefined; next = takeNext()) {
        await nextTurn()
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
        void runWaiting()
      })
    },
  }
}
