// The gateway that people write: Hono, a hash of the key, the record from KV and the IP ACL parsed, for
// each request. It strips no header but the credential, and knows of no deletion for as long as KV does not.

import { Buffer } from 'node:buffer'
import { Hono } from 'hono'
import ipaddr from 'ipaddr.js'

interface Env {
  readonly KEYS: KVNamespace
  readonly UPSTREAM_URL: string
}

interface Stored {
  readonly key_id: string
  readonly account_id: string
  readonly account_status: string
  readonly ip_acl: readonly string[]
}

const app = new Hono<{ Bindings: Env }>()

app.all('*', async (c) => {
  const token = c.req.header('Authorization')?.replace(/^(?:Token|Bearer) /, '')
  if (token === undefined) return c.json({ error: 'API key missing' }, 401)
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  const key = await c.env.KEYS.get<Stored>(`key:${Buffer.from(hash).toString('hex')}`, {
    type: 'json',
    cacheTtl: 30,
  })
  if (key === null) return c.json({ error: 'API key invalid' }, 401)
  if (key.account_status !== 'active') return c.json({ error: 'Account not active' }, 403)
  const address = ipaddr.process(c.req.header('CF-Connecting-IP') ?? '')
  if (!key.ip_acl.some((entry) => contains(entry, address))) {
    return c.json({ error: 'Address not allowed' }, 403)
  }

  const url = new URL(c.req.url)
  const headers = new Headers(c.req.raw.headers)
  headers.delete('Authorization')
  headers.set('X-Portal-Account', key.account_id)
  headers.set('X-Portal-Key', key.key_id)
  const { method, body } = c.req.raw
  return await fetch(c.env.UPSTREAM_URL + url.pathname + url.search, { method, headers, body })
})

function contains(entry: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [network, prefix] = ipaddr.parseCIDR(entry)
  return network.kind() === address.kind() && address.match(network, prefix)
}

export default app
