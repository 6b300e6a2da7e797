// The shortest histories in which the mutants of reviewed-mutants.ts show, and which hold without them.

import {
  authority,
  backUp,
  edit,
  goingOn,
  heal,
  keepUsing,
  pass,
  pause,
  remove,
  restore,
  rotate,
  sameWith,
  type Script,
  settle,
  suspend,
  useAt,
  useFirstToken,
  useMuch,
  useOften,
  useOnce,
} from './script-steps.ts'

export const REVIEWED_SCRIPTS: Readonly<Record<string, Script>> = {
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
  'a record replaces a change that it does not come from': {
    steps: [
      useMuch,
      backUp,
      suspend,
      restore,
      authority('fra', 'unreachable'),
      edit('home', 'fra'),
      edit('office', 'fra'),
      heal,
      edit('anyone'),
      useOnce,
    ],
  },
  'a row that was compared with a change does not note it': {
    steps: [useMuch, backUp, edit('home'), restore, edit('office')],
    rule: 'pending',
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
