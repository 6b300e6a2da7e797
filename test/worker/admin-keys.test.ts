import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
})
afterAll(() => rig.stop())

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function newKey(input: Record<string, unknown> = {}) {
  const { password } = customer
  return { application_name: 'My app', platform: 'server', password, ...input }
}

describe('POST /keys', () => {
  it('answers 201 with the key and its token in clear, this once', async () => {
    const input = newKey({
      application_name: '  Dialler ☎️ ',
      application_website: 'https://example.com/app?x=1',
      platform: 'web',
      ip_acl: [' 1.1.1.1/32', '2001:DB8::/32', '1.1.1.1/32', '::ffff:10.0.0.0/104'],
    })
    const created = await customer.call('POST', '/keys', input)
    expect(created.status).toBe(201)
    const { warnings, ...key } = created.json
    expect(warnings).toMatchObject([
      { pointer: '/ip_acl/1', code: 'never_matches' },
      { pointer: '/ip_acl/2', code: 'never_matches' },
    ])
    expect(key).toEqual({
      id: expect.stringMatching(/^key_/) as string,
      application_name: 'Dialler ☎️',
      application_website: 'https://example.com/app?x=1',
      platform: 'web',
      ip_acl: ['1.1.1.1/32', '2001:db8::/32', '10.0.0.0/8'],
      ip_acl_mode: 'enforce',
      ip_acl_notes: {},
      enabled: true,
      expires_at: null,
      leaked_at: null,
      rotation: null,
      rate_limit: null,
      access_token: expect.stringMatching(/^cpk_[0-9A-Za-z]{40,64}$/) as string,
      access_token_ends_with: String(key['access_token']).slice(-4),
      created_at: expect.stringMatching(TIME) as string,
      updated_at: key['created_at'],
      version: 1,
      enforcement_state: 'done',
    })
    expect(created.headers['location']).toBe(`/admin/api/v1/keys/${String(key['id'])}`)
    expect(created.headers['cache-control']).toBe('no-store')

    const shown = await customer.call('GET', `/keys/${String(key['id'])}`)
    expect(shown.json).toEqual({ ...key, access_token: '********' })
  })

  it('fills in what is left out', async () => {
    const { json } = await customer.call('POST', '/keys', newKey())
    expect(json).toMatchObject({ application_website: null, ip_acl: [] })
  })

  it('refuses a wrong password, and creates nothing', async () => {
    const before = await customer.call('GET', '/keys?limit=200')
    const answer = await customer.call('POST', '/keys', newKey({ password: 'not the password' }))
    expect(answer.status).toBe(403)
    expect(answer.json).toMatchObject({ code: 'password_incorrect' })
    expect((await customer.call('GET', '/keys?limit=200')).json).toEqual(before.json)
  })

  it('gives each key a token of its own', async () => {
    const [a, b] = [await customer.createKey(), await customer.createKey()]
    expect(a.token).not.toBe(b.token)
  })

  it('stops at 100 keys, even when several ask at once for the last', async () => {
    const other = await rig.customer()
    await insertKeys(rig.libsqlUrl, other.id, 98)
    const input = { application_name: 'x', platform: 'web', password: other.password }
    const asking = Array.from({ length: 6 }, () => other.call('POST', '/keys', input))
    const answers = await Promise.all(asking)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
    const refused = answers.filter(({ status }) => status !== 201)
    expect(refused.map(({ status }) => status)).toEqual([409, 409, 409, 409])
    expect(refused[0]?.json).toMatchObject({ code: 'key_limit_reached' })

    const { json } = await other.call('GET', '/keys?limit=1')
    const [newest] = json['keys'] as { id: string }[]
    await other.call('DELETE', `/keys/${newest?.id}`)
    expect((await other.call('POST', '/keys', input)).status).toBe(201)
  })
})

describe('GET /keys', () => {
  it('lists newest first, in pages that lose and repeat nothing', async () => {
    const other = await rig.customer()
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift((await other.createKey()).id)

    const seen: string[] = []
    let cursor = ''
    do {
      const { json } = await other.call('GET', `/keys?limit=2${cursor}`)
      const keys = json['keys'] as { id: string; access_token: string }[]
      expect(keys.every(({ access_token }) => access_token === '********')).toBe(true)
      seen.push(...keys.map(({ id }) => id))
      cursor = json['next_cursor'] === null ? '' : `&cursor=${String(json['next_cursor'])}`
    } while (cursor !== '')
    expect(seen).toEqual(ids)
  })

  it('is empty for an account without keys', async () => {
    const other = await rig.customer()
    expect((await other.call('GET', '/keys')).json).toEqual({ keys: [], next_cursor: null })
  })

  it.each([
    ['limit=0', '/limit'],
    ['limit=201', '/limit'],
    ['limit=x', '/limit'],
    ['limit=', '/limit'],
    ['limit=1.5', '/limit'],
    ['cursor=nonsense', '/cursor'],
    ['cursor=', '/cursor'],
  ])('refuses ?%s', async (query, pointer) => {
    const answer = await customer.call('GET', `/keys?${query}`)
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] })
  })
})

