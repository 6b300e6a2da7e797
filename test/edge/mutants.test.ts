// The ground can see: each way of breaking the protocol is found by a history that is clean without it.

import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Acl, check, type Violation } from './checker.ts'
import { createFixtures, type Fixtures } from './fixtures.ts'
import { type Ground, type GroundOptions, startGround } from './ground.ts'
import type { History, Step } from './history.ts'
import { patchOnce } from './patch-bundle.ts'
import { runHistory } from './run-history.ts'
import type { Mutant } from './sim/world.ts'

const made = { at: 'ams', goesOn: false, diesAfter: null } as const
const useEverywhere: Step = { do: 'use everywhere', key: 'k1', from: 'office' }
const useAtOnce: Step = { do: 'use at once', key: 'k1', from: 'office', at: 'fra', goesOn: false }
const remove: Step = { do: 'delete', key: 'k1', ...made }
const suspend: Step = { do: 'set status', account: 'a', status: 'suspended', ...made }
const loosen: Step = { do: 'edit', key: 'k1', acl: 'anyone', ...made }
const lose: Step = { do: 'lose authority', key: 'k1' }
const heal: Step = { do: 'heal' }
const settle: Step = { do: 'settle' }
/** Answered 503, and brought to the authority when the world is healed. */
const tightenLate: readonly Step[] = [
  { do: 'authority', at: 'fra', fault: 'held' },
  { do: 'edit', key: 'k1', acl: 'home', ...made, at: 'fra' },
]

const deleted = [useEverywhere, remove, useEverywhere]
const deletedAndLost = [useEverywhere, remove, lose, useEverywhere]
const suspendedAfterALateEdit = [
  useEverywhere,
  ...tightenLate,
  suspend,
  heal,
  settle,
  useEverywhere,
]
const deletedUnderLoad = [useEverywhere, useAtOnce, remove, useAtOnce]
const loosened = [useEverywhere, loosen, useEverywhere]
/** The first edit's record reaches KV after the second one's. */
const editedWithALatePut: readonly Step[] = [
  { do: 'kv', at: 'ams', fault: 'held' },
  { do: 'edit', key: 'k1', acl: 'home', ...made },
  { do: 'edit', key: 'k1', acl: 'office', ...made, at: 'fra' },
  settle,
  { do: 'pass', seconds: 2 },
  { do: 'cron', at: 'fra' },
  { do: 'pass', seconds: 2 },
  heal,
  settle,
]

/** A worker to which a put is as good as another, whenever it was made. */
function untimed(bundle: string): string {
  return patchOnce(bundle, />= SETTLED_MS/, '>= 0')
}

async function violationsOn(
  { ground, fixtures }: { ground: Ground; fixtures: Fixtures },
  steps: readonly Step[],
  acl: Acl = 'anyone',
): Promise<Violation[]> {
  const history: History = {
    acls: [acl, 'anyone', 'anyone'],
    published: true,
    propagationSeconds: [600, 600, 600, 600],
    steps,
  }
  return check(await runHistory(ground, fixtures, history))
}

async function start(options: Omit<GroundOptions, 'bundleDir'> = {}) {
  const ground = await startGround({ bundleDir: inject('bundleDir'), speed: 2, ...options })
  return { ground, fixtures: await createFixtures(ground.secrets) }
}

async function violationsOfVariant(
  options: Omit<GroundOptions, 'bundleDir'>,
  steps: readonly Step[],
  acl?: Acl,
): Promise<Violation[]> {
  const variant = await start(options)
  try {
    return await violationsOn(variant, steps, acl)
  } finally {
    await variant.ground.stop()
  }
}

let ours: Awaited<ReturnType<typeof start>>

beforeAll(async () => {
  ours = await start()
})
afterAll(() => ours.ground.stop())
beforeEach(async () => {
  await ours.ground.command({ mutant: 'none' })
})

