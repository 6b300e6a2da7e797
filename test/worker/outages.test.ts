// What a request asks of each store, and what the failure of a store does.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DENIED, type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'
import { startRig } from '../support/rig.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: { far: {} } })
})
afterAll(() => keys.rig.stop())
beforeEach(async () => {
  const { rig } = keys
  rig.libsql.set('open')
  await rig.stores({ fault: 'none' })
  await rig.authorities({ fault: 'none' })
  await rig.operator('GET', '/accounts?limit=1') // a live connection to libSQL, whatever happened before
  rig.upstream.reset()
})

/** A key that is in KV, and that nobody has used. */
async function freshKey(ipAcl: string[] = []) {
  const key = await keys.newKey(ipAcl)
  const name = `key:${key.lookupId}`
  await keys.rig.stores({ put: [name, key.record] })
  return { ...key, name }
}

/** A key that its authority holds, and that the first gateway has not met. */
async function heldKey(ipAcl?: string[]): Promise<OwnKey> {
  const key = await freshKey(ipAcl)
  await keys.use(key, { at: 'far' })
  keys.rig.upstream.reset()
  return key
}

/** What a call asked of each store. */
async function asked(act: () => Promise<unknown>) {
  const { rig } = keys
  const count = async () => {
    const { kvGets, kvPuts } = await rig.stores()
    const { length } = await rig.authorities()
    return { kvGets, kvPuts, authority: length, libsql: rig.libsql.asked() }
  }
  const before = await count()
  await act()
  const after = await count()
  return {
    kvGets: after.kvGets - before.kvGets,
    kvPuts: after.kvPuts - before.kvPuts,
    authority: after.authority - before.authority,
    libsql: after.libsql - before.libsql,
  }
}

const RECORD =
  '{"format":1,"revision":1,"key_id":"k","account_id":"a","account_status":"active","ip_acl":[]}'
const NOTHING = { kvGets: 0, kvPuts: 0, authority: 0, libsql: 0 }
const POST = { method: 'POST' }

