// Bindings that stand in for the platform's, within the gateway's own isolate: workerd's wrapped bindings
// (`WrappedBinding` in its workerd.capnp). Each function takes what it wraps.

import type { AuthorityRecord } from '../../src/stores/key-authority-object.ts'
import type { AuthorityNamespace } from '../../src/stores/key-authority.ts'

/** Authorities as far away as `wayMs` says, there and back. */
export function farAuthorities(inner: { authorities: AuthorityNamespace; wayMs: string }) {
  const away = () => new Promise((resolve) => setTimeout(resolve, Number(inner.wayMs)))
  return {
    getByName(name: string) {
      const stub = inner.authorities.getByName(name)
      return {
        async fetch(url: string) {
          await away()
          return await stub.fetch(url)
        },
        async seed(record: AuthorityRecord) {
          await away()
          return await stub.seed(record)
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
        fetch: (checkUrl: string) => elsewhere.fetch(`${url}fetch?${checkUrl}`),
        advance: (brought: unknown) => call('advance', brought),
        seed: (brought: unknown, word?: string) => call('seed', { brought, word }),
        countDenials: (denials: unknown) => call('countDenials', denials),
      }
    },
  }
}

/** The brake on refusals, which brakes nothing here. */
export function brake() {
  return { limit: async () => ({ success: true }) }
}
