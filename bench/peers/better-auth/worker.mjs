// The bare pass-through, behind verifyApiKey.

import { env, waitUntil } from 'cloudflare:workers'
import { createAuth } from './auth.mjs'

const auth = createAuth(env.LIBSQL_URL, waitUntil)

export default {
  async fetch(request) {
    const key = request.headers.get('x-api-key') ?? ''
    const { valid } = await auth.api.verifyApiKey({ body: { key } })
    if (!valid) return Response.json({ title: 'API key invalid', status: 401 }, { status: 401 })
    return await fetch(env.UPSTREAM_URL + new URL(request.url).pathname, request)
  },
}
