// One table drives every admin route through every guard. The routes are enumerated from the app: one
// that is not in the table fails the first test.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminDeps, createAdmin } from '../../src/admin/admin.ts'
import { MAX_IMPORT_BYTES } from '../../src/admin/import/import-body.ts'
import { ROUTE_ROLES } from '../../src/admin/route-roles.ts'
import { type Role, ROLES } from '../../src/shared/roles.ts'
import { openApiDocument } from '../../src/admin/openapi/document.ts'
import type { Customer } from '../../harness/customer.ts'
import type { OpenApi } from '../../harness/described.ts'
import type { HttpAnswer, RequestOptions } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

/** For a session, the role that it needs. */
type Guard = 'none' | Role | 'operator' | 'key'

interface Row {
  readonly method: string
  readonly path: string
  readonly guard: Guard
  /** The members of its body; undefined where it takes none. */
  readonly members: readonly string[] | undefined
}

const API = '/admin/api/v1'
const NEW_KEY = [
  'application_name',
  'application_website',
  'platform',
  'ip_acl',
  'ip_acl_mode',
  'ip_acl_notes',
  'expires_at',
  'password',
]
const NEW_ACCOUNT = ['email', 'name', 'password', 'status', 'external_id']
const NEW_USER = ['email', 'name', 'role', 'password']

const TABLE = [
  ['GET', '/admin', 'none'],
  ['GET', '/admin/', 'none'],
  ['GET', '/admin/jwks.json', 'none'],
  ['GET', '/admin/activity', 'none'],
  ['GET', '/admin/sessions', 'none'],
  ['GET', '/admin/users', 'none'],
  ['GET', '/admin/security', 'none'],
  ['GET', '/admin/keys/new', 'none'],
  ['GET', String.raw`/admin/keys/:id{key_\w+}`, 'none'],
  ['GET', String.raw`/admin/keys/:id{key_\w+}/edit`, 'none'],
  ['GET', String.raw`/admin/keys/:id{key_\w+}/rotate`, 'none'],
  ['GET', '/admin/api', 'none'],
  ['GET', '/admin/api/', 'none'],
  ['GET', '/admin/api/openapi.json', 'none'],
  ['GET', '/admin/errors', 'none'],
  ['GET', '/admin/errors/', 'none'],
  ['GET', '/admin/errors/:code', 'none'],
  ['POST', `${API}/session`, 'none', ['email', 'password', 'code']],
  ['GET', `${API}/session`, 'viewer'],
  ['DELETE', `${API}/session`, 'viewer'],
  ['GET', `${API}/keys`, 'viewer'],
  ['POST', `${API}/keys`, 'manager', NEW_KEY],
  ['POST', `${API}/keys/find`, 'viewer', ['token']],
  ['GET', `${API}/keys/:id`, 'viewer'],
  ['PATCH', `${API}/keys/:id`, 'manager', [...NEW_KEY.slice(0, -1), 'enabled']],
  ['DELETE', `${API}/keys/:id`, 'manager'],
  ['POST', `${API}/keys/:id/rotation`, 'manager', ['password']],
  ['GET', `${API}/keys/:id/rotation`, 'viewer'],
  ['PATCH', `${API}/keys/:id/rotation`, 'manager', ['ends_at']],
  ['DELETE', `${API}/keys/:id/rotation`, 'manager'],
  ['POST', `${API}/keys/:id/reveal`, 'manager', ['password']],
  ['POST', `${API}/keys/:id/ip-acl/check`, 'viewer', ['address']],
  ['POST', `${API}/keys/:id/ip-acl/preview`, 'manager', ['ip_acl']],
  ['GET', `${API}/keys/:id/denials`, 'viewer'],
  ['GET', `${API}/keys/:id/usage`, 'viewer'],
  ['GET', `${API}/keys/:id/rate-limit`, 'viewer'],
  ['GET', `${API}/keys/:id/shadow`, 'viewer'],
  ['GET', `${API}/sessions`, 'viewer'],
  ['DELETE', `${API}/sessions/:id`, 'viewer'],
  ['GET', `${API}/second-factor`, 'viewer'],
  ['POST', `${API}/second-factor`, 'viewer', ['password']],
  ['POST', `${API}/second-factor/confirmation`, 'viewer', ['code']],
  ['POST', `${API}/second-factor/recovery-codes`, 'viewer', ['password', 'code']],
  ['POST', `${API}/second-factor/removal`, 'viewer', ['password', 'code']],
  ['GET', `${API}/users`, 'owner'],
  ['GET', `${API}/audit`, 'viewer'],
  ['POST', `${API}/operator/accounts`, 'operator', NEW_ACCOUNT],
  ['GET', `${API}/operator/accounts`, 'operator'],
  ['PATCH', `${API}/operator/accounts/:id`, 'operator', NEW_ACCOUNT.slice(1)],
  ['POST', `${API}/operator/accounts/:id/users`, 'operator', NEW_USER],
  ['GET', `${API}/operator/accounts/:id/users`, 'operator'],
  ['POST', `${API}/operator/accounts/:id/keys/import`, 'operator', ['dry_run', 'keys']],
  [
    'PATCH',
    `${API}/operator/users/:id`,
    'operator',
    [...NEW_USER.slice(1), 'status', 'second_factor'],
  ],
  ['DELETE', `${API}/operator/users/:id`, 'operator'],
  ['GET', `${API}/operator/keys`, 'operator'],
  ['POST', `${API}/operator/keys/:id/revoke`, 'operator', ['reason']],
  ['GET', `${API}/operator/shadow`, 'operator'],
  ['GET', `${API}/operator/events`, 'operator'],
  ['POST', `${API}/operator/events/retry`, 'operator', []],
  ['GET', `${API}/operator/metrics`, 'operator'],
  ['GET', `${API}/operator/audit`, 'operator'],
  ['POST', `${API}/operator/reconcile`, 'operator', ['repair', 'cursor']],
  ['GET', `${API}/key`, 'key'],
  ['POST', `${API}/leaks`, 'none', ['tokens', 'url', 'note']],
  ['GET', `${API}/health`, 'none'],
] satisfies [string, string, Guard, string[]?][]

