// Requests of one location that share their questions to a key's authority.

import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { answerVisibly, toVerdict } from './answers.ts'
import { type Clients, createClients } from './clients.ts'
import { createFixtures, type Fixtures, type TestAccount, type TestKey } from './fixtures.ts'
import { type Ground, startGround } from './ground.ts'
import { patchOnce } from './patch-bundle.ts'

const POLL_MS = 5
/** Half as long on the real clock: time for a test to act between two questions. */
const SPACING_MS = 1_500

let ground: Ground
let fixtures: Fixtures
let clients: Clients
let owner: TestAccount
let key: TestKey

beforeAll(async () => {
  const spacing = `least: ${SPACING_MS}, longest: ${SPACING_MS}`
  ground = await startGround({
    bundleDir: inject('bundleDir'),
    speed: 2,
    patch: (bundle) => patchOnce(bundle, /least: 2, longest: 100/, spacing),
  })
  fixtures = await createFixtures(ground.secrets)
})
afterAll(() => ground.stop())

/** A key that location ams knows and has just asked about. */
beforeEach(async () => {
  clients = createClients(ground)
  answerVisibly(ground.upstream)
  owner = await fixtures.insertAccount(ground.db())
  key = await fixtures.insertKey(ground.db(), owner.id, [], true)
  await ground.command({ clear: true, seed: { [key.lookupId]: key.record } })
  for (let i = 0; i < 2; i++) expect((await use('used')).verdict).toBe('allowed')
  ground.upstream.received.length = 0
})

async function use(id: string, signal?: AbortSignal) {
  const headers = { 'X-API-Key': key.token, 'X-Request-Id': id }
  const answer = await ground.send('ams', '/customer', { headers, ...(signal && { signal }) })
  return { verdict: toVerdict(answer, 'GET') }
}

/** Resolves once the upstream has seen the request: so it waits for the authority alone. */
async function sentOn(id: string): Promise<void> {
  const isThere = () => ground.upstream.received.some((one) => one.headers['x-request-id'] === id)
  while (!isThere()) await setTimeout(POLL_MS)
}

it('ask once for many', async () => {
  const before = await ground.command({})
  const uses = Array.from({ length: 20 }, (_, i) => use(`use-${i}`))
  expect((await Promise.all(uses)).every(({ verdict }) => verdict === 'allowed')).toBe(true)
  const after = await ground.command({})
  expect(after.calls - before.calls).toBeLessThanOrEqual(2)
})

it('are judged by what was changed while they waited', async () => {
  const waiting = Array.from({ length: 3 }, (_, i) => use(`use-${i}`))
  await Promise.all(waiting.map((_, i) => sentOn(`use-${i}`)))
  await clients.remove('key', key, owner, 'fra')
  expect(clients.changes.at(-1)?.outcome).toBe('done')
  for (const { verdict } of await Promise.all(waiting)) expect(verdict).toBe('key_revoked')
})

it('are answered though the client of the one that asks has gone', async () => {
  const client = new AbortController()
  const asking = expect(use('asking', client.signal)).rejects.toThrow()
  await sentOn('asking')
  const waiting = ['second', 'third'].map((id) => use(id))
  await Promise.all([sentOn('second'), sentOn('third')])
  client.abort()
  await asking
  const before = await ground.command({})
  for (const { verdict } of await Promise.all(waiting)) expect(verdict).toBe('allowed')
  const after = await ground.command({})
  expect(after.calls - before.calls).toBe(1)
})
