// A customer of the admin API: an account that is logged in, and calls with its cookie.

import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { type HttpAnswer, send } from './http.ts'

export interface NewCustomer {
  readonly email?: string
  readonly password?: string
  readonly name?: string
  readonly status?: 'pending' | 'active' | 'suspended'
}

export interface CreatedKey {
  readonly id: string
  readonly token: string
}

/** An account with a session, whose cookie is `name=value`. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly cookie: string
}

export interface Customer extends Account {
  /** A call under /admin/api/v1, with the session; a body is sent as JSON. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<HttpAnswer>
  /** Creates a key, with defaults for what is left out. */
  readonly createKey: (input?: Record<string, unknown>) => Promise<CreatedKey>
}

const API = '/admin/api/v1'

export async function operatorCall(
  url: string,
  operatorToken: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  return await jsonCall(`${url}${API}/operator${path}`, method, body, {
    Authorization: `Bearer ${operatorToken}`,
  })
}

/** What is left out is made up. */
export function newCustomer(options: NewCustomer = {}): Required<NewCustomer> {
  return {
    email: `${randomBytes(6).toString('hex')}@example.com`,
    password: `correct horse ${randomBytes(6).toString('hex')}`,
    name: 'Test',
    status: 'active',
    ...options,
  }
}

/** An account that the operator creates and its customer logs in to. */
export async function createAccount(
  url: string,
  operatorToken: string,
  account: Required<NewCustomer>,
): Promise<Account> {
  const created = await operatorCall(url, operatorToken, 'POST', '/accounts', account)
  expect(created.status, created.text).toBe(201)
  const { email, password } = account
  const cookie = await logIn(url, email, password, ownAddress())
  return { id: String(created.json['id']), email, password, cookie }
}

export function toCustomer(url: string, account: Account): Customer {
  const { cookie, password } = account
  const call: Customer['call'] = (method, path, body, headers = {}) =>
    jsonCall(`${url}${API}${path}`, method, body, { Cookie: cookie, ...headers })

  return {
    ...account,
    call,
    async createKey(input = {}) {
      const defaults = { application_name: 'Test', platform: 'server', password }
      const key = await call('POST', '/keys', { ...defaults, ...input })
      expect(key.status, key.text).toBe(201)
      return { id: String(key.json['id']), token: String(key.json['access_token']) }
    },
  }
}

/** An address that no other customer logs in from: the log-ins of one address have a rate. */
export function ownAddress(): string {
  return `10.${[...randomBytes(3)].join('.')}`
}

/** The session cookie of a new log-in, as `name=value`. */
export async function logIn(
  url: string,
  email: string,
  password: string,
  address = ownAddress(),
): Promise<string> {
  const headers = { 'CF-Connecting-IP': address }
  const answer = await jsonCall(`${url}${API}/session`, 'POST', { email, password }, headers)
  expect(answer.status, answer.text).toBe(200)
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

export async function jsonCall(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<HttpAnswer> {
  if (body === undefined) return await send(url, { method, headers })
  const text = JSON.stringify(body)
  return await send(url, {
    method,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(text)),
      ...headers,
    },
    body: text,
  })
}
