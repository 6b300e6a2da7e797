// Mode `strict`: every verdict waits for the key's authority, whatever KV says.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '@libsql/client/web'
import type { Customer } from '../../harness/customer.ts'
import { type AuthorityNamespace, createKeyAuthorities } from '../../src/stores/key-authority/key-authority.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true })
  customer = await rig.customer()
})
afterAll(() => rig.stop())
beforeEach(async () => {
  rig.libsql.set('open')
  await rig.stores({ fault: 'none', brake: 'open' })
  rig.upstream.reset()
})

function use(token: string, method = 'GET') {
  const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '192.0.2.1' }
  return rig.send('/x', { method, headers })
}

/** A key that was used, with its entry in KV as it was before any change. */
async function usedKey(input: Record<string, unknown> = {}) {
  const key = await customer.createKey(input)
  await use(key.token)
  rig.upstream.reset()
  return { ...key, entry: await entryOf(key.id, rig) }
}

/** What KV holds of a key, by its name there, once it does: it is written behind the answer. */
async function entryOf(keyId: string, on: Rig): Promise<[string, string]> {
  for (;;) {
    const { values } = await on.stores()
    const entry = Object.entries(values).find(([, value]) => value.includes(keyId))
    if (entry !== undefined) return entry
  }
}

describe('a change', () => {
  it.each(['GET', 'POST'])(
    'holds for the next %s, while KV holds the old record',
    async (method) => {
      const { id, token, entry } = await usedKey()
      const deleted = await customer.call('DELETE', `/keys/${id}`)
      expect(deleted.json).toMatchObject({ enforcement: { mode: 'strict' } })
      await rig.stores({ put: entry })
      const answer = await use(token, method)
      expect(answer.json).toMatchObject({ code: 'key_revoked' })
      if (method === 'POST') expect(rig.upstream.received).toHaveLength(0)
    },
  )

  it('lets in at once whom an old copy would turn away', async () => {
    const { id, token, entry } = await usedKey({ ip_acl: ['10.0.0.0/8'] })
    expect((await use(token)).json).toMatchObject({ code: 'ip_denied' })
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: [] })
    await rig.stores({ put: entry })
    expect((await use(token)).status).toBe(200)
  })

  it('is a success though KV is down, and reaches KV by itself', async () => {
    const { id, token } = await usedKey()
    await rig.stores({ fault: 'throw on put' })
    const edited = await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['10.0.0.0/8'] })
    expect(edited.json).toMatchObject({
      enforcement_state: 'done',
      enforcement: { mode: 'strict' },
    })
    const shown = await customer.call('GET', `/keys/${id}`)
    expect(shown.json['enforcement_state']).toBe('done')
    expect((await use(token)).json).toMatchObject({ code: 'ip_denied' })

    await rig.stores({ fault: 'none', brake: 'open' })
    await rig.worker.runCron()
    const { values } = await rig.stores()
    const value = Object.values(values).find((text) => text.includes(id)) ?? ''
    expect(JSON.parse(value)).toMatchObject({ ip_acl: ['10.0.0.0/8'], revision: 2 })
  })

  it('of an account reaches all of its keys', async () => {
    const other = await rig.customer()
    const tokens: string[] = []
    while (tokens.length < 12) tokens.push((await other.createKey()).token)
    await Promise.all(tokens.map((token) => use(token)))
    rig.upstream.reset()
    await rig.stores({ fault: 'throw on put' })
    const suspended = await rig.operator('PATCH', `/accounts/${other.id}`, { status: 'suspended' })
    expect(suspended.json).toMatchObject({ enforcement: { mode: 'strict' } })
    for (const token of tokens) {
      expect((await use(token, 'POST')).json).toMatchObject({ code: 'account_inactive' })
    }
    expect(rig.upstream.received).toHaveLength(0)
    await rig.operator('PATCH', `/accounts/${other.id}`, { status: 'active' })
    for (const token of tokens) expect((await use(token)).status).toBe(200)
  })
})

