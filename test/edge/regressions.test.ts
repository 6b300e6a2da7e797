// Histories that the ground has found to fail once.

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { check } from './checker.ts'
import { createFixtures, type Fixtures } from './fixtures.ts'
import { type Ground, startGround } from './ground.ts'
import type { Location } from './ground.ts'
import { type History, plainHistory, type Step } from './history.ts'
import { runHistory } from './run-history.ts'

let ground: Ground
let fixtures: Fixtures

beforeAll(async () => {
  ground = await startGround({ bundleDir: inject('bundleDir') })
  fixtures = await createFixtures(ground.secrets, ground.nowMs)
})
afterAll(() => ground.stop())

const made = (at: Location) => ({ at, goesOn: false, diesAfter: null, isTried: false })
const edit = (acl: 'anyone' | 'home' | 'office', at: Location): Step => {
  return { do: 'edit', key: 'k1', acl, ...made(at) }
}
const pause = (at: Location): Step => ({ do: 'switch', key: 'k1', to: 'off', ...made(at) })
const remove = (at: Location): Extract<Step, { do: 'delete' }> => ({
  do: 'delete',
  key: 'k1',
  ...made(at),
})
const useEverywhere: Step = { do: 'use everywhere', key: 'k1', from: 'office', times: 1 }
/** Often enough that each location gets a lease. */
const useMuch: Step = { do: 'use everywhere', key: 'k1', from: 'office', times: 3 }
/** Leases that take longer than the steps until the next change. */
const LONGER_AT_NEXT: Partial<History> = {
  deploy: { version: 'the same', leaseTerms: 8, objectsHaveLeases: true },
}
const flood: Step = {
  do: 'flood',
  key: 'k1',
  from: 'office',
  locations: ['ams', 'fra', 'sin'],
  times: 4,
  goesOn: false,
}
const isCutOff: Step = { do: 'authority', at: 'fra', fault: 'unreachable', calls: 'all' }

it.each<[string, readonly Step[], Partial<History>?]>([
  [
    'a change that KV was told of, by a late writer, before the authority was',
    [
      edit('home', 'ams'),
      edit('anyone', 'ams'), // its write is refused by KV, a second too early, and made again later
      useEverywhere,
      isCutOff,
      remove('fra'),
      { do: 'settle' },
      remove('sin'),
      useEverywhere,
    ],
  ],
  [
    'a suspension while a deletion is pending',
    [
      useEverywhere,
      isCutOff,
      remove('fra'),
      { do: 'set status', account: 'a', status: 'suspended', ...made('sin') },
      { do: 'use', key: 'k1', from: 'office', method: 'POST', at: 'sin', goesOn: false },
      useEverywhere,
    ],
  ],
  [
    'an edit after a restore that changes no row, while its authority cannot be reached',
    [
      edit('home', 'ams'),
      { do: 'back up' },
      edit('office', 'ams'),
      { do: 'restore' },
      isCutOff,
      edit('home', 'fra'), // what stands already, so only the authority has to be told
      { do: 'set status', account: 'a', status: 'suspended', ...made('sin') },
    ],
  ],
  [
    'an edit of what stands already, after a restore, while another takes back what was lost',
    [
      edit('office', 'ams'),
      { do: 'back up' },
      edit('home', 'ams'),
      { do: 'restore' },
      { do: 'authority', at: 'sin', fault: 'slow', calls: 'changes' },
      { do: 'edit', key: 'k1', acl: 'office', ...made('sin'), goesOn: true }, // on its way to the authority
      { do: 'switch', key: 'k1', to: 'on', ...made('ams') }, // takes back the other ACL first
    ],
  ],
  [
    'an edit of what stands already, after a restore, that is overtaken by a suspension and answers 503',
    [
      { do: 'back up' },
      edit('office', 'sin'),
      { do: 'restore' },
      { do: 'authority', at: 'fra', fault: 'late', calls: 'changes' },
      { do: 'edit', key: 'k1', acl: 'anyone', ...made('fra'), goesOn: true },
      { do: 'set status', account: 'a', status: 'suspended', ...made('sin') },
    ],
  ],
  [
    'an edit of what stands already, after a restore, while another edit is pending',
    [
      useEverywhere,
      pause('ams'),
      { do: 'back up' },
      edit('home', 'ams'),
      { do: 'restore' },
      { do: 'authority', at: 'sin', fault: 'unreachable', calls: 'all' },
      edit('office', 'sin'), // recorded, and its authority holds what the database has lost
      pause('ams'), // must not bring back what the authority holds in place of the other edit
    ],
  ],
  [
    'a change by objects that were rolled back to no leases, while a location has longer ones than its caller',
    [useMuch, { do: 'deploy objects', haveLeases: false }, remove('ams'), useEverywhere],
    LONGER_AT_NEXT,
  ],
  [
    'a change by objects that were rolled back to no leases, which is repeated when they have leases again',
    [
      useMuch,
      { do: 'deploy objects', haveLeases: false },
      { ...remove('ams'), goesOn: true },
      { do: 'pass', seconds: 1 },
      { do: 'deploy objects', haveLeases: true },
      { do: 'repeat', ...made('fra') },
      useEverywhere,
    ],
    LONGER_AT_NEXT,
  ],
  [
    'a change that reaches its authority when that has lost a later one, of a key that nobody has used',
    [
      { do: 'authority', at: 'fra', fault: 'held', calls: 'changes' },
      edit('home', 'fra'),
      edit('office', 'ams'),
      { do: 'lose authority', key: 'k1' },
      { do: 'heal' },
      { do: 'settle' },
      useEverywhere,
    ],
  ],
  [
    'a rotation by a location whose clock is behind, which must not begin the window of a limit anew',
    [
      flood,
      { do: 'clock', of: 'ams', fault: 'is set back', seconds: 20 },
      { do: 'rotate', key: 'k1', overlapSeconds: 300, ...made('ams') },
      flood,
    ],
    { limits: ['10/60', 'none', 'none'] },
  ],
])('%s', async (_, steps, parts) => {
  const history = plainHistory({ steps, ...parts })
  expect(check(await runHistory(ground, fixtures, history))).toEqual([])
})
