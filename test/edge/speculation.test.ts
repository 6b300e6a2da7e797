// What reaches the upstream although it is refused: a GET or HEAD right after a change, and nothing else.

import { describe, expect, it } from 'vitest'
import { encodeKeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'
import { openScene } from './scene.ts'
import { ending, refuseLateKv } from './speculations.ts'

const scene = openScene()

const IN_A_ROW = 40
const FEW = 5

/** A key that no database knows any more, nor its authority, while KV says yes. */
async function forgottenKey() {
  const { ground } = scene
  await ground.backUp()
  const made = await scene.create()
  const record = { kind: 'live', revision: 1, keyId: made.id, accountId: made.accountId } as const
  const state = {
    accountStatus: 'active',
    ipAcl: [],
    ipAclMode: 'enforce',
    ...UNRESTRICTED,
  } as const
  await ground.command({ seed: { [made.lookupId]: encodeKeyRecord({ ...record, ...state }) } })
  return made
}

describe('a key that the database has lost before anybody used it', () => {
  it.each(['GET', 'HEAD'])(
    'is refused, and its %ss do not reach the upstream for ever',
    async (method) => {
      const made = await forgottenKey()
      await scene.ground.restore()
      const statuses: number[] = []
      for (let i = 0; i < IN_A_ROW; i++) {
        statuses.push((await scene.send('fra', made, {}, method)).status)
      }
      expect(statuses).toEqual(statuses.map(() => 401))
      expect(scene.ground.upstream.received.length).toBeLessThan(FEW)
    },
  )

  it('asks nobody for a second, and does not read libSQL for each request', async () => {
    const made = await forgottenKey()
    await scene.ground.restore()
    await scene.send('fra', made)
    await scene.ground.setLibsql('closed')
    const { checks } = await scene.ground.command({})
    expect((await scene.send('fra', made)).json).toMatchObject({ code: 'key_revoked' })
    expect((await scene.ground.command({})).checks).toBe(checks)
  })

  it('works within seconds once the right backup is there', async () => {
    const { ground } = scene
    const made = await forgottenKey()
    const { rows } = await ground.db().run(`select * from api_keys where id = '${made.id}'`)
    await ground.restore()
    expect((await scene.send('fra', made)).status).toBe(401)
    const [row] = rows
    const columns = Object.keys(row ?? {})
    const values = Object.values(row ?? {}).map((value) =>
      typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
    )
    await ground.db().run(`insert into api_keys (${columns.join()}) values (${values.join()})`)
    await expect
      .poll(async () => (await scene.send('fra', made)).status, { timeout: 5_000 })
      .toBe(200)
    expect(ground.upstream.received.at(-1)?.headers['x-portal-key']).toBe(made.id)
  })
})

describe('a deleted key, at a location that has yet to hear of it', () => {
  it.each([
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'x-http-method-override',
    'X_HTTP_METHOD_OVERRIDE',
    'X.Http_Method-Override',
    'X-Original-Method',
  ])('sends on no request that stands for another method: %s', async (name) => {
    const { ground, key } = scene
    await scene.everywhere(key)
    expect(await scene.remove(key)).toBe('done')
    ground.upstream.reset()
    await ground.command({ at: 'fra', authority: 'slow' })
    for (const method of ['GET', 'HEAD']) {
      expect((await scene.send('fra', key, { [name]: 'DELETE' }, method)).status).toBe(401)
    }
    expect(ground.upstream.received).toEqual([])
  })

  it('sends on a GET as such, as the contract has it', async () => {
    const { ground, key } = scene
    await scene.everywhere(key)
    expect(await scene.remove(key)).toBe('done')
    ground.upstream.reset()
    await ground.command({ at: 'fra', authority: 'slow' })
    expect((await scene.send('fra', key)).status).toBe(401)
    expect(ground.upstream.received).toHaveLength(1)
  })
})

describe('a GET that a change of a key that nobody has used refuses', () => {
  it('is not sent on by a record in KV that comes after the answer of the authority', async () => {
    await refuseLateKv(scene)
    expect(scene.ground.upstream.received).toEqual([])
  })

  it('ends when the authority has answered, and not when libSQL has', async () => {
    const { isEnded, release } = await ending(scene)
    await expect.poll(isEnded).toBe(true)
    expect((await scene.ground.command({})).inFlight).toContain('libSQL from fra')
    await release()
  })
})

it('a request that stands for another method is forwarded once it may be', async () => {
  const answer = await scene.send('fra', scene.key, { 'X-HTTP-Method-Override': 'DELETE' })
  expect(answer.status).toBe(200)
  expect(scene.ground.upstream.received.map(({ method }) => method)).toEqual(['GET'])
})
