// Bindings that stand in for the platform's, within the gateway's own isolate: workerd's wrapped bindings
// (`WrappedBinding` in its workerd.capnp). Each function takes what it wraps.

import type {
  AuthorityRecord,
  WaitingCaller,
} from '../../src/stores/key-authority/key-authority-object.ts'
import type { AuthorityNamespace } from '../../src/stores/key-authority/key-authority.ts'

/** Authorities as far away as `wayMs` says, there and back. */
export function farAuthorities(inner: { authorities: AuthorityNamespace; wayMs: string }) {
  const away = () => new Promise((resolve) => setTimeout(resolve, Number(inner.wayMs)))
  return {
    getByName(name: string) {
      const stub = inner.authorities.getByName(name)
      return {
        async fetch(url: string, init?: RequestInit) {
          await away()
          return await stub.fetch(url, init)
        },
        async advance(record: AuthorityRecord, caller?: WaitingCaller) {
          await away()
          return await stub.advance(record, caller)
        },
        async seed(record: AuthorityRecord, word?: string) {
          await away()
          return await stub.seed(record, word)
        },
      }
    },
  }
}

/** Authorities of another process, see elsewhere.ts. */
export function otherAuthorities({ elsewhere }: { elsewhere: Fetcher }) {
  return {
    getByName(name: string) {
      const url = `http://elsewhere/authority/${name}/`
      const call = async (method: string, argument: unknown) => {
        const init = { method: 'POST', body: JSON.stringify(argument) }
        return await (await elsewhere.fetch(url + method, init)).json()
      }
      return {
        fetch: (questionUrl: string, init?: RequestInit) =>
          elsewhere.fetch(`${url}fetch?${questionUrl}`, init),
        advance: (brought: unknown, caller?: unknown) => call('advance', { brought, caller }),
        seed: (brought: unknown, word?: string) => call('seed', { brought, word }),
      }
    },
  }
}
