// Keys that were made after the backup which the database came back from: nobody finds them in it, and
// a suspension must stop them all the same.

import { describe, expect, it } from 'vitest'
import type { TestKey } from './fixtures.ts'
import { type Location, LOCATIONS } from './ground.ts'
import { openScene } from './scene.ts'

const scene = openScene()
const all = (verdict: string) => [verdict, verdict, verdict]
const [ALLOWED, INACTIVE, REVOKED] = [all('allowed'), all('account_inactive'), all('key_revoked')]

/** A key in use everywhere, and a database that does not know it. */
async function lostKey(at: Location = 'ams'): Promise<TestKey> {
  await scene.ground.backUp()
  const made = await scene.create(at)
  expect(await scene.everywhere(made)).toEqual(ALLOWED)
  await scene.ground.restore()
  expect(await scene.everywhere(made)).toEqual(ALLOWED)
  return made
}

const isPending = async () => {
  const { rows } = await scene.ground
    .db()
    .run(`select status_pending from accounts where id = '${scene.owner.id}'`)
  return rows[0]?.['status_pending'] === 1
}

describe('a suspension', () => {
  it('stops a key that the database has lost', async () => {
    const made = await lostKey()
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    expect(await isPending()).toBe(false)
  })

  it('stops several, made at different locations', async () => {
    await scene.ground.backUp()
    const made: TestKey[] = []
    for (const at of LOCATIONS) made.push(await scene.create(at))
    for (const key of made) expect(await scene.everywhere(key)).toEqual(ALLOWED)
    await scene.ground.restore()
    expect(await scene.setStatus('suspended')).toBe('done')
    for (const key of made) expect(await scene.everywhere(key)).toEqual(INACTIVE)
  })

  it('is not undone for such a key by the end of it: nobody can see or delete the key', async () => {
    const made = await lostKey()
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
  })

  it('leaves the key alive for the right backup, and stopped until the operator says so', async () => {
    const { ground } = scene
    await ground.backUp()
    const made = await scene.create()
    expect(await scene.everywhere(made)).toEqual(ALLOWED)
    const row = await scene.row(made)
    await ground.restore()
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.setStatus('active')).toBe('done')
    const values = Object.values(row).map((value) =>
      typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
    )
    await ground
      .db()
      .run(`insert into api_keys (${Object.keys(row).join()}) values (${values.join()})`)
    expect((await scene.patch({ ip_acl: ['192.0.2.0/24'] }, made)).status).toBe(503)
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(ALLOWED)
  })

  it('is not answered before that is true, and goes through by itself', async () => {
    const made = await lostKey()
    await scene.ground.command({ at: 'fra', authority: 'unreachable' })
    expect(await scene.setStatus('suspended')).toBe('recorded')
    expect(await isPending()).toBe(true)
    await scene.ground.command({ heal: true })
    await scene.ground.runCron('ams')
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
    expect(await isPending()).toBe(false)
  })

  it('may be repeated', async () => {
    const made = await lostKey()
    await scene.ground.command({ at: 'fra', authority: 'unreachable' })
    expect(await scene.setStatus('suspended')).toBe('recorded')
    await scene.ground.command({ heal: true })
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
  })

  it('reaches a key of an account without any other', async () => {
    const { owner, key, other } = scene
    await scene.remove(key)
    await scene.remove(other)
    const made = await lostKey()
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
    expect(owner.id).toBe(made.accountId)
  })

  it('lets a deleted key be deleted', async () => {
    await scene.ground.backUp()
    const made = await scene.create()
    await scene.everywhere(made)
    expect(await scene.remove(made)).toBe('done')
    await scene.ground.restore()
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(REVOKED)
  })
})

describe('a key that could not be registered with its account', () => {
  it('is made all the same, and the cron makes good for it before it is published', async () => {
    const { ground } = scene
    await ground.backUp()
    await ground.command({ at: 'ams', authority: 'unreachable' })
    const made = await scene.create()
    await ground.command({ heal: true })
    expect(await scene.everywhere(made)).toEqual(ALLOWED)
    await ground.runCron('sin')
    await ground.restore()
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
  })

  it('from before accounts knew their keys, is noted by the doctor and by an edit', async () => {
    const { ground, key, other } = scene
    expect(await scene.everywhere(key)).toEqual(ALLOWED)
    expect(await scene.everywhere(other)).toEqual(ALLOWED)
    await scene.reconcile(true)
    await ground.db().run(`delete from api_keys where id = '${key.id}'`)
    expect((await scene.patch({ platform: 'web' }, other)).status).toBe(200)
    await expect.poll(async () => (await ground.command({})).inFlight).toEqual([])
    await ground.db().run(`delete from api_keys where id = '${other.id}'`)
    expect(await scene.setStatus('suspended')).toBe('done')
    for (const lost of [key, other]) expect(await scene.everywhere(lost)).toEqual(INACTIVE)
  })
})
