// Keys that exist already: the call that imports them.

import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({
    variables: { IMPORTED_TOKENS: '["^old_[0-9a-f]{32}$","^[0-9]{8,10}$"]' },
  })
  customer = await rig.customer()
})
afterAll(() => rig.stop())

interface Result {
  readonly index: number
  readonly key_id?: string | null
  readonly warnings?: readonly { readonly pointer: string; readonly code: string }[]
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[]
}

const oldToken = () => `old_${randomBytes(16).toString('hex')}`
const sha256 = (token: string) => createHash('sha256').update(token).digest()
const row = (members: object = {}) => ({
  token: oldToken(),
  application_name: 'CRM',
  platform: 'server',
  ...members,
})
const { token: _, ...WITHOUT_TOKEN } = row()

async function importInto(account: Pick<Customer, 'id'>, keys: unknown[], more: object = {}) {
  const path = `/accounts/${account.id}/keys/import`
  const answer = await rig.operator('POST', path, { keys, ...more })
  expect(answer.status, answer.text).toBe(200)
  return answer.json['results'] as Result[]
}

const use = (token: string, headers: Record<string, string> = {}) =>
  rig.send('/customer', { headers: { Authorization: `Token ${token}`, ...headers } })

describe('POST /operator/accounts/{id}/keys/import', () => {
  it('imports a key whole, whose token works unchanged in every form', async () => {
    const given = row({
      application_website: 'https://crm.example',
      ip_acl: [
        '203.0.113.7',
        ' 2001:db8::5 ',
        '198.51.100.0/24',
        '203.0.113.7/32',
        '::ffff:192.0.2.1',
      ],
      created_at: '2019-05-01T12:00:00+02:00',
      expires_at: '2031-01-01T00:00:00Z',
      rate_limit: { requests: 100, per_seconds: 60 },
    })
    const [result] = await importInto(customer, [given])
    expect(await importInto(customer, [given])).toEqual([result])
    expect(result).toEqual({
      index: 0,
      key_id: expect.stringMatching(/^key_[0-9a-f]{32}$/) as string,
      warnings: [0, 1, 4].map((index) => ({
        pointer: `/ip_acl/${index}`,
        code: 'bare_address',
        detail: expect.stringContaining('became the network') as string,
      })),
    })
    const shown = await customer.call('GET', `/keys/${result?.key_id}`)
    expect(shown.json).toMatchObject({
      application_name: 'CRM',
      application_website: 'https://crm.example',
      platform: 'server',
      ip_acl: ['203.0.113.7/32', '2001:db8::5/128', '198.51.100.0/24', '192.0.2.1/32'],
      ip_acl_mode: 'enforce',
      created_at: '2019-05-01T10:00:00.000Z',
      expires_at: '2031-01-01T00:00:00.000Z',
      enabled: true,
      rate_limit: { requests: 100, per_seconds: 60 },
      access_token: '********',
      access_token_ends_with: given.token.slice(-4),
      version: 1,
      enforcement_state: 'done',
    })
    for (const headers of [
      { Authorization: `Token ${given.token}` },
      { Authorization: `bearer ${given.token}` },
      { Authorization: `Bearer Token ${given.token}` },
      { 'X-API-Key': given.token },
    ]) {
      rig.upstream.reset()
      const sent = { ...headers, 'CF-Connecting-IP': '203.0.113.7' }
      const answer = await rig.send('/customer', { headers: sent })
      expect(answer.status, answer.text).toBe(200)
      const [received] = rig.upstream.received
      expect(received?.headers).toMatchObject({
        'x-portal-account': customer.id,
        'x-portal-key': result?.key_id,
      })
      expect(JSON.stringify(received)).not.toContain(given.token)
    }
    const denied = await use(given.token, { 'CF-Connecting-IP': '203.0.113.8' })
    expect(denied.json).toMatchObject({ code: 'ip_denied' })
  })

  it('takes the SHA-256 of a token in hex and base64, of both alphabets', async () => {
    const tokens = Array.from({ length: 6 }, oldToken)
    const texts = [
      (digest: Buffer) => digest.toString('hex'),
      (digest: Buffer) => digest.toString('hex').toUpperCase(),
      (digest: Buffer) => digest.toString('base64'),
      (digest: Buffer) => digest.toString('base64').replace('=', ''),
      (digest: Buffer) => digest.toString('base64url'),
      (digest: Buffer) => `${digest.toString('base64url')}=`,
    ]
    const rows = tokens.map((token, i) => ({
      ...WITHOUT_TOKEN,
      sha256: texts[i]?.(sha256(token)),
    }))
    const results = await importInto(customer, rows)
    for (const [i, token] of tokens.entries()) {
      expect(results[i]).toMatchObject({ index: i, warnings: [] })
      expect((await use(token)).status).toBe(200)
    }
    const id = results[0]?.key_id
    const shown = await customer.call('GET', `/keys/${id}`)
    expect(shown.json).toMatchObject({ access_token_ends_with: null })
    const revealed = await customer.call('POST', `/keys/${id}/reveal`, {
      password: customer.password,
    })
    expect(revealed.json).toMatchObject({ status: 409, code: 'token_not_stored' })
  })

  it('answers the same keys again, in a call and in the next one', async () => {
    const given = row()
    const hashed = { ...WITHOUT_TOKEN, sha256: sha256(given.token).toString('hex') }
    const first = await importInto(customer, [hashed, given, given])
    expect(new Set(first.map(({ key_id: id }) => id)).size).toBe(1)
    expect(await importInto(customer, [hashed, given, given])).toEqual(first)
    // One of the rows had the token, so it can be shown.
    const revealed = await customer.call('POST', `/keys/${first[0]?.key_id}/reveal`, {
      password: customer.password,
    })
    expect(revealed.json).toEqual({ access_token: given.token })
    // Since then the owner has changed it.
    await customer.call('PATCH', `/keys/${first[0]?.key_id}`, { application_name: 'Mine' })
    const [again] = await importInto(customer, [given])
    expect(again).toMatchObject({
      key_id: first[0]?.key_id,
      warnings: [{ pointer: '', code: 'not_changed' }],
    })
    const audit = await customer.call('GET', `/audit?key_id=${first[0]?.key_id}`)
    const actions = (audit.json['events'] as { action: string }[]).map(({ action }) => action)
    expect(actions).toEqual(['key.update', 'key.reveal', 'key.import'])
    expect((audit.json['events'] as object[])[2]).toMatchObject({
      actor: 'operator',
      user: null,
      changes: { application_name: [null, 'CRM'], platform: [null, 'server'] },
    })
    expect(audit.text).not.toContain(given.token)
  })

  it('imports a row only once where calls race', async () => {
    const owner = await rig.customer()
    const rows = Array.from({ length: 20 }, () => row())
    const answers = await Promise.all(Array.from({ length: 4 }, () => importInto(owner, rows)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const listed = await owner.call('GET', '/keys?limit=200')
    expect(listed.json['keys']).toHaveLength(20)
  })

  it('says what is wrong with each row, and imports the others', async () => {
    const repeated = row()
    const bad: [unknown, [string, string][]][] = [
      [WITHOUT_TOKEN, [['/token', 'required']]],
      [row({ sha256: sha256('x').toString('hex') }), [['/sha256', 'token_given_twice']]],
      [row({ token: 'with space' }), [['/token', 'token_malformed']]],
      [row({ token: 'a,b' }), [['/token', 'token_malformed']]],
      [row({ token: '' }), [['/token', 'token_malformed']]],
      [row({ token: 'é'.repeat(20) }), [['/token', 'token_malformed']]],
      [row({ token: 5 }), [['/token', 'wrong_type']]],
      [{ ...WITHOUT_TOKEN, sha256: 'abc' }, [['/sha256', 'sha256_malformed']]],
      [{ ...WITHOUT_TOKEN, sha256: 'A'.repeat(42).concat('B') }, [['/sha256', 'sha256_malformed']]],
      [
        { ip_acl: ['10.0.0.1/8', 'x'], secret: 1, application_name: ' ' },
        [
          ['/token', 'required'],
          ['/application_name', 'wrong_length'],
          ['/platform', 'required'],
          ['/ip_acl/0', 'cidr_host_bits_set'],
          ['/ip_acl/1', 'cidr_malformed'],
          ['/secret', 'unknown_member'],
        ],
      ],
      [row({ created_at: '2999-01-01T00:00:00Z' }), [['/created_at', 'time_out_of_range']]],
      [row({ created_at: '1960-01-01T00:00:00Z' }), [['/created_at', 'time_out_of_range']]],
      [row({ expires_at: '2999-01-01T00:00:00Z' }), [['/expires_at', 'time_out_of_range']]],
      [row({ expires_at: 'soon' }), [['/expires_at', 'time_invalid']]],
      [row({ ip_acl: ['2a06:98c0:3600::103'] }), [['/ip_acl/0', 'cidr_shared_by_workers']]],
      [
        'text',
        [
          ['/token', 'required'],
          ['', 'wrong_type'],
        ],
      ],
      [
        null,
        [
          ['/token', 'required'],
          ['', 'wrong_type'],
        ],
      ],
    ]
    const results = await importInto(customer, [
      repeated,
      ...bad.map(([each]) => each),
      { ...repeated, application_name: 'Other' },
      row(),
    ])
    for (const [i, [, faults]] of bad.entries()) {
      const { index, errors = [] } = results[i + 1] ?? {}
      expect(index).toBe(i + 1)
      expect(new Set(errors.map(({ pointer, code }) => `${pointer} ${code}`))).toEqual(
        new Set(faults.map(([pointer, code]) => `${pointer} ${code}`)),
      )
    }
    expect(results.at(-2)).toMatchObject({
      errors: [{ pointer: '/token', code: 'token_repeated' }],
    })
    expect(results[0]?.key_id).toMatch(/^key_/)
    expect(results.at(-1)?.key_id).toMatch(/^key_/)
  })

  it('warns of tokens that no request can come with, and of short ones', async () => {
    const [odd, short] = await importInto(customer, [
      row({ token: `new_${oldToken()}` }),
      row({ token: '123456789' }),
    ])
    expect(odd?.warnings).toMatchObject([{ pointer: '/token', code: 'token_not_expected' }])
    expect(short?.warnings).toMatchObject([{ pointer: '/token', code: 'token_short' }])
  })

  it('refuses a token of its own, of another account, and of a key that is gone', async () => {
    const other = await rig.customer()
    const own = await other.createKey()
    const taken = row()
    const deleted = row()
    const rotated = row()
    const [kept, gone] = await importInto(other, [taken, deleted])
    const [changed] = await importInto(customer, [rotated])
    await other.call('DELETE', `/keys/${gone?.key_id}`)
    await customer.call('POST', `/keys/${changed?.key_id}/rotation`, {
      password: customer.password,
      overlap_seconds: 0,
    })
    const hashed = { ...WITHOUT_TOKEN, sha256: sha256(taken.token).toString('base64') }
    const results = await importInto(customer, [
      row({ token: own.token }),
      taken,
      hashed,
      deleted,
      rotated,
    ])
    expect(results.map(({ errors = [] }) => `${errors[0]?.pointer} ${errors[0]?.code}`)).toEqual([
      '/token token_of_this_gateway',
      '/token token_taken',
      '/sha256 token_taken', // the same call has the token, so it is the same row
      '/token token_revoked',
      '/token token_revoked',
    ])
    expect((await use(taken.token)).status).toBe(200)
    expect((await use(deleted.token)).json).toMatchObject({ code: 'key_revoked' })
    expect((await use(rotated.token)).json).toMatchObject({ code: 'key_replaced' })
    expect(kept?.key_id).toMatch(/^key_/)
  })

  it('keeps to the key_limit, row by row', async () => {
    const owner = await rig.customer()
    await rig.operator('PATCH', `/accounts/${owner.id}`, { key_limit: 3 })
    const first = row()
    await importInto(owner, [first])
    const rows = [row(), first, row(), row(), row()]
    const codes = (results: readonly Result[]) =>
      results.map(({ errors }) => errors?.[0]?.code ?? 'imported')
    const expected = ['imported', 'imported', 'imported', 'key_limit_reached', 'key_limit_reached']
    const dry = await importInto(owner, rows, { dry_run: true })
    expect(codes(dry)).toEqual(expected)
    expect(dry.map(({ key_id: id }) => id)).toEqual([null, null, null, undefined, undefined])
    expect((await owner.call('GET', '/keys')).json['keys']).toHaveLength(1)
    expect((await use(String(rows[0]?.token))).json).toMatchObject({ code: 'key_invalid' })
    const results = await importInto(owner, rows)
    expect(codes(results)).toEqual(expected)
    expect(results[3]?.errors).toMatchObject([{ pointer: '' }])
  })

  it('imports keys that are paused or past their end, which are no news', async () => {
    const paused = row({ enabled: false })
    const expired = row({ expires_at: '2020-01-01T00:00:00Z', created_at: '2019-01-01T00:00:00Z' })
    const [first, second] = await importInto(customer, [paused, expired])
    expect((await use(paused.token)).json).toMatchObject({ code: 'key_disabled' })
    expect((await use(expired.token)).json).toMatchObject({ code: 'key_expired' })
    await rig.worker.runCron()
    const audit = await customer.call('GET', `/audit?key_id=${second?.key_id}`)
    expect(audit.json['events']).toMatchObject([{ action: 'key.import' }])
    const { rows } = await runSql(
      rig.libsqlUrl,
      'SELECT unused_check_at - updated_at AS ms FROM api_keys WHERE id = ?',
      [String(second?.key_id)],
    )
    expect(rows[0]?.['ms']).toBe(90 * 24 * 3_600_000)
    await customer.call('PATCH', `/keys/${first?.key_id}`, { enabled: true })
    await customer.call('PATCH', `/keys/${second?.key_id}`, { expires_at: null })
    expect((await use(paused.token)).status).toBe(200)
    expect((await use(expired.token)).status).toBe(200)
  })

  it('imports into an account that is not active yet', async () => {
    const owner = await rig.customer({ status: 'pending' })
    const given = row()
    await importInto(owner, [given])
    expect((await use(given.token)).json).toMatchObject({ code: 'account_inactive' })
    await rig.operator('PATCH', `/accounts/${owner.id}`, { status: 'active' })
    expect((await use(given.token)).status).toBe(200)
  })

  it('imports in parts, and puts the records into KV before it answers', async () => {
    const owner = await rig.customer()
    await rig.operator('PATCH', `/accounts/${owner.id}`, { key_limit: 1_000 })
    const rows = Array.from({ length: 300 }, () => row())
    const results = await importInto(owner, rows)
    expect(new Set(results.map(({ key_id: id }) => id)).size).toBe(300)
    expect(results.every(({ index }, i) => index === i)).toBe(true)
    const { rows: left } = await runSql(
      rig.libsqlUrl,
      'SELECT id FROM api_keys WHERE account_id = ? AND published_revision < revision',
      [owner.id],
    )
    expect(left).toHaveLength(0)
    expect(await importInto(owner, rows)).toEqual(results)
    expect((await use(String(rows[299]?.token))).status).toBe(200)
  })

  it('takes a thousand rows', async () => {
    const results = await importInto(
      customer,
      Array.from({ length: 1_000 }, () => row()),
      { dry_run: true },
    )
    expect(results).toHaveLength(1_000)
  })

  it.each([
    [{ keys: [] }, '/keys'],
    [{ keys: Array.from({ length: 1_001 }, () => ({})) }, '/keys'],
    [{}, '/keys'],
    [{ keys: [{}], dry: true }, '/dry'],
    [{ keys: [{}], dry_run: 'yes' }, '/dry_run'],
  ])('refuses the body %#', async (body, pointer) => {
    const answer = await rig.operator('POST', `/accounts/${customer.id}/keys/import`, body)
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toMatchObject([{ pointer }])
  })

  it('takes 4 MiB, and no more', async () => {
    const path = `/accounts/${customer.id}/keys/import`
    const padded = (bytes: number) => {
      const empty = Buffer.byteLength(JSON.stringify({ keys: [{ padding: '' }] }))
      return { keys: [{ padding: 'x'.repeat(bytes - empty) }] }
    }
    expect((await rig.operator('POST', path, padded(4 * 1024 * 1024))).status).toBe(200)
    const answer = await rig.operator('POST', path, padded(4 * 1024 * 1024 + 1))
    expect(answer.json).toMatchObject({ status: 413, code: 'payload_too_large' })
    expect(answer.json['detail']).toContain('4194304')
  })

  it('is 404 for an account that is not there', async () => {
    const answer = await rig.operator('POST', '/accounts/acc_0/keys/import', { keys: [row()] })
    expect(answer.status).toBe(404)
  })
})