describe('speculation', () => {
  /** A key that was deleted at another location: its authority knows, neither KV nor this isolate does. */
  async function deletedKey(on: Rig) {
    const owner = await on.customer()
    const key = await owner.createKey()
    await on.send('/x', { headers: { 'X-API-Key': key.token } })
    const [name] = await entryOf(key.id, on)
    const namespace = await on.worker.miniflare.getDurableObjectNamespace('KEY_AUTHORITY')
    const authorities = createKeyAuthorities(namespace as unknown as AuthorityNamespace, 5_000)
    const gone = { kind: 'tombstone', revision: 9, keyId: key.id } as const
    await authorities.advance(name.slice('key:'.length), gone)
    on.upstream.reset()
    return key.token
  }

  it('shows nothing of an upstream that answered a refused GET', async () => {
    const token = await deletedKey(rig)
    await rig.stores({ brake: 'slow' })
    rig.upstream.answerWith((_, response) => {
      response.writeHead(207, { 'X-Upstream': 'here', 'Set-Cookie': 'a=b' }).end('upstream')
    })
    const answer = await rig.send('/x', { headers: { 'X-API-Key': token } })
    expect(rig.upstream.received).toHaveLength(1)
    expect(answer.status).toBe(401)
    expect(answer.json).toMatchObject({ code: 'key_revoked' })
    expect(answer.headers).not.toHaveProperty('x-upstream')
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.text).not.toContain('upstream')
  })

  it('ends what it asked of an upstream that has not answered a refused GET', async () => {
    const token = await deletedKey(rig)
    await rig.stores({ brake: 'slow' }) // or the refusal could be there before the upstream is asked
    const closed = new Promise<void>((resolve) => {
      rig.upstream.answerWith((_, response) => void response.once('close', resolve))
    })
    const answer = await rig.send('/x', { headers: { 'X-API-Key': token } })
    expect(answer.json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(1)
    await closed
  })

  it('is for what changes nothing', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const token = await deletedKey(rig)
      const answer = await rig.send('/x', { method, headers: { 'X-API-Key': token } })
      expect(answer.json).toMatchObject({ code: 'key_revoked' })
    }
    const headers = { 'X-API-Key': await deletedKey(rig), Upgrade: 'websocket' }
    expect((await rig.send('/x', { headers })).status).toBe(401)
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is off where SPECULATION says so', async () => {
    const careful = await startRig({ simulatedStores: true, variables: { SPECULATION: 'off' } })
    try {
      const token = await deletedKey(careful)
      const answer = await careful.send('/x', { headers: { 'X-API-Key': token } })
      expect(answer.json).toMatchObject({ code: 'key_revoked' })
      expect(careful.upstream.received).toHaveLength(0)
    } finally {
      await careful.stop()
    }
  })
})

describe('a key that is in use', () => {
  it('needs neither KV nor libSQL', async () => {
    const { token } = await usedKey()
    const before = (await rig.stores({ fault: 'throw' })).kvGets
    rig.libsql.set('closed')
    expect((await use(token)).status).toBe(200)
    expect((await rig.stores()).kvGets).toBe(before)
  })

  it('is known to its authority where KV has lost it', async () => {
    const { token } = await usedKey()
    await rig.stores({ clear: true })
    rig.libsql.set('closed')
    expect((await use(token)).status).toBe(200)
  })
})

describe('a database that was restored from an older backup', () => {
  /** Puts a row back to what it was. */
  async function restore(id: string, act: () => Promise<unknown>) {
    const client = createClient({ url: rig.libsqlUrl })
    const { rows, columns } = await client.execute({
      sql: 'SELECT * FROM api_keys WHERE id = ?',
      args: [id],
    })
    await act()
    const [row] = rows
    if (row === undefined) throw new Error('There is no such row')
    await client.execute({
      sql: `UPDATE api_keys SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
      args: [...columns.map((column) => row[column] ?? null), id],
    })
    client.close()
  }

  it('does not bring a deleted key back', async () => {
    const { id, token } = await usedKey()
    await restore(id, () => customer.call('DELETE', `/keys/${id}`))
    expect((await use(token, 'POST')).json).toMatchObject({ code: 'key_revoked' })
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(200)
    const edited = await customer.call('PATCH', `/keys/${id}`, { platform: 'web' })
    expect(edited.json).toMatchObject({ code: 'not_found' })
    expect((await customer.call('GET', `/keys/${id}`)).status).toBe(404)
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    expect((await use(token, 'POST')).json).toMatchObject({ code: 'key_revoked' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('deletes again what is gone already', async () => {
    const { id, token } = await usedKey()
    await restore(id, async () => {
      for (const platform of ['web', 'mobile', 'other']) {
        await customer.call('PATCH', `/keys/${id}`, { platform })
      }
      await customer.call('DELETE', `/keys/${id}`)
    })
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    expect((await use(token, 'POST')).json).toMatchObject({ code: 'key_revoked' })
  })

  it('does not undo an edit, and takes the next one', async () => {
    const { id, token } = await usedKey()
    const tighten = { ip_acl: ['10.0.0.0/8'] }
    await restore(id, () => customer.call('PATCH', `/keys/${id}`, tighten))
    expect((await use(token)).json).toMatchObject({ code: 'ip_denied' })
    const edited = await customer.call('PATCH', `/keys/${id}`, { ip_acl: ['192.0.2.0/24'] })
    expect(edited.json).toMatchObject({ enforcement_state: 'done' })
    expect((await use(token)).status).toBe(200)
  })
})
