// Requests of one location that share their questions to a key's authority.

import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { Verdict } from './checker.ts'
import { answerVisibly, toVerdict } from './answers.ts'
import { type Clients, createClients } from './clients.ts'
import { createFixtures, type Fixtures, type TestAccount, type TestKey } from './fixtures.ts'
import { type Ground, startGround } from './ground.ts'
import { patchOnce } from './patch-bundle.ts'

const POLL_MS = 5
/** Half as long on the real clock: time for a test to act between two questions. */
const SPACING_MS = 3_000

/** Where the request that is to ask for others has said that it will. */
const LEADER = /deps\.later\((\w+)\.then\(noop, noop\)\);\s+return (\w+);/
const ENDS_ONCE = 'if (!globalThis.ended) { globalThis.ended = true; return "current"; } return $2;'

const VARIANTS = {
  product: (bundle: string) => bundle,
  'and was kept alive': (bundle: string) =>
    patchOnce(bundle, LEADER, `deps.later($1.then(noop, noop)); ${ENDS_ONCE}`),
  'and nothing kept it alive': (bundle: string) => patchOnce(bundle, LEADER, ENDS_ONCE),
}

let ground: Ground
let fixtures: Fixtures
let clients: Clients
let owner: TestAccount
let key: TestKey

async function start(variant: keyof typeof VARIANTS): Promise<void> {
  const spacing = `least: ${SPACING_MS}, longest: ${SPACING_MS}`
  ground = await startGround({
    bundleDir: inject('bundleDir'),
    speed: 2,
    patch: (bundle) => VARIANTS[variant](patchOnce(bundle, /least: 1, longest: 100/, spacing)),
  })
  fixtures = await createFixtures(ground.secrets)
}

/** Makes a key that location ams knows and has just asked about. */
async function useKey(): Promise<void> {
  clients = createClients(ground)
  answerVisibly(ground.upstream)
  owner = await fixtures.insertAccount(ground.db())
  key = await fixtures.insertKey(ground.db(), owner.id, [], true)
  await ground.command({ clear: true, seed: { [key.lookupId]: key.record } })
  for (let i = 0; i < 2; i++) expect((await use('used')).verdict).toBe('allowed')
  ground.upstream.received.length = 0
}

async function use(id: string) {
  const headers = { 'X-API-Key': key.token, 'X-Request-Id': id }
  const answer = await ground.send('ams', '/customer', { headers })
  return { verdict: toVerdict(answer, 'GET') }
}

/** Resolves once the upstream has seen the request: so it waits for the authority alone. */
async function sentOn(id: string): Promise<void> {
  const isThere = () => ground.upstream.received.some((one) => one.headers['x-request-id'] === id)
  while (!isThere()) await setTimeout(POLL_MS)
}

/** Several that wait for the same question, in the order in which they came. */
async function startWaiting(...ids: string[]) {
  const waiting = []
  for (const id of ids) {
    waiting.push(use(id))
    await sentOn(id)
  }
  return waiting
}

async function verdictsOf(uses: ReturnType<typeof use>[]): Promise<Verdict[]> {
  return (await Promise.all(uses)).map(({ verdict }) => verdict)
}

describe('requests at once', () => {
  beforeAll(() => start('product'))
  afterAll(() => ground.stop())
  beforeEach(useKey)

  it('ask once for many', async () => {
    const before = await ground.command({})
    const verdicts = await verdictsOf(Array.from({ length: 20 }, (_, i) => use(`use-${i}`)))
    expect(new Set(verdicts)).toEqual(new Set(['allowed']))
    expect((await ground.command({})).checks - before.checks).toBeLessThanOrEqual(2)
  })

  it('are judged by what was changed while they waited', async () => {
    const waiting = await startWaiting('first', 'second', 'third')
    await clients.remove('key', key, owner, 'fra')
    expect(clients.changes.at(-1)?.outcome).toBe('done')
    expect(await verdictsOf(waiting)).toEqual(['key_revoked', 'key_revoked', 'key_revoked'])
  })
})

describe.each(['and was kept alive', 'and nothing kept it alive'] as const)(
  'where the request that is to ask for others has ended %s',
  (variant) => {
    beforeAll(() => start(variant))
    afterAll(() => ground.stop())
    beforeEach(useKey)

    it('they have one answer, and are judged by what was changed while they waited', async () => {
      const before = await ground.command({})
      const [, ...waiting] = await startWaiting('asking', 'second', 'third')
      await clients.remove('key', key, owner, 'fra')
      expect(await verdictsOf(waiting)).toEqual(['key_revoked', 'key_revoked'])
      expect((await ground.command({})).checks - before.checks).toBe(1)
    })
  },
)
