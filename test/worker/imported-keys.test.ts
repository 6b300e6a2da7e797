// Imported keys can do all that others can, and what is no key costs little.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { send } from '../../harness/http.ts'
import { ringFaults } from '../../scripts/deployment/ring-keys.ts'
import { LOOKS } from '../../src/gateway/unknown-tokens.ts'
import { type Rig, startRig } from '../support/rig.ts'

const IMPORTED_TOKENS = '["^(?:old|cpk)_[0-9a-f]{32,}$"]'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({ variables: { IMPORTED_TOKENS }, simulatedStores: true })
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

const oldToken = (prefix = 'old_') => prefix + randomBytes(16).toString('hex')
const ownAddress = () => `10.${[...randomBytes(3)].join('.')}`

/** A key whose token the gateway did not make. */
async function importKey(owner = customer, members: object = {}, token = oldToken()) {
  const row = { token, application_name: 'CRM', platform: 'server', ...members }
  const path = `/accounts/${owner.id}/keys/import`
  const answer = await rig.operator('POST', path, { keys: [row] })
  const [result] = answer.json['results'] as { key_id?: string }[]
  expect(result?.key_id, answer.text).toMatch(/^key_/)
  return { id: result?.key_id ?? '', token }
}

function use(token: string, { client = ownAddress(), method = 'POST', url = rig.url } = {}) {
  const headers = { 'X-API-Key': token, 'CF-Connecting-IP': client }
  return send(`${url}/customer`, { method, headers })
}

describe('an imported key', () => {
  it('is stopped for the next request by a pause, an IP ACL and a deletion', async () => {
    const { id, token } = await importKey()
    const codeAfter = async (method: string, body?: object) => {
      for (let i = 0; i < 3; i++) await use(token, { client: '203.0.113.7' }) // then there is a lease
      expect((await customer.call(method, `/keys/${id}`, body)).status).toBe(200)
      const answer = await use(token, { client: '203.0.113.7' })
      return answer.status === 200 ? 'allowed' : answer.json['code']
    }
    expect(await codeAfter('PATCH', { enabled: false })).toBe('key_disabled')
    expect(await codeAfter('PATCH', { enabled: true })).toBe('allowed')
    expect(await codeAfter('PATCH', { ip_acl: ['198.51.100.0/24'] })).toBe('ip_denied')
    expect(await codeAfter('PATCH', { ip_acl: [] })).toBe('allowed')
    expect(await codeAfter('DELETE')).toBe('key_revoked')
  })

  it('gets a token of the gateway by a rotation, beside the old one', async () => {
    const { id, token } = await importKey()
    const rotated = await customer.call('POST', `/keys/${id}/rotation`, {
      password: customer.password,
      overlap_seconds: 600,
    })
    const made = String(rotated.json['access_token'])
    expect(made).toMatch(/^cpk_[0-9A-Za-z]{44}$/)
    expect([(await use(token)).status, (await use(made)).status]).toEqual([200, 200])
    await customer.call('DELETE', `/keys/${id}/rotation`)
    expect((await use(token)).json).toMatchObject({ code: 'key_replaced' })
    expect((await use(made)).status).toBe(200)
    const revealed = await customer.call('POST', `/keys/${id}/reveal`, {
      password: customer.password,
    })
    expect(revealed.json).toEqual({ access_token: made })
  })

  it('is found by its token, by its owner alone', async () => {
    const { id, token } = await importKey()
    const found = await customer.call('POST', '/keys/find', { token })
    expect(found.json).toEqual({ key_id: id, token: 'current' })
    const other = await rig.customer()
    expect((await other.call('POST', '/keys/find', { token })).status).toBe(404)
    expect((await customer.call('POST', '/keys/find', { token: oldToken() })).status).toBe(404)
  })

  it('tells its holder about itself', async () => {
    const { id, token } = await importKey()
    const ask = (credential: string) =>
      rig.send('/admin/api/v1/key', { headers: { Authorization: `Bearer ${credential}` } })
    expect((await ask(token)).json).toMatchObject({ key: { id }, token: 'current' })
    expect((await ask(oldToken())).json).toMatchObject({ code: 'key_invalid' })
  })

  it('is paused when its token is reported as leaked, and the report does not keep it', async () => {
    const { id, token } = await importKey()
    expect((await use(token)).status).toBe(200)
    const body = JSON.stringify({
      tokens: [token, oldToken()],
      url: `https://paste.example/${token}?t=${token}`,
    })
    const answer = await rig.send('/admin/api/v1/leaks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': ownAddress() },
      body,
    })
    expect(answer.json).toEqual({ received: 2 })
    await expect
      .poll(async () => (await use(token)).json['code'], { timeout: 10_000 })
      .toBe('key_disabled')
    const audit = await customer.call('GET', `/audit?key_id=${id}`)
    expect(audit.json['events']).toMatchObject([
      {
        action: 'key.leaked',
        changes: { url: [null, 'https://paste.example/[redacted]?t=[redacted]'] },
      },
      { action: 'key.import' },
    ])
  })

  it('is counted, by allowed and refused requests', async () => {
    const { id, token } = await importKey(customer, { ip_acl: ['203.0.113.7'] })
    await use(token, { client: '203.0.113.7' })
    await use(token, { client: '203.0.113.8' })
    await expect
      .poll(
        async () => {
          const listed = await customer.call('GET', '/keys?include=usage')
          return (listed.json['keys'] as { id: string; usage: object }[]).find(
            (key) => key.id === id,
          )?.usage
        },
        { timeout: 15_000 },
      )
      .toMatchObject({ allowed_24h: 1, refused_24h: 1, last_address: '203.0.113.7' })
  })

  it('may have a token with the prefix of the gateway', async () => {
    const { token } = await importKey(customer, {}, oldToken('cpk_'))
    expect((await use(token)).status).toBe(200)
  })
})

