// What happens when: each row of the table in docs/design/consistency.md, seen from three locations.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { answerVisibly } from './answers.ts'
import { type Clients, createClients } from './clients.ts'
import { createFixtures, type Fixtures, type TestAccount, type TestKey } from './fixtures.ts'
import { type Ground, type Location, LOCATIONS, NEXT_VERSION, startGround } from './ground.ts'
import type { Change } from './registers.ts'
import type { Verdict } from './verdict.ts'

let ground: Ground
let fixtures: Fixtures
let clients: Clients
let owner: TestAccount
/** Used at every location before, so that copies and its authority know it. */
let used: TestKey
/** In KV and libSQL, and never used. */
let unused: TestKey

beforeAll(async () => {
  ground = await startGround({
    bundleDir: inject('bundleDir'),
    speed: 2,
    variables: { UPSTREAM_TIMEOUT_MS: '6000' },
  })
  fixtures = await createFixtures(ground.secrets, ground.nowMs)
})
afterAll(() => ground.stop())

beforeEach(async () => {
  clients = createClients(ground)
  answerVisibly(ground.upstream)
  owner = await fixtures.insertAccount(ground.db())
  used = await fixtures.insertKey(ground.db(), owner.id, [], true)
  unused = await fixtures.insertKey(ground.db(), owner.id, [], true)
  const seed = { [used.lookupId]: used.record, [unused.lookupId]: unused.record }
  await ground.command({ clear: true, seed })
  expect(await everywhere(used)).toEqual(all('allowed'))
})
afterEach(async () => {
  await heal()
  ground.upstream.reset()
  await fixtures.retire(ground.db(), [owner.id])
})

async function everywhere(key: TestKey, method: 'GET' | 'POST' = 'GET'): Promise<Verdict[]> {
  const uses = LOCATIONS.map((at) => clients.use('key', key, 'office', method, at))
  return (await Promise.all(uses)).map(({ verdict }) => verdict)
}

function all(verdict: Verdict): Verdict[] {
  return LOCATIONS.map(() => verdict)
}

async function outcomeOf(act: Promise<void>): Promise<Change['outcome'] | undefined> {
  await act
  return clients.changes.at(-1)?.outcome
}

const remove = (key: TestKey, at: Location = 'ams') => {
  return outcomeOf(clients.remove('key', key, owner, at))
}

async function heal(): Promise<void> {
  await ground.setLibsql('none')
  await ground.command({ heal: true })
}

/** A key that is gone stays gone, whatever else fails, where a location has met it. */
async function goneKey(): Promise<TestKey> {
  const gone = await fixtures.insertKey(ground.db(), owner.id, [], true)
  expect(await remove(gone)).toBe('done')
  expect(await everywhere(gone)).toEqual(all('key_revoked'))
  return gone
}

describe.each(['throws', 'hangs', 'slow'] as const)('KV: %s', (kv) => {
  it('stops neither requests nor changes', async () => {
    await ground.command({ kv })
    expect(await everywhere(used)).toEqual(all('allowed'))
    expect(await everywhere(unused)).toEqual(all('allowed'))
    expect(await remove(used)).toBe('done')
    expect(await everywhere(used)).toEqual(all('key_revoked'))
  })
})

describe.each(['closed', 'hanging'] as const)('libSQL: %s', (libsql) => {
  it('lets keys in use work, knows no others, and takes no changes', async () => {
    const gone = await goneKey()
    await ground.setLibsql(libsql)
    expect(await everywhere(used)).toEqual(all('allowed'))
    expect(await everywhere(gone)).toEqual(all('key_revoked'))
    expect(await everywhere(unused)).toEqual(all('unavailable'))
    expect(await remove(used)).toBe('unknown')
    expect(await everywhere(used)).toEqual(all('allowed'))

    await heal()
    expect(await remove(used)).toBe('done')
    expect(await everywhere(used)).toEqual(all('key_revoked'))
    expect(await everywhere(unused)).toEqual(all('allowed'))
  })
})

