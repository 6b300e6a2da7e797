// What the tests of single faults begin with: a ground, and for each test an account and two keys of it
// that are in KV. Nobody has used them.

import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest'
import type { HttpAnswer } from '../../harness/http.ts'
import { answerVisibly } from './answers.ts'
import { type Clients, createClients } from './clients.ts'
import { createFixtures, type Fixtures, type TestAccount, type TestKey } from './fixtures.ts'
import { type Ground, type GroundOptions, type Location, LOCATIONS, startGround } from './ground.ts'
import type { Change } from './registers.ts'
import type { Acl, Status, Verdict } from './verdict.ts'

type Outcome = Change['outcome']

export interface Scene {
  readonly ground: Ground
  readonly fixtures: Fixtures
  readonly clients: Clients
  readonly owner: TestAccount
  readonly key: TestKey
  readonly other: TestKey
  /** A request of the office with a key, at each location. */
  readonly everywhere: (key: TestKey, from?: 'office' | 'home') => Promise<Verdict[]>
  /** One request of the office to a location. */
  readonly send: (
    at: Location,
    key: TestKey,
    headers?: Record<string, string>,
    method?: string,
  ) => Promise<HttpAnswer>
  readonly edit: (acl: Acl, at?: Location, key?: TestKey) => Promise<Outcome | undefined>
  /** A PATCH of the key by its owner. */
  readonly patch: (body: object, key?: TestKey) => Promise<HttpAnswer>
  readonly setStatus: (status: Status) => Promise<Outcome | undefined>
  readonly remove: (key: TestKey) => Promise<Outcome | undefined>
  /** A new key, with its lookup id. */
  readonly create: (at?: Location) => Promise<TestKey>
  readonly operator: (method: string, path: string, body: object) => Promise<HttpAnswer>
  /** All that the operator's reconciliation finds. */
  readonly reconcile: (repair: boolean | 'as_database') => Promise<Record<string, unknown>[]>
  /** What the database says of the key. */
  readonly row: (key: TestKey) => Promise<Record<string, unknown>>
}

/** Registers what comes before and after the tests of a file. The scene is good within a test. */
export function openScene(options: Omit<GroundOptions, 'bundleDir'> = {}): Scene {
  const scene = {} as { -readonly [Member in keyof Scene]: Scene[Member] }

  beforeAll(async () => {
    scene.ground = await startGround({ bundleDir: inject('bundleDir'), speed: 2, ...options })
    scene.fixtures = await createFixtures(scene.ground.secrets, scene.ground.nowMs)
  })
  afterAll(() => scene.ground.stop())

  beforeEach(async () => {
    const { ground, fixtures } = scene
    scene.clients = createClients(ground)
    answerVisibly(ground.upstream)
    scene.owner = await fixtures.insertAccount(ground.db())
    scene.key = await fixtures.insertKey(ground.db(), scene.owner.id, [], true)
    scene.other = await fixtures.insertKey(ground.db(), scene.owner.id, [], true)
    const keys = [scene.key, scene.other]
    const seed = Object.fromEntries(keys.map(({ lookupId, record }) => [lookupId, record]))
    await ground.command({ clear: true, seed })
  })
  afterEach(async () => {
    const { ground, fixtures, owner } = scene
    await ground.setLibsql('none')
    await ground.command({ heal: true })
    ground.upstream.reset()
    await fixtures.retire(ground.db(), [owner.id])
  })

  const outcome = async (act: Promise<void>) => {
    await act
    return scene.clients.changes.at(-1)?.outcome
  }
  scene.everywhere = async (key, from = 'office') => {
    const uses = LOCATIONS.map((at) => scene.clients.use('key', key, from, 'GET', at))
    return (await Promise.all(uses)).map(({ verdict }) => verdict)
  }
  scene.send = (at, key, headers = {}, method = 'GET') =>
    scene.ground.send(at, '/customer', {
      method,
      headers: { 'X-API-Key': key.token, 'CF-Connecting-IP': '192.0.2.7', ...headers },
    })
  scene.edit = (acl, at = 'ams', key = scene.key) =>
    outcome(scene.clients.edit('key', key, scene.owner, acl, at))
  scene.patch = (body, key = scene.key) =>
    call('PATCH', `/keys/${key.id}`, { Cookie: scene.owner.cookie }, body)
  scene.setStatus = (status) => outcome(scene.clients.setStatus('a', scene.owner, status, 'fra'))
  scene.remove = (key) => outcome(scene.clients.remove('key', key, scene.owner, 'ams'))
  scene.create = async (at = 'ams') => {
    const made = await scene.clients.create(scene.owner, 'anyone', 'never', at)
    if (made === null) throw new Error('No key was made')
    return { ...made, lookupId: String((await scene.row(made))['lookup_id']) }
  }
  scene.operator = (method, path, body) =>
    call(
      method,
      `/operator${path}`,
      { Authorization: `Bearer ${scene.ground.secrets.OPERATOR_TOKEN}` },
      body,
    )
  scene.reconcile = async (repair) => {
    const found: Record<string, unknown>[] = []
    let cursor: unknown
    do {
      const body = { repair, ...(cursor !== undefined && { cursor }) }
      const page = await scene.operator('POST', '/reconcile', body)
      if (page.status !== 200) throw new Error(`${page.status} ${page.text}`)
      found.push(...(page.json['drift'] as Record<string, unknown>[]))
      cursor = page.json['next_cursor'] ?? undefined
    } while (cursor !== undefined)
    return found
  }
  scene.row = async ({ id }) => {
    const { rows } = await scene.ground.db().run(`select * from api_keys where id = '${id}'`)
    return { ...rows[0] }
  }

  async function call(
    method: string,
    path: string,
    headers: Record<string, string>,
    json: object,
  ): Promise<HttpAnswer> {
    const body = JSON.stringify(json)
    const length = String(Buffer.byteLength(body))
    return await scene.ground.send('ams', `/admin/api/v1${path}`, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': length },
      body,
    })
  }
  return scene
}

/**
 * A reader of libSQL who is slow, two changes of the key meanwhile, the last one to `home`, and an object
 * that has lost its storage when what was read before them reaches it.
 */
export async function loseStorageUnderASlowReader({
  ground,
  key,
  send,
  edit,
}: Scene): Promise<void> {
  const until = async (call: string) => {
    for (;;) {
      const { inFlight } = await ground.command({})
      if (inFlight.includes(call)) return
    }
  }
  await ground.command({ clear: true }) // the reader has to ask the authority, and libSQL
  await ground.command({ at: 'fra', libsql: 'slow' })
  const early = send('fra', key)
  await until('libSQL from fra')
  await ground.command({ at: 'fra', authority: 'held' }) // what it has read waits on its way
  await until('seed from fra')
  for (const acl of ['office', 'home'] as const) {
    if ((await edit(acl)) !== 'done') throw new Error('The change was not made')
  }
  await send('ams', key)
  await ground.command({ lose: key.lookupId })
  await ground.command({ heal: true })
  await early
}
