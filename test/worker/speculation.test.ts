// A GET that a cached record lets in is sent on while its authority is asked. Nothing of the upstream's answer is
// shown before the authority has confirmed. The authority is held up until the upstream has been asked.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type KeysInUse, type OwnKey, startKeysInUse } from '../support/keys-in-use.ts'

let keys: KeysInUse

beforeAll(async () => {
  keys = await startKeysInUse({
    variables: { AUTHORITY_TIMEOUT_MS: '10000' },
    gateways: { elsewhere: {}, careful: { SPECULATION: 'off' } },
  })
})
afterAll(() => keys.rig.stop())
afterEach(async () => {
  await keys.rig.authorities({ fault: 'none' })
  keys.rig.upstream.reset()
})

/** A key that a gateway has met, and that was deleted elsewhere since. */
async function deletedKey(at = 'gateway'): Promise<OwnKey> {
  const key = await keys.newKey()
  expect((await keys.use(key, { at })).status).toBe(200)
  expect((await keys.call(key, 'DELETE', undefined, { at: 'elsewhere' })).status).toBe(200)
  keys.rig.upstream.reset()
  return key
}

describe('speculation', () => {
  it('shows nothing of an upstream that answered a refused GET', async () => {
    const { upstream } = keys.rig
    const key = await deletedKey()
    await keys.rig.authorities({ fault: 'held' })
    const answered = new Promise<void>((resolve) => {
      upstream.answerWith((_, response) => {
        response.writeHead(207, { 'X-Upstream': 'here', 'Set-Cookie': 'a=b' })
        response.end('upstream', resolve)
      })
    })
    const used = keys.use(key)
    await answered
    await keys.rig.authorities({ fault: 'none' })
    const answer = await used
    expect(upstream.received).toHaveLength(1)
    expect(answer.status).toBe(401)
    expect(answer.json).toMatchObject({ code: 'key_revoked' })
    expect(answer.headers).not.toHaveProperty('x-upstream')
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.text).not.toContain('upstream')
  })

  it('ends what it asked of an upstream that has not answered a refused GET', async () => {
    const key = await deletedKey()
    await keys.rig.authorities({ fault: 'held' })
    let ended: Promise<void> = Promise.resolve()
    const asked = new Promise<void>((resolve) => {
      keys.rig.upstream.answerWith((_, response) => {
        ended = new Promise((end) => void response.once('close', end))
        resolve()
      })
    })
    const used = keys.use(key)
    await asked
    await keys.rig.authorities({ fault: 'none' })
    expect((await used).json).toMatchObject({ code: 'key_revoked' })
    await ended
    // Who ended it was the gateway, so the upstream is not to blame.
    expect(keys.rig.logs.filter((line) => line.includes('"upstream"'))).toEqual([])
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'is not for %s, which may change something',
    async (method) => {
      expect((await useDeleted('gateway', { method })).json).toMatchObject({ code: 'key_revoked' })
      expect(keys.rig.upstream.received).toHaveLength(0)
    },
  )

  it('is off where SPECULATION says so', async () => {
    expect((await useDeleted('careful', {})).json).toMatchObject({ code: 'key_revoked' })
    expect(keys.rig.upstream.received).toHaveLength(0)
  })

  /** Uses a deleted key. Its authority answers once it has been asked. */
  async function useDeleted(at: string, use: { method?: string }) {
    const key = await deletedKey(at)
    const questions = async () => (await keys.callsOf(key)).filter(({ answered }) => !answered)
    await keys.rig.authorities({ fault: 'held' })
    const used = keys.use(key, { at, ...use })
    await expect.poll(questions).toHaveLength(1)
    await keys.rig.authorities({ fault: 'none' })
    return await used
  }
})
