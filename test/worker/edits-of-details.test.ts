// A change of name, website or platform: requests do not depend on these, so nothing has to be enforced.

import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { apiKeys } from '../../src/db/schema/api-keys.ts'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({ gateways: {} })
})
afterAll(() => keys.rig.stop())
afterEach(() => keys.rig.authorities({ fault: 'none' }))

const ALL = {
  application_name: 'Renamed',
  application_website: 'https://example.com/',
  platform: 'mobile',
}
const EDITS = [
  { application_name: 'Renamed' },
  { application_website: 'https://example.com/' },
  { platform: 'mobile' },
  ALL,
  {},
]

/** What a change of the record would move. */
async function recordOf({ id }: OwnKey) {
  const { revision, enforcedRevision, publishedRevision, revisedAt } = apiKeys
  const columns = { revision, enforcedRevision, publishedRevision, revisedAt }
  return await keys.db.select(columns).from(apiKeys).where(eq(apiKeys.id, id))
}

/** What was asked of the stores for a key. */
async function askedFor(key: OwnKey) {
  const { kvPuts } = await keys.rig.stores()
  return { kvPuts, calls: (await keys.callsOf(key)).length }
}

describe.each(EDITS)('an edit of %j', (edit) => {
  const isEmpty = Object.keys(edit).length === 0

  it('changes no record, puts nothing into KV and asks no authority', async () => {
    const key = await keys.newKey(['192.0.2.0/24'])
    await keys.lease(key)
    const before = { record: await recordOf(key), asked: await askedFor(key) }
    const edited = await keys.call(key, 'PATCH', edit)
    expect(edited.status).toBe(200)
    expect(edited.json).toMatchObject({ ...edit, version: isEmpty ? 1 : 2 })
    expect(edited.json['enforcement']).toEqual({ effective_at: expect.any(String) as string })
    expect({ record: await recordOf(key), asked: await askedFor(key) }).toEqual(before)
  })

  it('is a success while the authority cannot be asked', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    await keys.rig.authorities({ fault: 'unreachable' })
    expect((await keys.call(key, 'PATCH', edit)).status).toBe(200)
    expect((await keys.call(key, 'GET')).json).toMatchObject(edit)
  })
})

describe('an edit of the IP ACL too', () => {
  it('changes the record, and asks the authority', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    const { calls } = await askedFor(key)
    const edited = await keys.call(key, 'PATCH', { ...ALL, ip_acl: ['10.0.0.0/8'] })
    expect(edited.json).toMatchObject({ ...ALL, version: 2, enforcement_state: 'done' })
    expect((await askedFor(key)).calls).toBe(calls + 1)
    expect(await recordOf(key)).toMatchObject([{ revision: 2, enforcedRevision: 2 }])
    expect((await keys.use(key)).json).toMatchObject({ code: 'ip_denied' })
  })

  it('is pending until its authority knows, and so is an edit of the name that follows', async () => {
    const key = await keys.newKey()
    await keys.use(key)
    await keys.rig.authorities({ fault: 'unreachable' })
    const rename = () => keys.call(key, 'PATCH', { application_name: 'Renamed' })
    expect((await keys.call(key, 'PATCH', { ip_acl: ['10.0.0.0/8'] })).status).toBe(503)
    for (const answer of [await rename(), await keys.call(key, 'PATCH', {})]) {
      expect(answer.json).toMatchObject({ code: 'enforcement_pending' })
    }
    const shown = await keys.call(key, 'GET')
    expect(shown.json).toMatchObject({ version: 3, enforcement_state: 'pending' })

    await keys.rig.authorities({ fault: 'none' })
    expect((await rename()).json).toMatchObject({ version: 3, enforcement_state: 'done' })
    expect((await keys.use(key)).json).toMatchObject({ code: 'ip_denied' })
  })
})
