// The ground can see: a worker that forgets one of the rules about copies and restores is found by what
// the tests beside this one do.

import { describe, expect, it } from 'vitest'
import { patchOnce } from './patch-bundle.ts'
import { loseStorageUnderASlowReader, openScene } from './scene.ts'

/** Each rule is broken by itself: none of these acts needs two of them. */
const scene = openScene({
  patch(bundle) {
    const byNumber = patchOnce(
      bundle,
      /\w+ === null \? revision === head\.revision : \w+ === this\.tagOf\(head\)/,
      'revision === head.revision',
    )
    const anyWord = patchOnce(byNumber, / \|\| word === this\.word\) return/, ' || true) return')
    const open = patchOnce(anyWord, /OPENINGS\.filter\(\(respect\) => opens\[respect\]\)/, '[]')
    const forgetful = patchOnce(
      open,
      /if \(found === null\) return keepAbsence\(/,
      'if (found === null) return ((...args) => ({ ok: true, value: { kind: "tombstone", revision: 0, keyId: "", tag: "" } }))(',
    )
    const empty = patchOnce(forgetful, /!sent\.gone && sent\.revision === 0/, '!sent.gone')
    return patchOnce(empty, /name\.includes\("method"\)/, 'false')
  },
})
const all = (verdict: string) => [verdict, verdict, verdict]

describe('a worker is seen', () => {
  it('to take a number for an identity', async () => {
    const { ground, key } = scene
    await scene.send('ams', key)
    // A restored database gives the revision again, to another record.
    const fenced = '["198.51.100.0/24"]'
    await ground.db().run(`update api_keys set ip_acl = '${fenced}' where id = '${key.id}'`)
    await ground.command({ clear: true, lose: key.lookupId })
    expect((await scene.send('fra', key)).json).toMatchObject({ code: 'ip_denied' })
    expect((await scene.send('ams', key)).status).toBe(200)
  })

  it('to keep what a slow reader brings', async () => {
    await loseStorageUnderASlowReader(scene)
    // A location without a copy: one with a newer copy would ask libSQL.
    expect((await scene.send('sin', scene.key)).status).toBe(200)
  })

  it('to let in by the doctor, or by an edit, what was closed', async () => {
    const { ground, key, other } = scene
    for (const one of [key, other]) await scene.everywhere(one)
    await ground.backUp()
    expect(await scene.setStatus('suspended')).toBe('done')
    await ground.restore()
    await ground.command({ passSeconds: 600 })
    expect((await scene.patch({ ip_acl: ['192.0.2.0/24'] })).status).toBe(200)
    expect(await scene.everywhere(key)).toEqual(all('allowed'))
    expect(await scene.everywhere(other)).toEqual(all('account_inactive'))
    await scene.reconcile(true)
    expect(await scene.everywhere(other)).toEqual(all('allowed'))
  })

  it('to keep no change of a key that nobody has used', async () => {
    const { ground, key } = scene
    await ground.backUp()
    expect(await scene.edit('home')).toBe('done')
    await ground.restore()
    expect(await scene.everywhere(key)).toEqual(all('allowed'))
  })

  it('to forget that there is no row', async () => {
    const { ground, key } = scene
    await ground.db().run(`delete from api_keys where id = '${key.id}'`)
    await ground.command({ at: 'fra', authority: 'slow' }) // KV answers first
    for (let i = 0; i < 10; i++) await scene.send('fra', key)
    expect(ground.upstream.received).toHaveLength(10)
  })

  it('to send on what stands for another method', async () => {
    const { ground, key } = scene
    await scene.everywhere(key)
    expect(await scene.remove(key)).toBe('done')
    ground.upstream.reset()
    await ground.command({ at: 'fra', authority: 'slow' })
    const headers = { 'X-HTTP-Method-Override': 'DELETE' }
    expect((await scene.send('fra', key, headers)).status).toBe(401)
    expect(ground.upstream.received).toHaveLength(1)
  })
})