describe('the protocol as it is', () => {
  it.each([
    ['a deletion', deleted, 'anyone'],
    ['a deletion whose authority loses its storage', deletedAndLost, 'anyone'],
    ['a suspension after an edit that arrives late', suspendedAfterALateEdit, 'anyone'],
    ['a deletion of a key in heavy use', deletedUnderLoad, 'anyone'],
    ['a loosened ACL', loosened, 'home'],
    ['an edit whose record reaches KV too late', editedWithALatePut, 'anyone'],
  ] as const)('holds for %s', async (_, steps, acl) => {
    expect(await violationsOn(ours, steps, acl)).toEqual([])
  })
})

describe('an authority', () => {
  it.each<[Mutant, readonly Step[]]>([
    ['no advance', deleted],
    ['no advance before the answer', deleted],
    ['advance is not monotonic', suspendedAfterALateEdit],
    ['an emptied object says current', deletedAndLost],
  ])('is seen to be broken: %s', async (mutant, steps) => {
    await ours.ground.command({ mutant })
    const violations = await violationsOn(ours, steps)
    expect(violations).toContainEqual(expect.objectContaining({ rule: 'stale' }))
  })
})

describe('a worker', () => {
  it('is seen to believe copies, with CONSISTENCY=bounded, for as long as KV takes', async () => {
    const pass: Step = { do: 'pass', seconds: 300 }
    const variables = { CONSISTENCY: 'bounded' }
    const violations = await violationsOfVariant({ variables }, [...deleted, pass, useEverywhere])
    const late = violations.map(({ rule, seconds = 0, text }) => {
      return { rule, text, longAfter: seconds >= 300 }
    })
    for (const at of ['fra', 'sin']) {
      const text = `GET with k1 at ${at} from the office: allowed, not key_revoked`
      expect(late).toContainEqual({ rule: 'stale', text, longAfter: false })
      expect(late).toContainEqual({ rule: 'stale', text, longAfter: true })
    }
  })

  it('is seen to refuse without asking', async () => {
    const patch = (bundle: string) =>
      patchOnce(bundle, /\n {2}if \(isFinal\(\w+, deps\)\) return err/, '\n  return err')
    const violations = await violationsOfVariant({ patch }, loosened, 'home')
    expect(violations).toContainEqual(
      expect.objectContaining({
        rule: 'stale',
        text: 'GET with k1 at fra from the office: ip_denied, not allowed',
      }),
    )
  })

  it('is seen to answer a request by a question from before it came', async () => {
    const patch = (bundle: string) => {
      const long = patchOnce(bundle, /least: 1, longest: 100/, 'least: 2000, longest: 2000')
      return patchOnce(long, /if \(questions\.next\?\.answer === \w+\) questions\.next = null;/, '')
    }
    const violations = await violationsOfVariant({ patch }, deletedUnderLoad)
    expect(violations).toContainEqual(
      expect.objectContaining({
        rule: 'stale',
        text: 'GET with k1 at fra from the office: allowed, not key_revoked',
      }),
    )
  })

  it.each([
    [
      'the put behind the answer',
      (bundle: string) =>
        patchOnce(untimed(bundle), /=> void await putRecords\(/, '=> void await publish('),
    ],
    ['a put of the cron that follows at once', untimed],
  ])('is seen to let rows leave the outbox by %s', async (_, patch) => {
    const violations = await violationsOfVariant({ patch }, editedWithALatePut)
    expect(violations).toContainEqual(expect.objectContaining({ rule: 'drift' }))
  })

  it('is seen to show a header of what it asked for too early', async () => {
    const speculation =
      /const (\w+) = forwardGranted\((.*)\n([^}]*?)if \(!confirmed\.ok\) return (.*);/
    const leaking = `const $1 = forwardGranted($2\n$3
      if (!confirmed.ok) {
        const refused = $4;
        for (const [name, value] of (await $1).value.headers) refused.headers.append(name, value);
        return refused;
      }`
    const patch = (bundle: string) => patchOnce(bundle, speculation, leaking)
    const violations = await violationsOfVariant({ patch }, deleted)
    expect(violations).toContainEqual(
      expect.objectContaining({
        rule: 'leak',
        text: expect.stringMatching(/key_revoked shows .*header x-upstream-mark/),
      }),
    )
  })
})
