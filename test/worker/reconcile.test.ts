import { execFile } from 'node:child_process'
import { UNRESTRICTED } from '../../src/keys/key-record.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { createGateway } from '../../scripts/import/gateway.ts'
import { ACCOUNT_ID, startCloudflare } from '../support/cloudflare/cloudflare.ts'
import { keyAuthoritiesOf, type RealAuthorities } from '../support/key-authorities.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let authorities: RealAuthorities['authorities']

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true })
  customer = await rig.customer()
  ;({ authorities } = await keyAuthoritiesOf(rig.worker))
})
afterAll(() => rig.stop())
beforeEach(async () => {
  rig.libsql.set('open')
  await rig.stores({ fault: 'none' })
})

async function sql(statement: string, ...args: (string | number | null)[]) {
  const client = createClient({ url: rig.libsqlUrl })
  const { rows } = await client.execute({ sql: statement, args })
  client.close()
  return rows
}

/** All pages. */
async function reconcile(repair: unknown = false) {
  const drift: Record<string, unknown>[] = []
  let cursor: unknown
  let pages = 0
  do {
    const body = { repair, ...(cursor !== undefined && { cursor }) }
    const answer = await rig.operator('POST', '/reconcile', body)
    expect(answer.status, answer.text).toBe(200)
    drift.push(...(answer.json['drift'] as Record<string, unknown>[]))
    cursor = answer.json['next_cursor']
    pages++
  } while (cursor !== null)
  return { drift, pages }
}

/** A key that was used, edited once, and is in KV as it is. */
async function settledKey() {
  const key = await customer.createKey()
  await rig.send('/x', { headers: { 'X-API-Key': key.token } })
  await customer.call('PATCH', `/keys/${key.id}`, { ip_acl_mode: 'report' })
  await rig.worker.runCron()
  const [row] = await sql('SELECT * FROM api_keys WHERE id = ?', key.id)
  const lookupId = String(row?.['lookup_id'])
  return { ...key, lookupId, name: `key:${lookupId}`, live: recordOf(key.id) }
}

function recordOf(keyId: string) {
  const accountStatus = 'active' as const
  return {
    kind: 'live' as const,
    keyId,
    accountId: customer.id,
    accountStatus,
    ipAcl: [],
    ipAclMode: 'report' as const,
    ...UNRESTRICTED,
  }
}

type Key = Awaited<ReturnType<typeof settledKey>>

const use = (token: string) => rig.send('/x', { method: 'POST', headers: { 'X-API-Key': token } })