const ROWS = TABLE.map(([method, path, guard, members]): Row => ({ method, path, guard, members }))

const isRole = (guard: Guard): guard is Role => ROLES.some((role) => role === guard)
const BEHIND_SESSION = ROWS.filter(({ guard }) => isRole(guard))
const OF_OPERATOR = ROWS.filter(({ guard }) => guard === 'operator')
const CHANGING = ROWS.filter(({ method }) => method !== 'GET')
const WITH_BODY = ROWS.filter(({ members }) => members !== undefined)
const OF_A_KEY = ROWS.filter(({ path }) => path.startsWith(`${API}/keys/:id`))
const PATHS = [...Map.groupBy(ROWS, ({ path }) => path)]

let rig: Rig
let customer: Customer
let stranger: Customer
let keyId: string
let sessionId: string

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  stranger = await rig.customer()
  keyId = (await customer.createKey()).id
  // Then each GET of the key has something to show.
  await customer.call('POST', `/keys/${keyId}/rotation`, { password: customer.password })
  const { json } = await customer.call('GET', '/sessions')
  sessionId = (json['sessions'] as { id: string }[])[0]?.id ?? ''
})
afterAll(() => rig.stop())

/** A path of the table, with an id that is there. */
function filled(path: string): string {
  const isOfKey = path.includes('/keys/') && !path.includes('/accounts/')
  const id = isOfKey
    ? keyId
    : path.includes('/sessions/')
      ? sessionId
      : path.includes('/users/:id')
        ? (customer?.id ?? '').replace('acc_', 'usr_')
        : (customer?.id ?? '')
  return path.replace(/:id(?:\{[^}]*\})?/, id)
}

