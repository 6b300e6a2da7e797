// Forwarding built up step by step, by the least code that does it, up to STEP: what the runtime takes
// for each, whoever writes it. The last step also asks a Durable Object that does nothing.

import { DurableObject } from 'cloudflare:workers'
import { ACCOUNT_ID, KEY_ID } from '../../harness/key-ids.ts'

interface Env {
  readonly STEP: string
  readonly UPSTREAM_URL: string
  readonly KEY_AUTHORITY: DurableObjectNamespace<KeyAuthority>
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000'
const ADDED = {
  'x-request-id': REQUEST_ID,
  'x-forwarded-host': '127.0.0.1:8787',
  'x-forwarded-proto': 'http',
  'x-forwarded-for': '192.0.2.1',
  'x-portal-account': ACCOUNT_ID,
  'x-portal-key': KEY_ID,
  'x-portal-client-ip': '192.0.2.1',
  'x-portal-assertion': 'a'.repeat(400),
}

export class KeyAuthority extends DurableObject {
  override fetch(): Response {
    return new Response(null, { status: 204 })
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const step = Number(env.STEP)
    const url = env.UPSTREAM_URL + request.url.slice(request.url.indexOf('/', 8))
    const headers: Record<string, string> = {}
    // oxlint-disable-next-line unicorn/no-array-for-each -- cheaper than an iterator of the runtime
    request.headers.forEach((value, name) => {
      if (name !== 'authorization' && name !== 'cf-connecting-ip') headers[name] = value
    })
    if (step >= 2) Object.assign(headers, ADDED)
    const init: RequestInit = { method: request.method, headers }
    if (step >= 3) {
      init.redirect = 'manual'
      init.cf = { cacheTtl: -1, cacheLevel: 'bypass' }
    }
    const answered = fetch(url, init)
    if (step >= 7) await env.KEY_AUTHORITY.getByName('key').fetch('http://key-authority/1')
    if (step < 4) return await answered
    const response = await Promise.race([answered, scheduler.wait(30_000)])
    if (response === undefined || step < 5) return response ?? Response.error()
    const passed = new Response(response.body, response)
    passed.headers.set('X-Request-Id', REQUEST_ID)
    if (step >= 6) {
      const line = { plane: 'portal', request_id: REQUEST_ID, method: 'GET', status: 200 }
      console.log(JSON.stringify({ ...line, key_id: KEY_ID, account_id: ACCOUNT_ID, total_ms: 3 }))
    }
    return passed
  },
}
