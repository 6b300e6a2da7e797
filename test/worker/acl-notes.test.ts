// What a customer writes beside the entries of an IP ACL, and the last four characters of a token.

import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonCall } from '../../harness/customer.ts'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { auditEvents } from '../../src/db/schema/audit-events.ts'
import { tokens } from '../../src/db/schema/tokens.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: {} })
})
afterAll(() => keys.rig.stop())

const OFFICE = '203.0.113.0/24'
const SERVER = '2001:db8::/48'

const patch = (key: OwnKey, body: object) => keys.call(key, 'PATCH', body)
const list = ({ cookie }: OwnKey) =>
  jsonCall(`${keys.rig.url}/admin/api/v1/keys`, 'GET', undefined, { Cookie: cookie })
const notesOf = async (key: OwnKey) => (await keys.call(key, 'GET')).json['ip_acl_notes']

describe('ip_acl_notes', () => {
  it('are kept under the canonical form of their entries', async () => {
    const key = await keys.newKey([OFFICE, SERVER])
    const notes = { [` ${OFFICE}`]: ' Amsterdam office ', '2001:DB8:0::/48': '☎️ dialler' }
    const edited = await patch(key, { ip_acl_notes: notes })
    expect(edited.status).toBe(200)
    const stored = { [OFFICE]: 'Amsterdam office', [SERVER]: '☎️ dialler' }
    expect(edited.json).toMatchObject({ ip_acl_notes: stored, version: 2 })
    expect(await notesOf(key)).toEqual(stored)
    const listed = await list(key)
    expect(listed.json['keys']).toMatchObject([{ ip_acl_notes: stored }])
  })

  it('are replaced as a whole, and an empty note is none', async () => {
    const key = await keys.newKey([OFFICE, SERVER])
    await patch(key, { ip_acl_notes: { [OFFICE]: 'A', [SERVER]: 'B' } })
    await patch(key, { ip_acl_notes: { [OFFICE]: ' ', [SERVER]: 'C' } })
    expect(await notesOf(key)).toEqual({ [SERVER]: 'C' })
    await patch(key, { ip_acl_notes: {} })
    expect(await notesOf(key)).toEqual({})
  })

  it('go with their entries, also where another version removed those', async () => {
    const key = await keys.newKey([OFFICE, SERVER])
    await patch(key, { ip_acl_notes: { [OFFICE]: 'A', [SERVER]: 'B' } })
    const edited = await patch(key, { ip_acl: [SERVER] })
    expect(edited.json).toMatchObject({ ip_acl_notes: { [SERVER]: 'B' } })
    expect((await patch(key, { ip_acl: [OFFICE, SERVER] })).json['ip_acl_notes']).toEqual({
      [SERVER]: 'B',
    })
    await keys.db.update(apiKeys).set({ ipAcl: [] }).where(eq(apiKeys.id, key.id))
    expect(await notesOf(key)).toEqual({})
  })

  it('come with the entries that they are on', async () => {
    const key = await keys.newKey()
    const edited = await patch(key, { ip_acl: [OFFICE], ip_acl_notes: { [OFFICE]: 'A' } })
    expect(edited.json).toMatchObject({ ip_acl: [OFFICE], ip_acl_notes: { [OFFICE]: 'A' } })
  })

  it('change nothing that requests depend on', async () => {
    const key = await keys.newKey([OFFICE])
    const revision = async () =>
      await keys.db.select({ at: apiKeys.revision }).from(apiKeys).where(eq(apiKeys.id, key.id))
    const before = await revision()
    await patch(key, { ip_acl_notes: { [OFFICE]: 'A' } })
    expect(await revision()).toEqual(before)
  })

  it('are in the audit, those that differ', async () => {
    const key = await keys.newKey([OFFICE, SERVER])
    await patch(key, { ip_acl_notes: { [OFFICE]: 'A', [SERVER]: 'B' } })
    await patch(key, { ip_acl_notes: { [OFFICE]: 'A', [SERVER]: 'C' } })
    const events = await keys.db
      .select({ action: auditEvents.action, changes: auditEvents.changes })
      .from(auditEvents)
      .where(eq(auditEvents.keyId, key.id))
      .orderBy(auditEvents.id)
    expect(events).toEqual([
      {
        action: 'key.update',
        changes: { ip_acl_notes: [{}, { [OFFICE]: 'A', [SERVER]: 'B' }] },
      },
      { action: 'key.update', changes: { ip_acl_notes: [{ [SERVER]: 'B' }, { [SERVER]: 'C' }] } },
    ])
  })

  it.each([
    ['of an entry that is not there', { '192.0.2.0/24': 'A' }, '192.0.2.0~124', 'entry_not_listed'],
    ['of a bare address', { '192.0.2.1': 'A' }, '192.0.2.1', 'cidr_prefix_missing'],
    ['of no network', { office: 'A' }, 'office', 'cidr_malformed'],
    ['of 101 characters', { [OFFICE]: '☎'.repeat(101) }, '203.0.113.0~124', 'wrong_length'],
    ['that is a number', { [OFFICE]: 7 }, '203.0.113.0~124', 'wrong_type'],
    ['with a control', { [OFFICE]: 'a\u0007b' }, '203.0.113.0~124', 'character_not_allowed'],
    ['given twice', { [OFFICE]: 'A', [` ${OFFICE}`]: 'B' }, ' 203.0.113.0~124', 'entry_repeated'],
  ])('cannot be a note %s', async (_, notes, name, code) => {
    const key = await keys.newKey([OFFICE])
    const refused = await patch(key, { ip_acl_notes: notes })
    expect(refused.status).toBe(422)
    expect(refused.json['errors']).toMatchObject([{ pointer: `/ip_acl_notes/${name}`, code }])
    expect(await notesOf(key)).toEqual({})
  })

  it('may have 100 characters', async () => {
    const key = await keys.newKey([OFFICE])
    const note = '☎'.repeat(100)
    expect((await patch(key, { ip_acl_notes: { [OFFICE]: note } })).status).toBe(200)
    expect(await notesOf(key)).toEqual({ [OFFICE]: note })
  })

  it.each([[[]], ['text'], [null]])('are an object, not %j', async (notes) => {
    const key = await keys.newKey([OFFICE])
    const refused = await patch(key, { ip_acl_notes: notes })
    expect(refused.json['errors']).toMatchObject([{ pointer: '/ip_acl_notes', code: 'wrong_type' }])
  })
})

describe('access_token_ends_with', () => {
  const storedOf = async ({ lookupId }: OwnKey) =>
    await keys.db
      .select({ lastFour: tokens.lastFour })
      .from(tokens)
      .where(eq(tokens.lookupId, lookupId))

  it('is read from the token of an older row, once', async () => {
    const key = await keys.newKey()
    expect(await storedOf(key)).toEqual([{ lastFour: null }])
    const listed = await list(key)
    const lastFour = key.token.slice(-4)
    expect(listed.json['keys']).toMatchObject([{ access_token_ends_with: lastFour }])
    await expect.poll(() => storedOf(key)).toEqual([{ lastFour }])
    await keys.db.update(tokens).set({ lastFour: 'once' }).where(eq(tokens.lookupId, key.lookupId))
    expect((await keys.call(key, 'GET')).json).toMatchObject({ access_token_ends_with: 'once' })
  })

  it('is null where no key of the ring opens the token', async () => {
    const key = await keys.newKey()
    await keys.db
      .update(tokens)
      .set({ sealedToken: 'Z.x' })
      .where(eq(tokens.lookupId, key.lookupId))
    expect((await keys.call(key, 'GET')).json).toMatchObject({ access_token_ends_with: null })
  })
})
