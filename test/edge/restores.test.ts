// A database that came back from a backup has lost changes that were answered as enforced. What they have
// closed stays closed, until somebody who may opens it anew.

import { describe, expect, it } from 'vitest'
import { PASSWORD } from './fixtures.ts'
import { openScene } from './scene.ts'

const scene = openScene()
const all = (verdict: string) => [verdict, verdict, verdict]
const [ALLOWED, DENIED] = [all('allowed'), all('ip_denied')]
const [INACTIVE, REVOKED] = [all('account_inactive'), all('key_revoked')]

/** Lets a change be made and forgotten: both keys were in use before. */
async function forget(change: () => Promise<unknown>) {
  await scene.everywhere(scene.key)
  await scene.everywhere(scene.other)
  await scene.ground.backUp()
  expect(await change()).toBe('done')
  await scene.ground.restore()
}

/** What it finds of the key and its authority, long after. KV follows by itself. */
async function reconcileLater(repair: boolean | 'as_database') {
  await scene.ground.command({ passSeconds: 600 })
  await scene.ground.db().run('update api_keys set revised_at = 1')
  return (await scene.reconcile(repair)).filter(
    ({ key_id: id, store }) => id === scene.key.id && store !== 'kv',
  )
}

const ahead = (database: object, authority: object, repaired: boolean) => {
  const open = {
    account_status: 'active',
    ip_acl_size: 0,
    ip_acl_mode: 'enforce',
    enabled: true,
    expires_at: null,
    rate_limit: null,
    account_rate_limit: null,
    ends_at: null,
  }
  return {
    key_id: scene.key.id,
    kind: 'authority_ahead',
    store: 'authority',
    database: { ...open, ...database },
    authority: { ...open, ...authority },
    repaired,
  }
}

describe('a change of a key that nobody has used', () => {
  it.each([
    ['a suspension', () => scene.setStatus('suspended'), INACTIVE],
    ['an ACL', () => scene.edit('home'), DENIED],
    ['a deletion', () => scene.remove(scene.key), REVOKED],
  ])('is not forgotten either: %s', async (_, change, verdicts) => {
    await scene.ground.backUp()
    expect(await change()).toBe('done')
    await scene.ground.restore()
    expect(await scene.everywhere(scene.key)).toEqual(verdicts)
    await scene.ground.command({ passSeconds: 600 })
    expect(await scene.everywhere(scene.key)).toEqual(verdicts)
  })

  it('is not forgotten though its authority starts again under a reader of libSQL', async () => {
    await scene.ground.command({ clear: true })
    await scene.ground.backUp()
    expect(await scene.edit('home')).toBe('done')
    await scene.ground.restore()
    await scene.ground.command({ at: 'fra', authority: 'held', calls: 'seeds' })
    const reader = scene.send('fra', scene.key)
    await expect
      .poll(async () => (await scene.ground.command({})).inFlight)
      .toContain('seed from fra')
    await scene.ground.command({ restart: scene.key.lookupId })
    await scene.ground.command({ heal: true })
    expect((await reader).json).toMatchObject({ code: 'ip_denied' })
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })

  it('is shown by the doctor before anybody uses it, and taken back', async () => {
    await scene.ground.backUp()
    expect(await scene.edit('home')).toBe('done')
    await scene.ground.restore()
    const found = ahead({}, { ip_acl_size: 1 }, false)
    expect(await reconcileLater(false)).toEqual([found])
    expect(await reconcileLater(true)).toContainEqual({ ...found, repaired: true })
    expect(await reconcileLater(false)).toEqual([])
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })

  it('keeps the key alive though the database has lost the key too', async () => {
    await scene.ground.backUp()
    const made = await scene.create()
    expect(await scene.edit('office', 'ams', made)).toBe('done')
    await scene.ground.restore()
    expect(await scene.everywhere(made)).toEqual(ALLOWED)
    expect(await scene.everywhere(made, 'home')).toEqual(DENIED)
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(made)).toEqual(INACTIVE)
  })
})