describe('POST /operator/reconcile', () => {
  const CASES: [string, string, (key: Key) => Promise<unknown>][] = [
    ['missing', 'kv', ({ name }) => rig.stores({ remove: name })],
    ['stale', 'kv', ({ name }) => rig.stores({ put: [name, 'unreadable'] })],
    [
      'stale',
      'kv',
      async ({ name }) => {
        const value = (await rig.stores()).values[name] ?? ''
        await rig.stores({ put: [name, value.replace('"revision":2', '"revision":1')] })
      },
    ],
    [
      'authority_ahead',
      'authority',
      ({ lookupId, live }) => authorities.advance(lookupId, { ...live, revision: 7 }),
    ],
    [
      'authority_behind',
      'authority',
      ({ id }) => sql('UPDATE api_keys SET revision = 9, published_revision = 9 WHERE id = ?', id),
    ],
    [
      'resurrected',
      'libsql',
      ({ id, lookupId }) =>
        authorities.advance(lookupId, {
          kind: 'tombstone',
          revision: 3,
          keyId: id,
          replacedAtMs: null,
        }),
    ],
    [
      'resurrected',
      'kv',
      async ({ id, name }) => {
        const value = (await rig.stores()).values[name] ?? ''
        await customer.call('DELETE', `/keys/${id}`)
        await rig.worker.runCron()
        await rig.stores({ put: [name, value] })
      },
    ],
    ['orphan', 'kv', ({ id }) => sql('DELETE FROM api_keys WHERE id = ?', id)],
  ]

  it('finds nothing where nothing differs', async () => {
    await settledKey()
    expect((await reconcile()).drift).toEqual([])
  })

  it.each(CASES)('finds what is %s in %s, and mends it', async (kind, store, spoil) => {
    const key = await settledKey()
    await spoil(key)
    await sql('UPDATE api_keys SET revised_at = 1')
    const found = (repaired: boolean) =>
      expect.objectContaining({ key_id: key.id, kind, store, repaired })
    expect((await reconcile()).drift).toContainEqual(found(false))
    expect((await reconcile(true)).drift).toContainEqual(found(true))
    await rig.worker.runCron()
    expect((await reconcile()).drift).toEqual([])
    const gone = kind === 'resurrected' || kind === 'orphan'
    expect((await use(key.token)).status).toBe(gone ? 401 : 200)
    if (kind === 'resurrected') {
      expect((await customer.call('GET', `/keys/${key.id}`)).status).toBe(404)
    }
  })

  it('goes through all keys in pages, and tells how many there are', async () => {
    const [account] = await sql('SELECT id FROM accounts WHERE id = ?', customer.id)
    for (let i = 0; i < 120; i++) {
      await sql(
        `INSERT INTO api_keys (id, account_id, lookup_id, version, revision, enforced_revision,
           published_revision, created_at, updated_at, revised_at, deleted_at)
         VALUES (?, ?, ?, 1, 1, 1, 1, 1, 1, 1, 1)`,
        `key_${i.toString(16).padStart(32, '0')}`,
        String(account?.['id']),
        `deleted-${i}`,
      )
    }
    const first = await rig.operator('POST', '/reconcile', {})
    expect(first.json).toMatchObject({ checked: 50 })
    expect(first.json['total']).toBeGreaterThan(120)
    const { drift, pages } = await reconcile(true)
    expect(pages).toBeGreaterThan(3)
    expect(drift.filter(({ kind }) => kind === 'missing')).toHaveLength(120)
    expect((await reconcile()).drift).toEqual([])
  })

  it('mends an empty KV namespace', async () => {
    const { token } = await settledKey()
    await rig.stores({ clear: true })
    await reconcile(true)
    expect((await reconcile()).drift).toEqual([])
    expect(Object.keys((await rig.stores()).values).length).toBeGreaterThan(0)
    expect((await use(token)).status).toBe(200)
  })

  it('does not hold against KV what it may not have carried yet', async () => {
    const { id, name } = await settledKey()
    const { values } = await rig.stores()
    await rig.stores({ put: [name, (values[name] ?? '').replace('"revision":2', '"revision":1')] })
    expect((await reconcile()).drift).toEqual([])
    await sql('UPDATE api_keys SET revised_at = 1 WHERE id = ?', id)
    expect((await reconcile(true)).drift).toMatchObject([{ key_id: id, kind: 'stale' }])
  })

  it('revokes no keys in masses: then it is the database that is wrong', async () => {
    const { token, lookupId, live } = await settledKey()
    const record = { format: 1, revision: 1, account_id: 'a', account_status: 'active', ip_acl: [] }
    const names = Array.from({ length: 400 }, (_, i) => `key:lost-${i}`)
    for (const name of names) {
      await rig.stores({ put: [name, JSON.stringify({ ...record, key_id: name })] })
    }
    const { drift } = await reconcile(true)
    expect(drift).toHaveLength(400)
    expect(drift.every(({ repaired }) => repaired === false)).toBe(true)
    expect(await authorities.peek('lost-1')).toBeNull()
    expect(await authorities.peek(lookupId)).toMatchObject({ ...live, revision: 2 })
    expect((await use(token)).status).toBe(200)
    for (const name of names) await rig.stores({ remove: name })
  })

  it('leaves alone what is on its way', async () => {
    const { id } = await settledKey()
    await rig.stores({ fault: 'throw on put' })
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    expect((await reconcile()).drift).toEqual([])
    await sql('UPDATE api_keys SET revised_at = 1 WHERE id = ?', id)
    expect((await reconcile()).drift).toMatchObject([{ key_id: id, kind: 'stale', store: 'kv' }])
  })

  it.each(['rows:', 'rows:key_1', 'kv:{}', 'else', ''])(
    'names an unreadable cursor: %j',
    async (cursor) => {
      const answer = await rig.operator('POST', '/reconcile', { cursor })
      expect(answer.status).toBe(422)
      expect(answer.json).toMatchObject({
        errors: [{ pointer: '/cursor', code: 'cursor_unreadable' }],
      })
    },
  )

  it.each(['as_the_database', 'true', null, 1])(
    'names a repair that it does not know: %j',
    async (repair) => {
      const answer = await rig.operator('POST', '/reconcile', { repair })
      expect(answer.status).toBe(422)
      expect(answer.json).toMatchObject({ errors: [{ pointer: '/repair' }] })
    },
  )

  it('shows what an authority holds that this version cannot read, and overrules it by name', async () => {
    const { id, lookupId, token } = await settledKey()
    const { namespace } = await keyAuthoritiesOf(rig.worker)
    const record = { revision: 9, gone: false, record: '{"format":9}' }
    await namespace.getByName(lookupId).advance(record)
    await sql('UPDATE api_keys SET revised_at = 1 WHERE id = ?', id)
    const found = { key_id: id, kind: 'authority_ahead', authority: null }
    expect((await reconcile(true)).drift).toMatchObject([{ ...found, repaired: false }])
    expect((await reconcile('as_database')).drift).toMatchObject([{ ...found, repaired: true }])
    expect((await reconcile()).drift).toEqual([])
    expect(await authorities.peek(lookupId)).toMatchObject({ revision: 10 })
    expect((await use(token)).status).toBe(200)
  })

  it('does not guess where a store cannot be asked', async () => {
    await settledKey()
    await rig.stores({ fault: 'throw' })
    const answer = await rig.operator('POST', '/reconcile', { repair: true })
    expect(answer.status).toBe(503)
  })
})

