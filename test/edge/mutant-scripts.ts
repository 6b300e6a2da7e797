// The shortest histories in which each mutant shows, and which hold without it.

import type { Violation } from './checker.ts'
import type { Location } from './ground.ts'
import type { History, Made, Step } from './history.ts'
import type { AuthorityCalls, AuthorityFault } from './sim/faults.ts'

/** The ground on which they run: leases long enough that a busy machine uses them. */
export const TIME = { speed: 2, leaseRealMs: 500 }

const made = (at: Location = 'ams'): Made => ({ at, goesOn: false, diesAfter: null, isTried: true })
const goingOn = { goesOn: true, isTried: false }
/** Often enough that each location gets a lease. */
const useMuch: Step = { do: 'use everywhere', key: 'k1', from: 'office', times: 3 }
const useOnce: Step = { do: 'use everywhere', key: 'k1', from: 'office', times: 1 }
const useAt = (at: Location, goesOn = false): Step => {
  return { do: 'use', key: 'k1', from: 'office', method: 'GET', at, goesOn }
}
const useFirstToken = {
  do: 'flood',
  key: 'k1',
  from: 'office',
  locations: ['fra'],
  times: 1,
  goesOn: false,
} as const satisfies Step
const useOften = (at: Location): Step[] => [useAt(at), useAt(at), useAt(at)]
const keepUsing = (at: Location): Step => ({ do: 'keep using', key: 'k1', from: 'office', at })
const remove = { do: 'delete', key: 'k1', ...made() } as const
const edit = (acl: 'anyone' | 'office' | 'home', at?: Location) =>
  ({ do: 'edit', key: 'k1', acl, ...made(at) }) as const
const setEnd = (inSeconds: number) =>
  ({ do: 'set end', key: 'k1', inSeconds, ...made(), isTried: false }) as const
const rotate = (overlapSeconds: number) =>
  ({ do: 'rotate', key: 'k1', overlapSeconds, ...made(), isTried: false }) as const
const pause = { do: 'switch', key: 'k1', to: 'off', ...made() } as const
const suspend = { do: 'set status', account: 'a', status: 'suspended', ...made() } as const
const lose: Step = { do: 'lose authority', key: 'k1' }
const pass = (seconds: number): Step => ({ do: 'pass', seconds })
const authority = (at: Location, fault: AuthorityFault, calls: AuthorityCalls = 'all'): Step => {
  return { do: 'authority', at, fault, calls }
}
const [backUp, restore, heal, settle] = (['back up', 'restore', 'heal', 'settle'] as const).map(
  (name): Step => ({ do: name }),
) as [Step, Step, Step, Step]

export interface Script extends Partial<History> {
  readonly steps: readonly Step[]
  /** What the mutant breaks; `stale` when left out. */
  readonly rule?: Violation['rule']
}

/** `next` runs the same as the others, for a longer or a shorter lease. */
const sameWith = (leaseTerms: number) => {
  return { deploy: { version: 'the same', leaseTerms, objectsHaveLeases: true } } as const
}

