// What is not in the gateway's process: KV, by the requests that the runtime makes of a binding's calls, and
// the key authorities, by those of `otherAuthorities` in harness/workerd/bindings.ts.

import { KeyAuthority } from '../../src/stores/key-authority/key-authority-object.ts'
import type { AuthorityNamespace } from '../../src/stores/key-authority/key-authority.ts'

export { KeyAuthority }

interface Env {
  readonly KEY_AUTHORITY: AuthorityNamespace
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>

const values = new Map<string, string>()
/** Calls of authorities since the start. */
let calls = 0

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const [, store, name = '', method = ''] = pathname.split('/')
    if (store === 'calls') return Response.json(calls)
    if (store !== 'authority') return await answerKv(request, pathname)
    calls++
    const stub = env.KEY_AUTHORITY.getByName(name)
    if (method === 'fetch') return await stub.fetch(search.slice(1), request)
    const call = (stub as unknown as Methods)[method]
    if (call === undefined) return new Response(null, { status: 404 })
    const args = await request.json<readonly unknown[]>()
    return Response.json((await call(...args)) ?? null)
  },
}

async function answerKv(request: Request, name: string): Promise<Response> {
  if (request.method === 'PUT') values.set(name, await request.text())
  const value = values.get(name)
  return value === undefined ? new Response(null, { status: 404 }) : new Response(value)
}
