// Every secret is rotated in three steps (docs/operate/rotation.md): the new key joins the ring, then leads it,
// then the old one leaves. While a step spreads, workers before and after it run side by side, so each
// must take what its neighbour made. Here all secrets are rotated at once.

import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeSecrets } from '../../harness/secrets.ts'
import type { Customer } from '../../harness/customer.ts'
import { type HttpAnswer, send } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

type Step = 'before' | 'announced' | 'leading' | 'retired'

/** Workers that run side by side. */
const NEIGHBOURS = [
  ['before', 'announced'],
  ['announced', 'before'],
  ['announced', 'leading'],
  ['leading', 'announced'],
  ['leading', 'retired'],
  ['retired', 'leading'],
] as const

let rig: Rig
let customer: Customer
let urls: Record<Step, string>
let operatorTokens: Record<Step, string>

beforeAll(async () => {
  const [next] = await Promise.all([
    makeSecrets(),
    startRig().then((started) => {
      rig = started
    }),
  ])
  const old = rig.secrets
  const ring = (text: string) => text.replace(/^A:/, 'B:')
  const keys = (text: string) => (JSON.parse(text) as JSONWebKeySet).keys
  const variables = (newFirst: boolean, both: boolean) => {
    const order = (a: string, b: string) => (both ? (newFirst ? `${b},${a}` : `${a},${b}`) : b)
    const signers = [keys(old.ASSERTION_KEYS), keys(next.ASSERTION_KEYS)]
    const used = both ? signers : signers.slice(1)
    return {
      TOKEN_KEYS: order(old.TOKEN_KEYS, ring(next.TOKEN_KEYS)),
      ENCRYPTION_KEYS: order(old.ENCRYPTION_KEYS, ring(next.ENCRYPTION_KEYS)),
      SESSION_KEYS: order(old.SESSION_KEYS, ring(next.SESSION_KEYS)),
      ASSERTION_KEYS: JSON.stringify({ keys: (newFirst ? used.toReversed() : used).flat() }),
      OPERATOR_TOKEN: order(old.OPERATOR_TOKEN, next.OPERATOR_TOKEN),
    }
  }
  const [announced, leading, retired] = await Promise.all([
    rig.another(variables(false, true)),
    rig.another(variables(true, true)),
    rig.another(variables(true, false)),
  ])
  urls = { before: rig.url, announced, leading, retired }
  const [a, b] = [old.OPERATOR_TOKEN, next.OPERATOR_TOKEN]
  // The caller changes to the new token when every worker takes it.
  operatorTokens = { before: a, announced: a, leading: b, retired: b }
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

function call(step: Step, path: string, cookie: string, body?: object, more = {}) {
  return send(`${urls[step]}/admin/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Cookie: cookie, 'Content-Type': 'application/json', ...more },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

const sessions = new Map<Step, Promise<string>>()

/** A session that was started at this step. */
function sessionOf(step: Step): Promise<string> {
  const session = sessions.get(step) ?? logIn(step)
  sessions.set(step, session)
  return session
}

async function logIn(step: Step): Promise<string> {
  const { email, password } = customer
  const answer = await call(step, '/session', '', { email, password })
  expect(answer.status, answer.text).toBe(200)
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

function create(step: Step, cookie: string, more = {}): Promise<HttpAnswer> {
  const { password } = customer
  const body = { application_name: 'x', platform: 'server', password }
  return call(step, '/keys', cookie, body, more)
}

describe.each(NEIGHBOURS)('what a worker "%s" made, one "%s"', (maker, neighbour) => {
  it('takes: a session', async () => {
    const answer = await call(neighbour, '/session', await sessionOf(maker))
    expect(answer.status).toBe(200)
  })

  it('takes: a token, which it can show again', async () => {
    const { json } = await create(maker, await sessionOf(maker))
    const token = String(json['access_token'])
    const used = await send(`${urls[neighbour]}/x`, { headers: { 'X-API-Key': token } })
    expect(used.status, used.text).toBe(200)
    const { password } = customer
    const path = `/keys/${String(json['id'])}/reveal`
    const shown = await call(neighbour, path, await sessionOf(neighbour), { password })
    expect(shown.json).toEqual({ access_token: token })
  })

  it('takes: a create that is repeated', async () => {
    const key = { 'Idempotency-Key': `${maker}-${neighbour}` }
    const first = await create(maker, await sessionOf(maker), key)
    const second = await create(neighbour, await sessionOf(neighbour), key)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.json).toEqual({ ...first.json, enforcement_state: expect.any(String) as string })
  })

  it('publishes the key of: an assertion', async () => {
    const { json } = await create(maker, await sessionOf(maker))
    const headers = { 'X-API-Key': String(json['access_token']) }
    expect((await send(`${urls[maker]}/x`, { headers })).status).toBe(200)
    const assertion = rig.upstream.received.at(-1)?.headers['x-portal-assertion'] ?? ''
    const published = await send(`${urls[neighbour]}/admin/jwks.json`)
    const jwks = createLocalJWKSet(published.json as unknown as JSONWebKeySet)
    const { payload } = await jwtVerify(assertion, jwks, { audience: rig.upstream.url })
    expect(payload.sub).toBe(customer.id)
  })

  it("takes: the operator's token", async () => {
    const headers = { Authorization: `Bearer ${operatorTokens[maker]}` }
    const answer = await send(`${urls[neighbour]}/admin/api/v1/operator/accounts`, { headers })
    expect(answer.status).toBe(200)
  })
})

describe('once the old key has left', () => {
  it('nothing that it made is good', async () => {
    const { token } = await customer.createKey()
    const used = await send(`${urls.retired}/x`, { headers: { 'X-API-Key': token } })
    expect(used.json).toMatchObject({ code: 'key_invalid' })
    expect((await call('retired', '/session', customer.cookie)).status).toBe(401)
    const headers = { Authorization: `Bearer ${rig.secrets.OPERATOR_TOKEN}` }
    const answer = await send(`${urls.retired}/admin/api/v1/operator/accounts`, { headers })
    expect(answer.status).toBe(401)
    expect(rig.upstream.received).toHaveLength(0)
  })
})