describe('a suspension that the database has lost', () => {
  it('is shown by the doctor, and undone by it only as the database has it, asked for by name', async () => {
    await forget(() => scene.setStatus('suspended'))
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    const found = ahead({}, { account_status: 'suspended' }, false)
    expect(await reconcileLater(false)).toEqual([found])
    expect(await reconcileLater(true)).toEqual([found])
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    expect(await reconcileLater('as_database')).toContainEqual({ ...found, repaired: true })
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    expect(await reconcileLater(false)).toEqual([])
  })

  it.each([
    ['of the name, which tells no authority', { application_name: 'Another' }, 200],
    ['of the ACL', { ip_acl: ['192.0.2.0/24'] }, 503],
    ['of nothing', {}, 200],
  ])('is not undone by an edit %s', async (_, body, status) => {
    await forget(() => scene.setStatus('suspended'))
    expect((await scene.patch(body)).status).toBe(status)
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    await scene.ground.runCron('ams')
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    expect(await scene.remove(scene.key)).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(REVOKED)
  })

  it('is not undone by edits that pass its number', async () => {
    await forget(() => scene.setStatus('suspended'))
    for (const network of ['192.0.2.0/24', '192.0.0.0/16', '192.0.0.0/8']) {
      expect((await scene.patch({ ip_acl: [network] })).status).toBe(503)
    }
    await scene.ground.runCron('ams')
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    const found = ahead({ ip_acl_size: 1 }, { account_status: 'suspended' }, false)
    expect(await reconcileLater(true)).toEqual([found])
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    expect(await scene.row(scene.key)).toMatchObject({ ip_acl: '["192.0.0.0/8"]' })
    expect(await reconcileLater(false)).toEqual([])
  })

  it('is not undone by edits of an outage that pass its number, nor by a reader of libSQL', async () => {
    await scene.ground.backUp()
    expect(await scene.setStatus('suspended')).toBe('done') // nobody has used the keys
    await scene.ground.restore()
    await scene.ground.command({ at: 'ams', authority: 'unreachable' })
    for (const network of ['192.0.2.0/24', '192.0.0.0/16']) {
      expect((await scene.patch({ ip_acl: [network] })).status).toBe(503)
    }
    expect((await scene.send('fra', scene.key)).json).toMatchObject({ code: 'account_inactive' })
    await scene.ground.command({ heal: true })
    await scene.ground.runCron('ams')
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
  })

  it('is not undone by an edit under which the old token of a rotation ends', async () => {
    const { ground, key } = scene
    const rotation = async (method: string, query: string, body: object) => {
      const json = JSON.stringify(body)
      return await ground.send('fra', `/admin/api/v1/keys/${key.id}/rotation${query}`, {
        method,
        headers: {
          Cookie: scene.owner.cookie,
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(json)),
        },
        body: json,
      })
    }
    const rotated = await rotation('POST', '', { password: PASSWORD, overlap_seconds: 3_600 })
    expect(rotated.status).toBe(201)
    const renewed = { ...key, token: String(rotated.json['access_token']) }
    await scene.everywhere(renewed)
    await forget(() => scene.setStatus('suspended'))
    await ground.command({ at: 'ams', authority: 'answers slowly', calls: 'changes' })
    const edited = scene.patch({ ip_acl: ['192.0.2.0/24'] })
    await expect.poll(async () => (await scene.row(key))['revision']).toBe(3)
    expect((await rotation('DELETE', '?keep=new', { password: PASSWORD })).status).toBe(503)
    expect((await edited).status).toBe(503)
    expect(await scene.everywhere(renewed)).toEqual(INACTIVE)
    await ground.command({ heal: true })
    await ground.runCron('ams')
    expect(await scene.everywhere(renewed)).toEqual(INACTIVE)
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(renewed)).toEqual(ALLOWED)
  })

  it('is made again, or lifted, by the operator', async () => {
    await forget(() => scene.setStatus('suspended'))
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await reconcileLater(false)).toEqual([])
    expect(await scene.everywhere(scene.key)).toEqual(INACTIVE)
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
  })

  it('is lifted by an operator who asks for what the database says already', async () => {
    await forget(() => scene.setStatus('suspended'))
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
  })
})

