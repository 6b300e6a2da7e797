// The calls of `npm run bench -- scale`, each timed to the end of its answer. A key is used by one call
// alone, so that each finds its row as cold as the first would.

import type { SeededCustomer } from './seed-database.ts'

export interface Customer extends SeededCustomer {
  readonly cookie: string
}

/** A worker on a database of one size. */
export interface Side {
  readonly url: string
  readonly customers: readonly Customer[]
  /** Of the last first page. */
  cursor: string
}

export const CALLS = [
  'list keys, first page of 50',
  'list keys, next page',
  'create',
  'cold read',
  'edit',
  'delete',
  'log in',
] as const
export type Call = (typeof CALLS)[number]

/** Of the seeded ones, in a turn of a customer: for the cold read, the edit and the deletion. */
export const KEYS_A_TURN = 3
const API = '/admin/api/v1'

/** Milliseconds to the end of the answer to the `i`th call of a kind. */
export async function timed(call: Call, side: Side, i: number, password: string): Promise<number> {
  const { path, status, ...init } = requestOf(call, side, i, password)
  const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': '192.0.2.1' }
  const began = performance.now()
  const answer = await fetch(side.url + path, { ...init, headers: { ...headers, ...init.headers } })
  const text = await answer.text()
  const took = performance.now() - began
  if (answer.status !== status) throw new Error(`${call} was answered ${answer.status}: ${text}`)
  if (call === 'list keys, first page of 50') {
    side.cursor = (JSON.parse(text) as { next_cursor: string }).next_cursor
  }
  return took
}

/** The session cookie of a new log-in. */
export async function logIn(url: string, email: string, password: string): Promise<string> {
  const answer = await fetch(`${url}${API}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  if (answer.status !== 200) throw new Error(`A log-in was answered ${answer.status}`)
  await answer.arrayBuffer()
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

interface CallRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly status: number
}

function requestOf(call: Call, side: Side, i: number, password: string): CallRequest {
  const { customers } = side
  const customer = customers[i % customers.length]
  const turn = KEYS_A_TURN * Math.floor(i / customers.length)
  const [cold, edited, deleted] = customer?.keys.slice(turn, turn + KEYS_A_TURN) ?? []
  if (customer === undefined || cold === undefined || edited === undefined || deleted === undefined)
    throw new Error('There are too few keys for so many requests')
  const headers = { Cookie: customer.cookie }
  const get = { method: 'GET', headers, status: 200 }
  switch (call) {
    case 'list keys, first page of 50':
      return { ...get, path: `${API}/keys?limit=50` }
    case 'list keys, next page':
      return { ...get, path: `${API}/keys?limit=50&cursor=${side.cursor}` }
    case 'create': {
      const body = JSON.stringify({ application_name: 'Created', platform: 'server', password })
      return { method: 'POST', path: `${API}/keys`, headers, body, status: 201 }
    }
    case 'cold read':
      return { ...get, path: '/customer', headers: { 'X-API-Key': cold.token } }
    case 'edit': {
      const body = JSON.stringify({ application_name: 'Edited' })
      return { method: 'PATCH', path: `${API}/keys/${edited.id}`, headers, body, status: 200 }
    }
    case 'delete':
      return { method: 'DELETE', path: `${API}/keys/${deleted.id}`, headers, status: 200 }
    case 'log in': {
      const body = JSON.stringify({ email: customer.email, password })
      return { method: 'POST', path: `${API}/session`, headers: {}, body, status: 200 }
    }
  }
}
