// Bindings that stand in for the platform's, within the gateway's own isolate: workerd's wrapped bindings
// (`WrappedBinding` in its workerd.capnp). Each function takes what it wraps.

/** What the gateway calls of an authority by RPC. The rest are requests. */
const METHODS = ['advance', 'seed', 'denials', 'useSummary', 'useDetails', 'forgetUse'] as const

interface Elsewhere {
  readonly elsewhere: Fetcher
  /** A round trip to an authority beyond what a local one takes, in milliseconds. */
  readonly tripMs: string
}

/** Authorities of another process, see bench/workers/elsewhere.ts. */
export function otherAuthorities({ elsewhere, tripMs }: Elsewhere) {
  const halfMs = Number(tripMs) / 2
  const travel = async (url: string, init: RequestInit): Promise<Response> => {
    if (halfMs === 0) return await elsewhere.fetch(url, init)
    await waitMs(halfMs)
    const answer = await elsewhere.fetch(url, init)
    await waitMs(halfMs)
    return answer
  }
  return {
    /** Names an object and calls none. */
    idFromName: (name: string) => ({ toString: () => name }),
    getByName(name: string) {
      const url = `http://elsewhere/authority/${name}/`
      const toCall = (method: string) => {
        return async (...args: readonly unknown[]) => {
          const init = { method: 'POST', body: JSON.stringify(args) }
          return await (await travel(url + method, init)).json()
        }
      }
      return {
        fetch: (checkUrl: string, init: RequestInit = {}) =>
          travel(`${url}fetch?${checkUrl}`, init),
        ...Object.fromEntries(METHODS.map((method) => [method, toCall(method)])),
      }
    },
  }
}

/** A rate limit that nothing reaches. */
export function rateLimit() {
  return { limit: async () => ({ success: true }) }
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