describe('npm run doctor', () => {
  const doctor = (...args: string[]) => examine({}, '--url', rig.url, ...args)

  async function examine(variables: Readonly<Record<string, string>>, ...args: string[]) {
    const child = execFile(process.execPath, ['scripts/doctor.ts', ...args], {
      env: { ...process.env, OPERATOR_TOKEN: rig.secrets.OPERATOR_TOKEN, ...variables },
    })
    let output = ''
    child.stdout?.on('data', (text: string) => (output += text))
    child.stderr?.on('data', (text: string) => (output += text))
    const [code] = (await once(child, 'close')) as [number]
    return { code, output }
  }

  it('tells drift by its exit code and in a table, and mends it', async () => {
    await rig.worker.runCron()
    const { id, name } = await settledKey()
    expect(await doctor()).toMatchObject({ code: 0 })
    await rig.stores({ put: [name, 'unreadable'] })
    await sql('UPDATE api_keys SET revised_at = 1')
    const found = await doctor()
    expect(found.code).toBe(1)
    expect(found.output).toContain(id)
    expect(found.output).toContain('stale')
    expect(await doctor('--repair')).toMatchObject({ code: 0 })
    expect(await doctor()).toMatchObject({ code: 0 })
  })

  it('shows what an authority that is ahead keeps out, and opens it only where asked by name', async () => {
    const { id, lookupId, live, token } = await settledKey()
    const shut = {
      ...live,
      revision: 7,
      accountStatus: 'suspended',
      ipAcl: ['10.0.0.0/8'],
    } as const
    await authorities.advance(lookupId, shut)
    await sql('UPDATE api_keys SET revised_at = 1 WHERE id = ?', id)
    for (const args of [[], ['--repair']]) {
      const { code, output } = await doctor(...args)
      expect(code).toBe(1)
      expect(output).toMatch(/authority_ahead.*active, any address.*suspended, 1 networks/)
      expect(output.includes('--as-database')).toBe(args.length > 0)
      expect((await use(token)).json).toMatchObject({ code: 'account_inactive' })
    }
    expect(await doctor('--as-database')).toMatchObject({ code: 2 })
    expect(await doctor('--repair', '--as-database')).toMatchObject({ code: 0 })
    expect((await use(token)).status).toBe(200)
  })

  it('names what ends soon: of the worker, and the token of Cloudflare', async () => {
    const date = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const url = await rig.another({
      IDENTITY: 'oidc',
      OIDC_ISSUER: 'https://login.example.com',
      OIDC_CLIENT_ID: 'a',
      OIDC_CLIENT_SECRET: 'b',
      OIDC_CLIENT_SECRET_EXPIRES: date,
    })
    const cloudflare = await startCloudflare()
    cloudflare.account.apiToken = {
      owner: 'account',
      status: 'active',
      expires_on: `${date}T00:00:00Z`,
    }
    const variables = {
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
      CLOUDFLARE_API_TOKEN: 'token-of-nobody',
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    }
    const { output } = await examine(variables, '--url', url)
    await cloudflare.stop()
    for (const name of ['OIDC_CLIENT_SECRET', 'CLOUDFLARE_API_TOKEN']) {
      expect(output).toContain(
        `${name} expires on ${date}: see docs/operate/rotation.md#${name.toLowerCase()}`,
      )
    }
    expect(output).not.toContain('token-of-nobody')
  })

  it.each([
    [['--url', 'gateway.example.com'], {}, '--url must be an https URL'],
    [['--url', 'http://gateway.example.com'], {}, '--url must be an https URL'],
    [[], { OPERATOR_TOKEN: 'hidden\nword' }, 'OPERATOR_TOKEN must be one token'],
    [['--url', 'http://127.0.0.1:9'], {}, 'cannot be reached'],
  ])('says in one line what is wrong with %j %j', async (args, variables, told) => {
    const { code, output } = await examine(variables, ...args)
    expect(code).toBe(2)
    expect(output.trim().split('\n')).toEqual([expect.stringContaining(told)])
    expect(output).not.toContain('hidden')
  })

  it('takes no log-in page before the gateway for an answer of it', async () => {
    const page = createServer((_, response) => void response.end('<html>Log in</html>'))
    await once(page.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    const { code, output } = await examine({}, '--url', url)
    await expect(createGateway(url, 'token').importRows('acc_1', [], true)).rejects.toThrow(
      'not as this gateway does',
    )
    page.closeAllConnections()
    page.close()
    expect(code).toBe(2)
    expect(output.trim().split('\n')).toEqual([expect.stringContaining('not as this gateway does')])
  })

  it('says what is wrong where it cannot know', async () => {
    await rig.stores({ fault: 'throw' })
    const { code, output } = await doctor()
    expect(code).toBe(2)
    expect(output).toContain('answered 503')
  })
})