describe('PATCH /keys/{id}', () => {
  it('changes what is given, and says how it is enforced', async () => {
    const { id } = await customer.createKey({ application_website: 'https://a.example' })
    const answer = await customer.call('PATCH', `/keys/${id}`, {
      application_name: 'Renamed',
      application_website: null,
    })
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      id,
      application_name: 'Renamed',
      application_website: null,
      platform: 'server',
      version: 2,
      enforcement_state: 'done',
      enforcement: { effective_at: expect.stringMatching(TIME) as string },
    })
    expect(answer.headers['etag']).toBe('"2"')
  })

  it('changes nothing by {}, nor by what is so already', async () => {
    const { id } = await customer.createKey({ ip_acl: ['10.0.0.0/8'] })
    const before = await customer.call('GET', `/keys/${id}`)
    for (const body of [{}, { platform: 'server' }, { ip_acl: [' 10.0.0.0/8'] }]) {
      const { status, json } = await customer.call('PATCH', `/keys/${id}`, body)
      expect(status).toBe(200)
      expect(json).toMatchObject(before.json)
    }
  })

  it('warns of the entries that the key now has, changed or not', async () => {
    const { id } = await customer.createKey({ ip_acl: ['0.0.0.0/0'] })
    const wide = { pointer: '/ip_acl/0', code: 'very_wide', detail: expect.any(String) as string }
    const warningsOf = async (body: Record<string, unknown>) =>
      (await customer.call('PATCH', `/keys/${id}`, body)).json['warnings']
    expect(await warningsOf({ platform: 'web' })).toEqual([wide])
    expect(await warningsOf({ ip_acl: ['8.8.8.8/32'] })).toEqual([])
  })

  it('clears the IP ACL by []', async () => {
    const { id } = await customer.createKey({ ip_acl: ['10.0.0.0/8'] })
    expect((await customer.call('PATCH', `/keys/${id}`, { ip_acl: [] })).json['ip_acl']).toEqual([])
  })

  it('honours If-Match', async () => {
    const { id } = await customer.createKey()
    const { headers } = await customer.call('GET', `/keys/${id}`)
    const patch = (name: string, tag: string) =>
      customer.call('PATCH', `/keys/${id}`, { application_name: name }, { 'If-Match': tag })
    expect((await patch('A', headers['etag'] ?? '')).status).toBe(200)

    const stale = await patch('B', headers['etag'] ?? '')
    expect(stale.status).toBe(412)
    expect(stale.json).toMatchObject({ code: 'version_conflict' })
    expect((await patch('C', 'W/"1"')).status).toBe(412)
    expect((await customer.call('GET', `/keys/${id}`)).json['application_name']).toBe('A')
    expect((await patch('D', '"7", "2"')).status).toBe(200)
    expect((await patch('E', '*')).status).toBe(200)
  })

  it('loses no edit when two members are changed at once', async () => {
    const { id } = await customer.createKey()
    const edits = [{ application_name: 'both' }, { platform: 'mobile' }, { ip_acl: ['10.0.0.0/8'] }]
    const answers = await Promise.all(edits.map((e) => customer.call('PATCH', `/keys/${id}`, e)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await customer.call('GET', `/keys/${id}`)).json).toMatchObject({
      application_name: 'both',
      platform: 'mobile',
      ip_acl: ['10.0.0.0/8'],
      version: 4,
    })
  })
})

describe('DELETE /keys/{id}', () => {
  it('removes the key, and answers the same when repeated', async () => {
    const { id } = await customer.createKey()
    const first = await customer.call('DELETE', `/keys/${id}`)
    expect(first.status).toBe(200)
    const enforcement = { effective_at: expect.stringMatching(TIME) as string }
    expect(first.json).toMatchObject({ id, enforcement })
    expect(first.json['deleted_at']).toMatch(TIME)

    const second = await customer.call('DELETE', `/keys/${id}`)
    expect(second.status).toBe(200)
    expect(second.json).toMatchObject({ id, deleted_at: first.json['deleted_at'] })

    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(404)
    expect((await customer.call('PATCH', `/keys/${id}`, {})).status).toBe(404)
    const { password } = customer
    expect((await customer.call('POST', `/keys/${id}/reveal`, { password })).status).toBe(404)
    const { json } = await customer.call('GET', '/keys?limit=200')
    expect((json['keys'] as { id: string }[]).map((key) => key.id)).not.toContain(id)
  })

  it('wins over edits that race it', async () => {
    const { id, token } = await customer.createKey()
    await Promise.all([
      customer.call('PATCH', `/keys/${id}`, { application_name: 'late' }),
      customer.call('DELETE', `/keys/${id}`),
      customer.call('PATCH', `/keys/${id}`, { platform: 'web' }),
    ])
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(404)
    const used = await rig.send('/x', { headers: { 'X-API-Key': token } })
    expect(used.json).toMatchObject({ code: 'key_revoked' })
  })
})

describe('POST /keys/{id}/reveal', () => {
  it('answers the token for the password', async () => {
    const { id, token } = await customer.createKey()
    const { password } = customer
    const answer = await customer.call('POST', `/keys/${id}/reveal`, { password })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ access_token: token })
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('answers nothing for a wrong one', async () => {
    const { id, token } = await customer.createKey()
    const answer = await customer.call('POST', `/keys/${id}/reveal`, { password: 'wrong' })
    expect(answer.status).toBe(403)
    expect(answer.json).toMatchObject({ code: 'password_incorrect' })
    expect(answer.text).not.toContain(token)
  })
})

describe("another account's key", () => {
  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/reveal'],
  ])('is 404 to %s%s, like one that never was', async (method, suffix) => {
    const { id } = await customer.createKey()
    const stranger = await rig.customer()
    const body = { password: stranger.password }
    const other = await stranger.call(method, `/keys/${id}${suffix}`, body)
    const never = await stranger.call(method, `/keys/key_${'0'.repeat(32)}${suffix}`, body)
    expect(other.status).toBe(404)
    expect({ ...other.json, request_id: '' }).toEqual({ ...never.json, request_id: '' })
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(200)
  })
})