describe('what a request asks of the stores', () => {
  it.each([
    ['no key', {}],
    ['a word', { 'X-API-Key': 'secret' }],
    ['a forged token', { 'X-API-Key': `cpk_A${'1'.repeat(43)}` }],
    ['a forged token as Bearer', { Authorization: `Bearer cpk_A${'Z'.repeat(43)}` }],
    ['two credentials', { Authorization: 'Token a', 'X-API-Key': 'b' }],
  ])('is nothing for %s', async (_, headers) => {
    expect(await asked(() => keys.rig.send('/customer', { headers }))).toEqual(NOTHING)
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it('is nothing for a mistyped token of a live key', async () => {
    const { token, ...key } = await heldKey()
    const mistyped = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
    expect(await asked(() => keys.use({ ...key, token: mistyped }))).toEqual(NOTHING)
  })

  it('is one KV read and one question for a key in use elsewhere, and then a question', async () => {
    const key = await heldKey(['192.0.2.0/24'])
    expect(await asked(() => keys.use(key))).toEqual({ ...NOTHING, kvGets: 1, authority: 1 })
    const question = { ...NOTHING, authority: 1 }
    expect(await asked(() => keys.use(key, POST))).toEqual(question)
  })

  it('is libSQL and a seed for a key that nobody has used, and KV is not written', async () => {
    const key = await keys.newKey()
    const { libsql, ...others } = await asked(() => keys.use(key))
    expect(libsql).toBeGreaterThan(0)
    expect(others).toEqual({ kvGets: 1, kvPuts: 0, authority: 2 })
    expect(keys.rig.upstream.received).toHaveLength(1)
  })
})

describe('a failing KV', () => {
  it.each(['throw', 'stall'] as const)('is no miss and no refusal (%s)', async (fault) => {
    const [open, fenced] = [await freshKey(), await freshKey(['192.0.2.0/24'])]
    const [openHeld, fencedHeld] = [await heldKey(), await heldKey(['192.0.2.0/24'])]
    await keys.rig.stores({ fault })
    for (const key of [open, openHeld]) expect((await keys.use(key)).status).toBe(200)
    expect(keys.rig.upstream.received).toHaveLength(2)
    for (const key of [fenced, fencedHeld]) {
      const denied = await keys.use(key, { address: DENIED })
      expect(denied.json).toMatchObject({ code: 'ip_denied' })
    }
    expect(keys.rig.upstream.received).toHaveLength(2)
  })

  it('with a failing libSQL is 503, never 401', async () => {
    const key = await freshKey()
    await keys.rig.stores({ fault: 'throw' })
    keys.rig.libsql.set('closed')
    expectUnavailable(await keys.use(key))
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it.each([
    ['garbage', 'garbage'],
    ['an unknown format', '{"format":99,"revision":1,"key_id":"k","gone":true}'],
    [
      'a record that lacks its ACL',
      '{"format":1,"revision":1,"key_id":"k","account_id":"a","account_status":"active"}',
    ],
    ['an ACL that cannot be read', RECORD.replace('[]', '["10.0.0.1/8"]')],
  ])('that holds %s is a miss: libSQL judges', async (_, value) => {
    const key = await freshKey(['192.0.2.0/24'])
    await keys.rig.stores({ put: [key.name, value] })
    const denied = await keys.use(key, { address: DENIED })
    expect(denied.json).toMatchObject({ code: 'ip_denied' })
    expect(keys.rig.upstream.received).toHaveLength(0)
    expect((await keys.use(key)).status).toBe(200)
  })

  it('that holds an ACL which cannot be read lets nobody in while libSQL fails', async () => {
    const key = await freshKey()
    await keys.rig.stores({ put: [key.name, RECORD.replace('[]', '["10.0.0.1/8"]')] })
    keys.rig.libsql.set('closed')
    expectUnavailable(await keys.use(key))
    expect(keys.rig.upstream.received).toHaveLength(0)
  })
})

describe.each(['closed', 'hanging'] as const)('a libSQL that is %s', (state) => {
  it('does not stop a key that its authority holds, whatever KV has', async () => {
    const [key, lost] = [await heldKey(), await heldKey()]
    await keys.rig.stores({ remove: `key:${lost.lookupId}` })
    keys.rig.libsql.set(state)
    for (const each of [key, lost]) expect((await keys.use(each)).status).toBe(200)
  })

  it('makes a key that nobody has used 503, whatever KV says', async () => {
    const key = await freshKey()
    keys.rig.libsql.set(state)
    expectUnavailable(await keys.use(key, POST))
    expect(keys.rig.upstream.received).toHaveLength(0)
  })
})

describe.each(['unreachable', 'held'] as const)('an authority that is %s', (fault) => {
  it('makes it 503, never 401, whatever the copies say', async () => {
    const [met, fresh] = [await heldKey(), await freshKey()]
    await keys.use(met)
    keys.rig.upstream.reset()
    await keys.rig.authorities({ fault })
    // A leased record judges for a while.
    await expect.poll(async () => (await keys.use(met, POST)).status).toBe(503)
    keys.rig.upstream.reset()
    for (const key of [met, fresh]) expectUnavailable(await keys.use(key, POST))
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  it('makes it 503, never 403, where a record refuses', async () => {
    const key = await heldKey(['192.0.2.0/24'])
    await keys.rig.authorities({ fault })
    expectUnavailable(await keys.use(key, { address: DENIED }))
    expect(keys.rig.upstream.received).toHaveLength(0)
  })
})

function expectUnavailable(answer: Awaited<ReturnType<KeysInUse['use']>>): void {
  expect(answer.status).toBe(503)
  expect(answer.json).toMatchObject({ code: 'authentication_unavailable' })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
}

describe('a deployment without its secrets', () => {
  it.each(['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS', 'ASSERTION_KEYS'])(
    'lets nobody in, and names %s in the log alone',
    async (name) => {
      const broken = await startRig({ without: [name] })
      try {
        const answer = await broken.send('/customer', {
          headers: { 'X-API-Key': `cpk_A${'1'.repeat(43)}` },
        })
        expect(answer.status).toBe(503)
        expect(answer.json).toMatchObject({ code: 'authentication_unavailable' })
        expect(answer.text).not.toContain(name)
        const admin = await broken.send('/admin/api/v1/session')
        expect(admin.status).toBe(503)
        expect(admin.json).toMatchObject({ code: 'misconfigured' })
        const codes = () =>
          broken.logs
            .filter((line) => line.includes('"plane"'))
            .map((line) => (JSON.parse(line) as { code: string }).code)
        await expect.poll(codes).toEqual(['authentication_unavailable', 'misconfigured'])
        expect(admin.text).not.toContain(name)
        expect(broken.upstream.received).toHaveLength(0)
        expect(broken.logs.join('\n')).toContain(`${name} must be set`)
      } finally {
        await broken.stop()
      }
    },
  )

  it('never repeats an unreadable secret', async () => {
    const broken = await startRig({ variables: { TOKEN_KEYS: 'A:not-a-secret-of-32-bytes' } })
    try {
      expect((await broken.send('/customer')).status).toBe(503)
      const log = broken.logs.join('\n')
      expect(log).toContain('TOKEN_KEYS is unreadable')
      expect(log).not.toContain('not-a-secret')
    } finally {
      await broken.stop()
    }
  })
})
