// The shortest histories in which each mutant shows, and which hold without it.

import { REVIEWED_SCRIPTS } from './reviewed-scripts.ts'
import {
  authority,
  backUp,
  edit,
  goingOn,
  heal,
  keepUsing,
  lose,
  made,
  pass,
  pause,
  remove,
  restore,
  rotate,
  sameWith,
  type Script,
  setEnd,
  settle,
  suspend,
  useAt,
  useMuch,
  useOnce,
} from './script-steps.ts'

const NAMED: Readonly<Record<string, Script>> = {
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
  // The first edit reaches the authority when that has lost the second one.
  'an authority believes the change that finds it empty': {
    steps: [
      authority('fra', 'held', 'changes'),
      { ...edit('home', 'fra'), isTried: false },
      { ...edit('office'), isTried: false },
      lose,
      heal,
      settle,
      useOnce,
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
}

export const SCRIPTS: Readonly<Record<string, Script>> = { ...NAMED, ...REVIEWED_SCRIPTS }