export const SCRIPTS: Readonly<Record<string, Script>> = {
  'a change tells no authority': { steps: [useMuch, remove] },
  'a change is answered before its authority knows': { steps: [useMuch, remove] },
  'an older record replaces a newer one': {
    steps: [
      useMuch,
      authority('fra', 'held', 'changes'),
      edit('home', 'fra'),
      { ...suspend, isTried: false },
      heal,
      settle,
      useOnce,
    ],
  },
  'a later record replaces a tombstone': {
    rule: 'lost',
    steps: [
      useMuch,
      backUp,
      remove,
      restore,
      authority('fra', 'unreachable'),
      edit('home', 'fra'),
      edit('office', 'fra'),
      heal,
      edit('anyone'),
    ],
  },
  'an authority that holds nothing calls a record current': {
    steps: [useMuch, { ...remove, isTried: false }, lose, useOnce],
  },
  'an authority that is behind calls a record current': {
    steps: [useAt('ams'), { do: 'forge', key: 'k1', acl: 'home', ahead: 99 }, useAt('fra')],
    rule: 'wrong',
  },
  'a seed needs no word': {
    published: false,
    steps: [
      authority('fra', 'held', 'seeds'),
      useAt('fra', true),
      { ...edit('office'), isTried: false },
      { ...edit('home'), isTried: false },
      lose,
      heal,
      useAt('sin'),
    ],
  },
  'a row never rises above its authority': {
    steps: [useMuch, backUp, edit('home'), restore, edit('office')],
    rule: 'pending',
  },
  'a lease counts from the receipt': {
    steps: [
      useMuch,
      authority('fra', 'answers slowly', 'questions'),
      keepUsing('fra'),
      pass(1),
      remove,
    ],
  },
  'a lease outlives a step of the clock': {
    steps: [useMuch, { do: 'clock', of: 'fra', fault: 'is set back', seconds: 5 }, remove],
  },
  'an answer is shared with who came after its lease': {
    ...sameWith(0),
    steps: [
      useAt('next'),
      authority('next', 'answers late', 'questions'),
      { do: 'use at once', key: 'k1', from: 'office', at: 'next', goesOn: true },
      remove,
    ],
  },
  'no margin': {
    ...sameWith(1),
    rates: [1.1, 1, 1, 0.9, 1.1, 1, 1],
    steps: [useMuch, remove],
  },
  'no wait after a restart': { steps: [useMuch, { do: 'restart authority', key: 'k1' }, remove] },
  'a lease while a change waits': {
    steps: [useMuch, keepUsing('fra'), keepUsing('sin'), edit('office')],
    rule: 'lease',
  },
  'a change waits for no lease': { steps: [useMuch, remove] },
  'a repeated change does not wait': {
    // The authority has the change by the time it is repeated.
    steps: [useMuch, { ...remove, ...goingOn }, pass(0.3), { do: 'repeat', ...made('fra') }],
  },
  'a repeated change waits for no lease of an instance before': {
    ...sameWith(5),
    steps: [
      useMuch,
      { do: 'deploy objects', haveLeases: false },
      { ...remove, ...goingOn },
      pass(0.5),
      { do: 'deploy objects', haveLeases: true },
      { do: 'repeat', ...made('fra') },
    ],
  },
  'no wait for callers of an older version': {
    deploy: { version: 'without leases', leaseTerms: 0, objectsHaveLeases: true },
    steps: [useMuch, { ...remove, at: 'next' }],
  },
  'no wait for objects of an older version': {
    ...sameWith(0),
    steps: [useMuch, { do: 'deploy objects', haveLeases: false }, remove],
  },
  'an end never comes': { steps: [setEnd(70), useMuch, pass(71), useOnce], rule: 'time' },
  'an end is judged by the time of the first use': {
    steps: [setEnd(70), useMuch, pass(71), useOnce],
    rule: 'time',
  },
  'an end is judged by the clock of an authority': {
    steps: [
      setEnd(70),
      { do: 'clock', of: 'fra', fault: 'is set back', seconds: 60 },
      pass(71),
      useMuch,
    ],
    rule: 'time',
  },
  'an old token outlives its end': {
    steps: [rotate(70), useMuch, pass(71), useOnce],
    rule: 'time',
  },
  'an edit reaches the current token alone': {
    steps: [rotate(300), useMuch, edit('home')],
  },
  'a deletion reaches the current token alone': { steps: [rotate(300), useMuch, remove] },
  'a suspension reaches the current token alone': { steps: [rotate(300), useMuch, suspend] },
  'a rotation that was taken back leaves the new token': {
    steps: [rotate(300), useMuch, { do: 'end rotation', key: 'k1', keep: 'old', ...made() }],
  },
  'a leaked key is enabled by an edit': {
    steps: [useMuch, { do: 'report leak', key: 'k1', ...made() }, { ...pause, to: 'on' }],
  },
  'a paused key is let in': { steps: [useMuch, pause] },
  'a refusal asks nobody': {
    acls: ['home', 'anyone', 'anyone'],
    steps: [useMuch, edit('anyone')],
  },
  // The first edit's record reaches KV after the second one's.
  'any put empties the outbox': {
    steps: [
      { do: 'kv', at: 'ams', fault: 'held' },
      { ...edit('home'), isTried: false },
      { ...edit('office', 'fra'), isTried: false },
      settle,
      pass(2),
      { do: 'cron', at: 'fra' },
      pass(2),
      heal,
      settle,
    ],
    rule: 'drift',
  },
  'a header of an early answer leaks': { steps: [useMuch, remove], rule: 'leak' },

  // reviewed-mutants.ts
  'the note of a lease ends with that lease': {
    steps: [useMuch, pass(1.5), useMuch, { do: 'restart authority', key: 'k1' }, remove],
  },
  'a longer lease is not noted': {
    ...sameWith(5),
    steps: [...useOften('ams'), useMuch, { do: 'restart authority', key: 'k1' }, remove],
  },
  'a shorter lease hides a longer one': {
    ...sameWith(5),
    steps: [...useOften('next'), ...useOften('ams'), remove],
  },
  'a second change waits only for leases on what the first has set': {
    steps: [useMuch, { ...edit('office'), ...goingOn }, pass(0.3), { ...remove, at: 'fra' }],
  },
  'an authority believes its own clock alone': {
    steps: [useMuch, { do: 'clock', of: 'k1', fault: 'is set ahead', seconds: 5 }, remove],
  },
  'a lease is granted after the report was read': {
    steps: [
      useAt('fra'),
      authority('fra', 'slow reports', 'questions'),
      keepUsing('fra'),
      pass(0.2),
      { ...remove, isTried: false },
      pass(1),
    ],
  },
  'a record of the same number replaces the one that is held': {
    steps: [
      useMuch,
      backUp,
      authority('fra', 'held', 'changes'),
      edit('home', 'fra'),
      restore,
      { ...edit('office'), isTried: false },
      heal,
      settle,
      useOnce,
    ],
  },
  'an authority that holds a newer record says that it holds the older one': {
    steps: [useMuch, backUp, edit('home'), restore, edit('office')],
  },
  'a lease that was declined is used': {
    ...sameWith(3),
    steps: [
      useMuch,
      { ...edit('office'), ...goingOn },
      pass(2),
      useAt('next'),
      pass(0.1),
      { ...remove, at: 'sin' },
    ],
  },
  'a renewal that is lost prolongs the lease': {
    ...sameWith(3),
    steps: [
      useMuch,
      authority('next', 'unreachable', 'questions'),
      pass(2),
      useAt('next'),
      { ...remove, at: 'ams' },
    ],
  },
  'a change waits for the leases of the newest token alone': {
    steps: [rotate(300), useFirstToken, useFirstToken, remove],
  },
  'a change is marked as enforced before it has settled': { steps: [useMuch, remove] },
  'a row of the number that its authority holds is not raised': {
    steps: [useMuch, backUp, edit('home'), restore, edit('office')],
    rule: 'pending',
  },
  'a change takes back what a pending one has decided': {
    steps: [
      useMuch,
      backUp,
      edit('office'),
      edit('home'),
      restore,
      authority('fra', 'unreachable'),
      edit('office', 'fra'),
      heal,
      pause,
    ],
    rule: 'lost',
  },
}