function call(method: string, path: string, headers: RequestOptions['headers'], body = '') {
  const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  return rig.send(filled(path), { method, headers: { ...headers, ...length }, body })
}

/** As whoever may call it. */
function allowed(guard: Guard): Record<string, string> {
  if (guard === 'operator') return { Authorization: `Bearer ${rig.secrets.OPERATOR_TOKEN}` }
  return isRole(guard) ? { Cookie: customer.cookie } : {}
}

function expectRefusal(answer: HttpAnswer, status: number, code: string): void {
  expect(answer.json).toMatchObject({ status, code })
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['x-request-id']).toBe(answer.json['request_id'])
}

async function expectUntouched(): Promise<void> {
  const { json } = await customer.call('GET', `/keys/${keyId}`)
  expect(json).toMatchObject({ id: keyId, version: 2, application_name: 'Test' })
  expect((await customer.call('GET', '/session')).status).toBe(200)
}

describe('the table', () => {
  it('holds every route of the app, and nothing else', () => {
    const app = createAdmin({ operatorToken: 'x', identity: null } as unknown as AdminDeps)
    const routes = app.routes.filter(({ method }) => method !== 'ALL')
    const names = routes.map(({ method, path }) => `${method} ${path}`)
    expect(names.toSorted()).toEqual(ROWS.map(({ method, path }) => `${method} ${path}`).toSorted())
  })

  it('holds what the OpenAPI document describes, with the same guards', () => {
    const document = openApiDocument() as OpenApi
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { security }]) => {
        const [guard = 'none'] = security.flatMap((scheme) => Object.keys(scheme))
        return `${method.toUpperCase()} ${API}${path.replace('{id}', ':id')} ${guard}`
      }),
    )
    const api = ROWS.filter(({ path }) => path.startsWith(API))
    const names = api.map(({ method, path, guard }) => {
      return `${method} ${path} ${isRole(guard) ? 'session' : guard}`
    })
    expect(described.toSorted()).toEqual(names.toSorted())
  })
})

describe('the roles of the routes', () => {
  it('are those of the table, for each route behind a session and for no other', () => {
    const roles = BEHIND_SESSION.map(({ method, path, guard }) => {
      return [`${method} ${path.slice(API.length)}`, guard]
    })
    expect(ROUTE_ROLES).toEqual(Object.fromEntries(roles))
  })

  const isBelow = (role: Role, needed: Guard) =>
    isRole(needed) && ROLES.indexOf(role) > ROLES.indexOf(needed)

  it.each(
    ROLES.flatMap((role) =>
      BEHIND_SESSION.filter(({ guard }) => isBelow(role, guard)).map((row) => ({ role, ...row })),
    ),
  )('refuse a $role: $method $path', async ({ role, method, path, members }) => {
    const { cookie } = await userOf(role)
    const body = JSON.stringify(Object.fromEntries((members ?? []).map((name) => [name, 'x'])))
    const headers = { Cookie: cookie, 'Content-Type': 'application/json' }
    const answer = await call(method, path, headers, method === 'GET' ? '' : body)
    expectRefusal(answer, 403, 'role_insufficient')
    await expectUntouched()
  })

  it.each(
    ROLES.flatMap((role) =>
      BEHIND_SESSION.filter(({ method, guard }) => method === 'GET' && !isBelow(role, guard)).map(
        (row) => ({ role, ...row }),
      ),
    ),
  )('let a $role in: $method $path', async ({ role, method, path }) => {
    const { cookie } = await userOf(role)
    expect((await call(method, path, { Cookie: cookie })).status).toBe(200)
  })

  it("tell a key of another account as little as one that isn't there", async () => {
    const { cookie } = await userOf('viewer')
    const { id } = await stranger.createKey()
    for (const key of [id, `key_${'0'.repeat(32)}`]) {
      for (const [method, path] of [
        ['PATCH', ''],
        ['DELETE', ''],
        ['POST', '/reveal'],
      ] as const) {
        const headers = { Cookie: cookie }
        const answer = await rig.send(`${API}/keys/${key}${path}`, { method, headers })
        expectRefusal(answer, 404, 'not_found')
      }
    }
  })

  const made = new Map<Role, Promise<Customer>>()
  function userOf(role: Role): Promise<Customer> {
    const user = made.get(role) ?? rig.user(customer.id, role)
    made.set(role, user)
    return user
  }
})