describe('what is the token of no key', () => {
  it('is refused as a forged token is, byte for byte', async () => {
    const refused = async (token: string) => {
      const headers = { 'X-API-Key': token, 'X-Request-Id': 'same' }
      const { status, headers: got, text } = await rig.send('/customer', { headers })
      const { date: _, ...rest } = got
      return { status, text, headers: rest }
    }
    const forged = await refused(`cpk_A${'0'.repeat(43)}`)
    expect(forged).toMatchObject({ status: 401 })
    for (const token of [oldToken(), oldToken('cpk_'), 'no-pattern-matches']) {
      expect(await refused(token)).toEqual(forged)
    }
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('asks the stores once in ten seconds', async () => {
    const before = (await rig.stores()).kvGets
    const token = oldToken()
    const client = ownAddress()
    for (let i = 0; i < 5; i++) {
      expect((await use(token, { client })).json).toMatchObject({ code: 'key_invalid' })
    }
    expect((await rig.stores()).kvGets - before).toBe(1)
  })

  it('slows an address that sends many, before they reach the stores, and no other', async () => {
    const { token } = await importKey()
    const own = (await customer.createKey()).token
    const client = ownAddress()
    expect((await use(token, { client })).status).toBe(200)
    const before = (await rig.stores()).kvGets
    const startedMs = Date.now()
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => use(oldToken(), { client, method: 'GET' })),
    )
    const seconds = (Date.now() - startedMs) / 1_000
    const most = Math.ceil(LOOKS.atOnce + LOOKS.perSecond * (seconds + 1))
    const slowed = answers.filter(({ status }) => status === 429)
    expect(slowed.length).toBeGreaterThanOrEqual(200 - most)
    expect(slowed[0]?.json).toMatchObject({ code: 'throttled', status: 429 })
    expect(Number(slowed[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    const { kvGets } = await rig.stores()
    expect(kvGets - before).toBe(200 - slowed.length)
    // Whoever shares the address and is known here is not slowed.
    expect((await use(token, { client })).status).toBe(200)
    expect((await use(own, { client })).status).toBe(200)
    expect((await use(oldToken())).json).toMatchObject({ code: 'key_invalid' })
  })
})

describe('another ring', () => {
  it('knows what was imported before, while it has the key of then', async () => {
    const { id, token } = await importKey()
    const next = await makeSecrets()
    const TOKEN_KEYS = `${next.TOKEN_KEYS.replace(/^\w/, 'Z')},${rig.secrets.TOKEN_KEYS}`
    const url = await rig.another({ TOKEN_KEYS })
    expect((await use(token, { url })).status).toBe(200)
    expect((await use(oldToken(), { url })).json).toMatchObject({ code: 'key_invalid' })
    const path = `${url}/admin/api/v1/operator/accounts/${customer.id}/keys/import`
    const row = { token, application_name: 'CRM', platform: 'server' }
    const answer = await send(path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${rig.secrets.OPERATOR_TOKEN}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ keys: [row] }),
    })
    expect(answer.json).toEqual({ results: [{ index: 0, key_id: id, warnings: [] }] })
  })

  it('must keep the keys that imported tokens need', async () => {
    await importKey()
    await importKey(customer, { token: undefined, sha256: '0'.repeat(64) })
    const { TOKEN_KEYS, ENCRYPTION_KEYS } = rig.secrets
    const faults = async (ring: string) =>
      (await ringFaults(rig.libsqlUrl, undefined, { TOKEN_KEYS: ring, ENCRYPTION_KEYS })).map(
        ({ detail }) => detail,
      )
    expect(await faults(TOKEN_KEYS)).toEqual([])
    const other = (await makeSecrets()).TOKEN_KEYS
    expect(await faults(other)).toEqual([expect.stringContaining('TOKEN_KEYS has another key')])
    const lacks = await faults(other.replace(/^\w/, 'Z'))
    expect(lacks).toHaveLength(2) // one for tokens that are sealed, one for those that are not
    expect(lacks[0]).toContain('TOKEN_KEYS lacks the key')
  })
})

describe('without IMPORTED_TOKENS', () => {
  it('looks for no imported token', async () => {
    const { token } = await importKey()
    const url = await rig.another({ IMPORTED_TOKENS: '["^nothing$"]' })
    expect((await use(token, { url })).json).toMatchObject({ code: 'key_invalid' })
  })
})