describe.each(['unreachable', 'overloaded', 'mute', 'reset'] as const)(
  'authorities: %s',
  (authority) => {
    it('leave it open who may come in, but for who may not; changes wait', async () => {
      const gone = await goneKey()
      ground.upstream.reset()
      answerVisibly(ground.upstream)
      await ground.command({ authority })
      expect(await everywhere(used, 'POST')).toEqual(all('unavailable'))
      expect(await everywhere(unused, 'POST')).toEqual(all('unavailable'))
      expect(ground.upstream.received).toEqual([])
      expect(await everywhere(used)).toEqual(all('unavailable'))
      expect(await everywhere(gone)).toEqual(all('key_revoked'))
      expect(await remove(used)).toBe('recorded')

      await heal()
      await ground.runCron('fra')
      expect(await everywhere(used)).toEqual(all('key_revoked'))
      expect(await everywhere(unused)).toEqual(all('allowed'))
    })
  },
)

describe('one location that cannot reach the authorities', () => {
  it('fails alone', async () => {
    await ground.command({ at: 'sin', authority: 'unreachable' })
    expect(await everywhere(used)).toEqual(['allowed', 'allowed', 'unavailable'])
    expect(await remove(used, 'sin')).toBe('recorded')
    expect(await remove(used, 'fra')).toBe('done')
    await ground.command({ heal: true })
    expect(await everywhere(used)).toEqual(all('key_revoked'))
  })
})

describe('an upstream', () => {
  it('that is down is 502, and the gateway judges as ever', async () => {
    const gone = await goneKey()
    ground.upstream.answerWith((request) => void request.socket.destroy())
    expect(await everywhere(used)).toEqual(all({ other: '502 upstream_unreachable' }))
    expect(await everywhere(used, 'POST')).toEqual(all({ other: '502 upstream_unreachable' }))
    expect(await everywhere(gone)).toEqual(all('key_revoked'))
  })

  it('that hangs is 504, and delays no refusal', async () => {
    const gone = await goneKey()
    ground.upstream.answerWith(() => undefined)
    expect(await everywhere(used)).toEqual(all({ other: '504 upstream_timeout' }))
    expect(await everywhere(gone)).toEqual(all('key_revoked'))
    expect(await remove(used)).toBe('done')
    expect(await everywhere(used)).toEqual(all('key_revoked'))
  })
})

describe('a deploy in mid-flight', () => {
  it.each([
    [NEXT_VERSION, 'ams'],
    ['ams', NEXT_VERSION],
  ] as const)('carries what is changed at %s to %s', async (here, there) => {
    const judge = async (at: Location) => {
      return (await clients.use('key', used, 'office', 'POST', at)).verdict
    }
    expect(await judge(NEXT_VERSION)).toBe('allowed')
    expect(await outcomeOf(clients.edit('key', used, owner, 'home', here))).toBe('done')
    expect([await judge(there), await judge(here)]).toEqual(['ip_denied', 'ip_denied'])
    expect(await outcomeOf(clients.edit('key', used, owner, 'office', there))).toBe('done')
    expect([await judge(here), await judge(there)]).toEqual(['allowed', 'allowed'])
    expect(await remove(used, here)).toBe('done')
    expect([await judge(there), await judge(here)]).toEqual(['key_revoked', 'key_revoked'])
  })
})

describe('a database that is restored from a backup', () => {
  it('brings no deleted key back, undoes no edit at the edge, and can be mended', async () => {
    await ground.backUp()
    expect(await remove(used)).toBe('done')
    expect(await everywhere(unused)).toEqual(all('allowed'))
    expect(await outcomeOf(clients.edit('key', unused, owner, 'home', 'fra'))).toBe('done')
    await ground.restore()

    expect(await everywhere(used)).toEqual(all('key_revoked'))
    expect(await everywhere(unused)).toEqual(all('ip_denied'))
    await ground.command({ passSeconds: 600 })
    expect(await clients.driftAt('ams', true)).toEqual([])
    expect(await everywhere(used)).toEqual(all('key_revoked'))
    // Mended means that the database has learned again what it had lost.
    expect(await everywhere(unused)).toEqual(all('ip_denied'))
  })
})
