// What is not in the gateway's process: KV, by the requests that the runtime makes of a binding's calls,
// and the key authorities, by those of `otherAuthorities` in bindings.ts.

import {
  type AuthorityRecord,
  KeyAuthority,
  type WaitingCaller,
} from '../../src/stores/key-authority/key-authority-object.ts'
import type { AuthorityNamespace } from '../../src/stores/key-authority/key-authority.ts'

export { KeyAuthority }

const values = new Map<string, string>()

export default {
  async fetch(request: Request, env: { KEY_AUTHORITY: AuthorityNamespace }): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const [, store, name = '', method = ''] = pathname.split('/')
    if (store !== 'authority') return await answerKv(request, pathname)
    const stub = env.KEY_AUTHORITY.getByName(name)
    switch (method) {
      case 'fetch':
        return await stub.fetch(search.slice(1), request)
      case 'advance': {
        const { brought, caller } = await request.json<{
          brought: AuthorityRecord
          caller: WaitingCaller
        }>()
        return Response.json(await stub.advance(brought, caller))
      }
      case 'seed': {
        const { brought, word } = await request.json<{ brought: AuthorityRecord; word?: string }>()
        return Response.json(await stub.seed(brought, word))
      }
      default:
        return new Response(null, { status: 404 })
    }
  },
}

async function answerKv(request: Request, name: string): Promise<Response> {
  if (request.method === 'PUT') values.set(name, await request.text())
  const value = values.get(name)
  return value === undefined ? new Response(null, { status: 404 }) : new Response(value)
}