describe('an ACL whose tightening the database has lost', () => {
  const tighten = () => scene.edit('home')

  it('is taken back from the authority by the doctor', async () => {
    await forget(tighten)
    const found = ahead({}, { ip_acl_size: 1 }, false)
    expect(await reconcileLater(false)).toEqual([found])
    expect(await reconcileLater(true)).toContainEqual({ ...found, repaired: true })
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    expect(await scene.everywhere(scene.key, 'home')).toEqual(ALLOWED)
    expect((await scene.row(scene.key))['ip_acl']).toBe('["2001:db8::/64"]')
    expect(await reconcileLater(false)).toEqual([])
  })

  it('is opened as the database has it, where that is asked for by name', async () => {
    await forget(tighten)
    expect(await reconcileLater('as_database')).toContainEqual(ahead({}, { ip_acl_size: 1 }, true))
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
  })

  it.each([
    ['of the name', { application_name: 'Another' }],
    ['of nothing', {}],
  ])('stays through an edit %s, which tells no authority', async (_, body) => {
    await forget(tighten)
    expect((await scene.patch(body)).status).toBe(200)
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    const found = ahead({}, { ip_acl_size: 1 }, true)
    expect(await reconcileLater(true)).toContainEqual(found)
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })

  it('is taken back by an edit of the mode, and the audit says by whom', async () => {
    await forget(tighten)
    const answer = await scene.patch({ ip_acl_mode: 'enforce' })
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ ip_acl: ['2001:db8::/64'], enforcement_state: 'done' })
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    const events = await scene.ground
      .db()
      .run(`select action from audit_events where key_id = '${scene.key.id}' and actor = 'gateway'`)
    expect(events.rows).toHaveLength(1)
  })

  it('is what its owner says, who says it anew', async () => {
    await forget(tighten)
    expect(await scene.edit('office')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    expect(await scene.everywhere(scene.key, 'home')).toEqual(DENIED)
  })

  it('stays, though the account is suspended and comes back', async () => {
    await forget(tighten)
    expect(await scene.setStatus('suspended')).toBe('done')
    expect(await scene.everywhere(scene.key, 'home')).toEqual(INACTIVE)
    expect(await scene.setStatus('active')).toBe('done')
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    expect(await scene.everywhere(scene.key, 'home')).toEqual(ALLOWED)
  })

  it('is not forgotten by an edit that was recorded in an outage', async () => {
    expect((await scene.patch({ ip_acl_mode: 'report' })).status).toBe(200)
    await forget(async () => {
      const body = { ip_acl: ['2001:db8::/64'], ip_acl_mode: 'enforce' }
      const { status } = await scene.patch(body)
      return status === 200 ? 'done' : status
    })
    await scene.ground.command({ authority: 'unreachable' })
    expect((await scene.patch({ ip_acl_mode: 'enforce' })).status).toBe(503)
    await scene.ground.command({ heal: true })
    await scene.ground.runCron('ams')
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })
})

describe('edits of which none has reached an authority', () => {
  it('hold in the end, the last one as it is, though it opens what the one before has closed', async () => {
    await scene.everywhere(scene.key)
    await scene.ground.command({ authority: 'unreachable' })
    expect((await scene.patch({ ip_acl: ['2001:db8::/64'] })).status).toBe(503)
    await scene.ground.command({ heal: true })
    expect((await scene.patch({ ip_acl: ['192.0.2.0/24'] })).status).toBe(200)
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    await scene.ground.command({ authority: 'unreachable' })
    for (const network of ['2001:db8::/64', '192.0.0.0/16']) {
      expect((await scene.patch({ ip_acl: [network] })).status).toBe(503)
    }
    await scene.ground.command({ heal: true })
    await scene.ground.runCron('ams')
    expect(await scene.row(scene.key)).toMatchObject({ revision: 5, enforced_revision: 5 })
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
  })
})

describe('other changes that the database has lost', () => {
  it('keep the mode that enforces, for an edit of something else', async () => {
    expect((await scene.patch({ ip_acl: ['198.51.100.0/24'], ip_acl_mode: 'report' })).status).toBe(
      200,
    )
    await forget(async () => {
      const { status } = await scene.patch({ ip_acl_mode: 'enforce' })
      return status === 200 ? 'done' : status
    })
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
    expect((await scene.patch({ ip_acl: ['198.51.100.0/24'] })).json).toMatchObject({
      ip_acl_mode: 'enforce',
    })
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })

  it('of an ACL that was opened are undone: the database lets in fewer', async () => {
    expect(await scene.edit('home')).toBe('done')
    await forget(() => scene.edit('anyone'))
    expect(await scene.everywhere(scene.key)).toEqual(ALLOWED)
    expect(await reconcileLater(true)).toContainEqual(ahead({ ip_acl_size: 1 }, {}, true))
    expect(await scene.everywhere(scene.key)).toEqual(DENIED)
  })

  it('of a key that was deleted stay', async () => {
    await forget(() => scene.remove(scene.key))
    expect(await scene.everywhere(scene.key)).toEqual(REVOKED)
    expect((await scene.patch({ ip_acl: [] })).status).toBe(404)
    expect(await reconcileLater('as_database')).toEqual([])
    expect(await scene.everywhere(scene.key)).toEqual(REVOKED)
  })
})