describe('a route behind a session', () => {
  it.each(BEHIND_SESSION)('$method $path needs one', async ({ method, path }) => {
    for (const headers of [
      {},
      { Cookie: 'portal_session=' },
      { Cookie: `portal_session=${'A'.repeat(43)}` },
      allowed('operator'),
    ]) {
      const answer = await call(method, path, headers)
      expectRefusal(answer, 401, 'unauthenticated')
      expect(answer.headers['www-authenticate']).toBe('Session realm="admin"')
    }
    await expectUntouched()
  })

  it.each(BEHIND_SESSION)('$method $path needs a live one', async ({ method, path }) => {
    const { cookie } = await deadCustomer()
    expectRefusal(await call(method, path, { Cookie: cookie }), 401, 'unauthenticated')
  })

  let dead: Promise<Customer> | undefined
  function deadCustomer(): Promise<Customer> {
    return (dead ??= rig.customer().then(async (gone) => {
      expect((await gone.call('DELETE', '/session')).status).toBe(204)
      return gone
    }))
  }

  it('that is not there needs one as well, and is 404 with it', async () => {
    expectRefusal(await call('GET', `${API}/nothing`, {}), 401, 'unauthenticated')
    expectRefusal(await call('GET', `${API}/nothing`, allowed('owner')), 404, 'not_found')
  })
})

describe('a route of the operator', () => {
  it.each(OF_OPERATOR)('$method $path needs OPERATOR_TOKEN', async ({ method, path }) => {
    for (const headers of [
      {},
      allowed('owner'),
      { Authorization: 'Bearer wrong' },
      { Authorization: 'Bearer ' },
      { Authorization: `Token ${rig.secrets.OPERATOR_TOKEN}` },
      { 'X-API-Key': rig.secrets.OPERATOR_TOKEN },
    ]) {
      const answer = await call(method, path, headers)
      expectRefusal(answer, 401, 'unauthenticated')
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="operator"')
    }
  })
})

describe("another account's", () => {
  it.each(OF_A_KEY)('key is not there: $method $path', async ({ method, path }) => {
    const headers = { Cookie: stranger.cookie, 'Content-Type': 'application/json' }
    const body = method === 'POST' ? JSON.stringify({ password: stranger.password }) : '{}'
    const answer = await call(method, path, headers, method === 'GET' ? '' : body)
    expectRefusal(answer, 404, 'not_found')
    const never = await rig.send(path.replace(':id', `key_${'0'.repeat(32)}`), { method, headers })
    expect({ ...never.json, request_id: '' }).toEqual({ ...answer.json, request_id: '' })
    await expectUntouched()
  })

  it('session is not there', async () => {
    const headers = { Cookie: stranger.cookie }
    expectRefusal(await call('DELETE', `${API}/sessions/:id`, headers), 404, 'not_found')
    await expectUntouched()
  })
})

describe('a change', () => {
  it.each(CHANGING)('is refused to another origin: $method $path', async (row) => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: rig.url.replace('http:', 'https:') },
      { Origin: `${rig.url}0` },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: rig.url },
      { 'Sec-Fetch-Site': 'none', Origin: 'https://evil.example' },
      { Origin: 'https://evil.example', 'Content-Type': 'text/plain' },
      { Origin: 'https://evil.example', 'Content-Type': 'application/x-www-form-urlencoded' },
      { 'Sec-Fetch-Site': 'same-site', 'Content-Type': 'multipart/form-data; boundary=x' },
    ]) {
      const answer = await call(row.method, row.path, { ...allowed(row.guard), ...headers })
      expectRefusal(answer, 403, 'cross_site_request')
    }
    await expectUntouched()
  })

  it('is let through from its own origin', async () => {
    const headers = { ...allowed('owner'), Origin: rig.url, 'Sec-Fetch-Site': 'same-origin' }
    expectRefusal(await call('PATCH', `${API}/keys/:id`, headers), 415, 'unsupported_media_type')
  })
})

