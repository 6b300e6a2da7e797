// A browser without pages: it keeps the cookies of the gateway, and follows redirects one at a time.

import { expect } from 'vitest'
import { jsonCall } from '../../harness/customer.ts'
import { type HttpAnswer, send } from '../../harness/http.ts'

export interface Walker {
  /** By name; a test may change them. */
  readonly cookies: Map<string, string>
  /** A GET of the gateway, by its path or whole URL, as a program or as a browser. */
  readonly get: (path: string, headers?: Record<string, string>) => Promise<HttpAnswer>
  /** The URL that the provider sends the browser to, after this one of the gateway. */
  readonly leave: (path: string) => Promise<string>
  /** Begins at this path of the gateway, goes to the provider, and comes back. */
  readonly walk: (path: string) => Promise<HttpAnswer>
  /** Logs in. */
  readonly logIn: () => Promise<void>
  /** A confirmation, for any call or for the one that the query names. */
  readonly confirm: (query?: string) => Promise<string>
  /** A call under /admin/api/v1. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<HttpAnswer>
}

export function createWalker(gateway: string): Walker {
  const cookies = new Map<string, string>()
  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

  function keep(answer: HttpAnswer): HttpAnswer {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/;\s*Max-Age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }

  const walker: Walker = {
    cookies,
    async get(path, headers = {}) {
      const url = path.startsWith('/') ? gateway + path : path
      return keep(await send(url, { headers: { Cookie: cookieHeader(), ...headers } }))
    },
    async leave(path) {
      const begun = await walker.get(path)
      expect(begun.status, begun.text).toBe(303)
      const atProvider = await fetch(String(begun.headers.location), { redirect: 'manual' })
      return String(atProvider.headers.get('location'))
    },
    walk: async (path) => await walker.get(await walker.leave(path)),
    async logIn() {
      const answer = await walker.walk('/admin/log-in')
      expect(answer.status, answer.text).toBe(303)
    },
    async confirm(query = '') {
      const answer = await walker.walk(`/admin/confirm${query}`)
      expect(answer.status, answer.text).toBe(303)
      return /#confirmation=([\w-]+)$/.exec(String(answer.headers.location))?.[1] ?? ''
    },
    call: (method, path, body, headers = {}) =>
      jsonCall(`${gateway}/admin/api/v1${path}`, method, body, {
        Cookie: cookieHeader(),
        ...headers,
      }),
  }
  return walker
}
