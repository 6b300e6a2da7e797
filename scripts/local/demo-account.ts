// The demo account and its key, made through the gateway's own admin API as an operator and a
// customer would.

import { Failure } from '../../harness/failure.ts'

export interface Demo {
  readonly email: string
  readonly password: string
}

const EMAIL = 'demo@example.com'
const KEY_NAME = 'Demo key'

/** Makes the account, active and with this password, where it is not so yet. */
export async function ensureDemoAccount(
  call: Call,
  operatorToken: string,
  password: string,
): Promise<Demo> {
  const operator = jsonClient(call, '/admin/api/v1/operator', {
    Authorization: `Bearer ${operatorToken}`,
  })
  const account = { email: EMAIL, name: 'Demo', password, status: 'active' }
  const created = await operator('POST', '/accounts', account)
  const demo = { email: EMAIL, password }
  if (created.status !== 409) {
    expectStatus(created, 201)
    return demo
  }
  const path = `/accounts/${await findAccountId(operator)}`
  expectStatus(await operator('PATCH', path, { status: 'active' }), 200)
  // Only where it is needed: a new password ends the sessions of the page.
  if ((await logIn(call, demo)) === null) {
    expectStatus(await operator('PATCH', path, { password }), 200)
  }
  return demo
}

/** Makes the account that the people of the demo identity provider belong to, where it is not there yet. */
export async function ensureDemoProviderAccount(
  call: Call,
  operatorToken: string,
  externalId: string,
): Promise<void> {
  const operator = jsonClient(call, '/admin/api/v1/operator', {
    Authorization: `Bearer ${operatorToken}`,
  })
  const account = { email: EMAIL, name: 'Demo', status: 'active', external_id: externalId }
  const created = await operator('POST', '/accounts', account)
  if (created.status !== 409) return void expectStatus(created, 201)
  // A run with local users made it, without this id.
  if (created.body['code'] === 'external_id_taken') return
  const path = `/accounts/${await findAccountId(operator)}`
  const change = { status: 'active', external_id: externalId }
  expectStatus(await operator('PATCH', path, change), 200)
}

/** Failed log-ins are counted by address: none of the user's may keep us out. */
const OWN_ADDRESS = { 'CF-Connecting-IP': '::1' }

/** The token of the demo key, which is made where there is none that works from anywhere. */
export async function ensureDemoToken(call: Call, demo: Demo, prefix: string): Promise<string> {
  const cookie = await logIn(call, demo)
  if (cookie === null) throw new Failure('The demo account cannot log in')
  const customer = jsonClient(call, '/admin/api/v1', { Cookie: cookie })
  const { password } = demo

  const list = await customer('GET', '/keys?limit=200')
  const keys = list.body['keys'] as { id: string; application_name: string; ip_acl: string[] }[]
  for (const key of keys) {
    if (key.application_name !== KEY_NAME || key.ip_acl.length > 0) continue
    const revealed = await customer('POST', `/keys/${key.id}/reveal`, { password })
    const token = String(revealed.body['access_token'])
    // Not so where it was sealed under another key (DATA_DIR was lost, the database was not), or made
    // with another TOKEN_PREFIX.
    if (revealed.status === 200 && token.startsWith(prefix)) return token
  }
  const input = { application_name: KEY_NAME, platform: 'server', password }
  const created = expectStatus(await customer('POST', '/keys', input), 201)
  return String(created.body['access_token'])
}

async function logIn(call: Call, demo: Demo): Promise<string | null> {
  const anonymous = jsonClient(call, '/admin/api/v1', OWN_ADDRESS)
  const answer = await anonymous('POST', '/session', demo)
  if (answer.status === 401) return null
  return expectStatus(answer, 200).headers.getSetCookie()[0]?.split(';')[0] ?? null
}

async function findAccountId(operator: JsonClient): Promise<string> {
  let cursor: unknown = ''
  do {
    const query = cursor === '' ? '' : `&cursor=${String(cursor)}`
    const { body } = expectStatus(await operator('GET', `/accounts?limit=200${query}`), 200)
    const accounts = body['accounts'] as { id: string; email: string }[]
    const found = accounts.find(({ email }) => email.toLowerCase() === EMAIL)
    if (found !== undefined) return found.id
    cursor = body['next_cursor']
  } while (cursor !== null)
  throw new Failure('The demo account exists and cannot be found')
}

/** Calls the gateway at a path. */
export type Call = (path: string, init: object) => Promise<CallResponse>

interface CallResponse {
  readonly status: number
  readonly headers: { readonly getSetCookie: () => string[] }
  readonly json: () => Promise<unknown>
}

interface Answer {
  readonly status: number
  readonly headers: CallResponse['headers']
  readonly body: Record<string, unknown>
}

type JsonClient = (method: string, path: string, body?: object) => Promise<Answer>

function jsonClient(call: Call, base: string, headers: Record<string, string>): JsonClient {
  return async function callJson(method, path, body) {
    const response = await call(base + path, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Record<string, unknown>
    return { status: response.status, headers: response.headers, body: answer }
  }
}

function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  const { code, request_id: requestId } = answer.body
  throw new Failure(
    `The demo account cannot be made: ${String(code)} (request ${String(requestId)})`,
  )
}