describe('a body', () => {
  function put({ method, path, guard }: Row, type: string | undefined, body: string | Buffer) {
    const typed = type === undefined ? {} : { 'Content-Type': type }
    const length = { 'Content-Length': String(Buffer.byteLength(body)) }
    return rig.send(filled(path), {
      method,
      headers: { ...allowed(guard), ...typed, ...length },
      body,
    })
  }

  it.each(WITH_BODY)('is JSON and says so: $method $path', async (row) => {
    for (const [type, body] of [
      [undefined, '{}'],
      ['text/plain', '{}'],
      ['text/plain;application/json', '{}'],
      ['application/x-www-form-urlencoded', 'password=x'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['application/jsonp', '{}'],
    ] as const) {
      expectRefusal(await put(row, type, body), 415, 'unsupported_media_type')
    }
    for (const body of ['', '{', '{}x', "{'a':1}", Buffer.from('"\xff"', 'latin1')]) {
      expectRefusal(await put(row, 'application/json', body), 400, 'body_malformed')
    }
    const limit = row.path.endsWith('/import') ? MAX_IMPORT_BYTES : 64 * 1024
    const large = JSON.stringify({ x: 'x'.repeat(limit) })
    expectRefusal(await put(row, 'application/json', large), 413, 'payload_too_large')
    await expectUntouched()
  })

  it.each(WITH_BODY)('is an object of known members: $method $path', async (row) => {
    for (const body of ['[]', 'null', '"text"', '7']) {
      const answer = await put(row, 'application/JSON; charset=utf-8', body)
      expectRefusal(answer, 422, 'validation_failed')
      expect(answer.json['errors']).toMatchObject([{ pointer: '' }])
    }
    // Of the wrong type, so that whatever is known is named, and one that is not.
    const wrong = Object.fromEntries([...(row.members ?? []), 'x/y'].map((name) => [name, 7]))
    const answer = await put(row, 'application/json', JSON.stringify(wrong))
    expectRefusal(answer, 422, 'validation_failed')
    const faults = answer.json['errors'] as { pointer: string; code: string }[]
    const known = (row.members ?? []).map((name) => `/${name}`)
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual([...known, '/x~1y'].toSorted())
    expect(faults).toContainEqual(expect.objectContaining({ code: 'unknown_member' }))
    await expectUntouched()
  })

  it('is counted without Content-Length as well', async () => {
    const answer = await rig.send(`${API}/keys`, {
      method: 'POST',
      headers: {
        ...allowed('owner'),
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
      },
      body: JSON.stringify({ x: 'x'.repeat(70_000) }),
    })
    expectRefusal(answer, 413, 'payload_too_large')
  })
})

describe('another method', () => {
  // Another method of /keys/find is about the key of the id "find", which is not there.
  const paths = PATHS.filter(([path]) => !path.endsWith('/keys/find'))

  it.each(paths)('is 405 at %s, and is told the right ones', async (path, rows) => {
    const methods = rows.map(({ method }) => method)
    const told = methods.includes('GET') ? [...methods, 'HEAD'] : methods
    const guard = rows.some((row) => row.guard === 'operator') ? 'operator' : 'owner'
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      if (methods.includes(method)) continue
      const answer = await call(method, path, allowed(guard))
      expectRefusal(answer, 405, 'method_not_allowed')
      expect(String(answer.headers['allow']).split(', ').toSorted()).toEqual(told.toSorted())
    }
    await expectUntouched()
  })
})
