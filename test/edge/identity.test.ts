// A copy is what it says, not the number that it bears: KV can be written by others, a restored database
// counts anew, and two versions of the worker write the same revision in two forms.

import { describe, expect, it } from 'vitest'
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from '../../src/keys/key-record.ts'
import { NEXT_VERSION } from './ground.ts'
import { loseStorageUnderASlowReader, openScene } from './scene.ts'

const scene = openScene()
const ALLOWED = ['allowed', 'allowed', 'allowed']
const DENIED = ['ip_denied', 'ip_denied', 'ip_denied']

/** Puts a value into KV under the key's name, where no location has met the key. */
async function putInKv(text: string) {
  await scene.ground.command({ clear: true, seed: { [scene.key.lookupId]: text } })
}

function altered(record: string, changes: object): string {
  return encodeKeyRecord({ ...decodeKeyRecord(record), ...changes } as KeyRecord)
}

describe('a copy in KV that was altered under the revision that the authority knows', () => {
  it('lends nobody another account, and gets past no ACL', async () => {
    const victim = await scene.fixtures.insertAccount(scene.ground.db())
    await scene.everywhere(scene.other)
    expect(await scene.edit('home')).toBe('done')
    const forged = { revision: 2, accountId: victim.id }
    await scene.everywhere(scene.key)
    await putInKv(altered(scene.key.record, forged))
    await scene.ground.command({ passSeconds: 600 })
    for (const method of ['POST', 'GET']) {
      const answer = await scene.send('sin', scene.key, {}, method)
      expect(answer.json).toMatchObject({ status: 403, code: 'ip_denied' })
    }
    await scene.fixtures.retire(scene.ground.db(), [victim.id])
  })

  it.each([
    ['another account', { accountId: 'acc_0000000000000000000000000000000f' }],
    ['another key', { keyId: 'key_0000000000000000000000000000000f' }],
  ])('is not what the upstream is told: %s', async (_, changes) => {
    await scene.send('ams', scene.key) // the authority knows the key
    await putInKv(altered(scene.key.record, changes))
    const right = { 'x-portal-account': scene.owner.id, 'x-portal-key': scene.key.id }
    const { received } = scene.ground.upstream
    expect((await scene.send('fra', scene.key, {}, 'POST')).status).toBe(200)
    expect(received.at(-1)).toMatchObject({ method: 'POST', headers: right })
    // A GET is sent on before the authority has spoken: then what is shown was asked for anew.
    expect((await scene.send('sin', scene.key)).status).toBe(200)
    expect(received.at(-1)).toMatchObject({ method: 'GET', headers: right })
    // Neither is what the assertion says, which was signed for the altered copy too.
    expect((await scene.send('sin', scene.key, {}, 'POST')).status).toBe(200)
    for (const { headers } of received.slice(-2)) {
      const [, claims = ''] = String(headers['x-portal-assertion']).split('.')
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
        sub: scene.owner.id,
        key: scene.key.id,
      })
    }
  })

  it.each([
    ['suspended', { accountStatus: 'suspended' }],
    ['fenced', { ipAcl: ['198.51.100.0/24'] }],
    ['of a later revision', { revision: 99, ipAcl: ['198.51.100.0/24'] }],
    ['of an earlier revision', { revision: 0, accountStatus: 'suspended' }],
    ['gone', { kind: 'tombstone' }],
    ['gone, of a later revision', { kind: 'tombstone', revision: 99 }],
  ])('turns nobody away: %s', async (_, changes) => {
    await scene.send('ams', scene.key)
    await putInKv(altered(scene.key.record, changes))
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
  })

  it.each([
    ['with spaces', (text: string) => text.replaceAll(',', ' , ')],
    ['in another order', (text: string) => text.replace(/^\{("format":1),(.*)\}$/, '{$2,$1}')],
    ['with a member more', (text: string) => text.replace('{', '{"expires_at":0,')],
    ['that is nothing', () => 'null'],
  ])('costs nothing but a question: one %s', async (_, alter) => {
    await scene.send('ams', scene.key)
    await putInKv(alter(scene.key.record))
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    // It is let go of, so that the next requests need no record of the authority: each location
    // asks once, and may renew its lease once.
    const { checks } = await scene.ground.command({})
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    expect((await scene.ground.command({})).checks).toBeLessThanOrEqual(checks + 2 * 3)
  })

  it('that is the record of another key opens nothing', async () => {
    await scene.send('ams', scene.key)
    expect(await scene.edit('home')).toBe('done')
    await scene.ground.command({ passSeconds: 600 })
    const record = altered(scene.other.record, { revision: 2 })
    await putInKv(record)
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })
})

describe('a revision that comes twice', () => {
  it('is told apart where the database was restored and the object has lost its storage', async () => {
    await scene.ground.backUp()
    expect(await scene.edit('home')).toBe('done')
    expect(await scene.edit('anyone')).toBe('done') // revision 3: anyone
    await scene.ground.command({ passSeconds: 120 })
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    await scene.ground.restore()
    await scene.ground.command({ lose: scene.key.lookupId })
    expect(await scene.edit('office')).toBe('done')
    expect(await scene.edit('home')).toBe('done') // revision 3 again: home alone
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    expect(await scene.everywhere(scene.key, 'home')).toEqual(ALLOWED)
  })

  it('is told apart in a deploy in mid-flight: a record in the next form is no row of this one', async () => {
    await scene.everywhere(scene.key)
    await scene.ground.backUp()
    expect(await scene.edit('office', NEXT_VERSION)).toBe('done') // revision 2, in form 2
    await scene.send(NEXT_VERSION, scene.key)
    await scene.ground.restore()
    expect(await scene.edit('home')).toBe('done') // revision 2 again
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    const next = await scene.send(NEXT_VERSION, scene.key)
    expect(next.json).toMatchObject({ code: 'ip_denied' })
  })
})

it('a slow reader of libSQL brings nothing back to an object that has lost its storage', async () => {
  await loseStorageUnderASlowReader(scene)
  expect(await scene.everywhere(scene.key)).toEqual(DENIED)
})
