// Moves about what comes late or is lost: questions, answers, changes, seeds, reports, and all that an object holds.

import { changeInUse } from './draw-moves.ts'
import {
  ACLS,
  at,
  changeOf,
  EARLY_KEY_NAMES,
  elsewhere,
  keepUsing,
  key,
  made,
  type Move,
  untried,
  use,
  useAtOnce,
  useMuch,
  useOnce,
} from './draw-steps.ts'
import type { KeyName, Step } from './history.ts'
import type { AuthorityFault } from './sim/faults.ts'

/** A question whose answer comes when the key has been changed, or nearly. */
export const lateAnswer: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault: AuthorityFault = dice.pick(['answers slowly', 'answers late', 'forgetful'])
  return [
    ...(dice.chance(50) ? [useMuch(frame, name)] : []),
    { do: 'authority', at: where, fault, calls: 'questions' },
    dice.chance(50) ? useAtOnce(frame, name, where) : keepUsing(frame, name, where),
    ...(dice.chance(50) ? [use(frame, name, where, true)] : []),
    // The second question may get a lease.
    ...(dice.chance(60) ? [{ do: 'pass', seconds: dice.pick([0.3, 0.6]) } as const] : []),
    changeOf(frame, name, made(frame, elsewhere(frame, where))),
  ]
}

/** More requests than may ask, after a change of which their location does not know. */
export const crowdAfterChange: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault: AuthorityFault = dice.pick(['slow', 'answers slowly', 'answers late'])
  return [
    useMuch(frame, name),
    changeOf(frame, name, untried(frame, elsewhere(frame, where))),
    { do: 'authority', at: where, fault, calls: 'questions' },
    useAtOnce(frame, name, where),
  ]
}

/** Renewals that are lost, and a change. */
export const lostRenewal: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault: AuthorityFault = dice.pick(['unreachable', 'mute', 'reset', 'held'])
  return [
    useMuch(frame, name),
    { do: 'authority', at: where, fault, calls: 'questions' },
    { do: 'pass', seconds: 0.3 },
    useOnce(frame, name),
    changeOf(frame, name, made(frame, elsewhere(frame, where))),
  ]
}

/** A change that reaches the authority after one that was made later. */
export const lateChange: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const fault: AuthorityFault = dice.pick(['held', 'held', 'late'])
  return [
    ...(dice.chance(70) ? [useMuch(frame, name)] : []),
    { do: 'authority', at: where, fault, calls: 'changes' },
    changeOf(frame, name, untried(frame, where)),
    changeOf(frame, name, untried(frame, elsewhere(frame, where))),
    ...(dice.chance(80) ? [{ do: 'heal' } as const, { do: 'settle' } as const] : []),
    useMuch(frame, name),
  ]
}

/** As `lateChange`, when the authority has lost the later one, and no location has met it. */
export const lateChangeAfterLoss: Move = (frame) => {
  const { dice, focus: name, loses } = frame
  if (loses === 'database') return lateChange(frame)
  const where = at(frame)
  const first = { ...made(frame, where), goesOn: false, diesAfter: null }
  const later = { ...first, at: elsewhere(frame, where), isTried: false }
  const acl = dice.pick(ACLS)
  const other = dice.pick(ACLS.filter((one) => one !== acl))
  return [
    { do: 'authority', at: where, fault: 'held', calls: 'changes' },
    { do: 'edit', key: name, acl, ...first },
    dice.chance(60)
      ? { do: 'edit', key: name, acl: other, ...later }
      : changeOf(frame, name, later),
    lose(name),
    { do: 'heal' },
    { do: 'settle' },
    { ...use(frame, name, where, false), from: 'office' },
    { ...use(frame, name, where, false), from: 'home' },
    useMuch(frame, name),
  ]
}

/** A reader of libSQL who is held up before it seeds the authority, while the key is changed. */
export const slowReader: Move = (frame) => {
  const { dice, loses } = frame
  const name = dice.pick(EARLY_KEY_NAMES) // best one that nobody has used
  const where = at(frame)
  const faults: readonly AuthorityFault[] = ['held', 'held', 'late', 'slow']
  const change = () => changeOf(frame, name, untried(frame, elsewhere(frame, where)))
  return [
    ...(dice.chance(50) && loses === 'authorities' ? [lose(name)] : []),
    { do: 'authority', at: where, fault: dice.pick(faults), calls: 'seeds' },
    use(frame, name, where, true),
    { do: 'pass', seconds: 0.1 }, // so that it has read libSQL
    change(),
    ...(dice.chance(30) ? [change()] : []),
    ...(dice.chance(70) && loses === 'authorities' ? [lose(name)] : []),
    ...(dice.chance(60) ? [{ do: 'restart worker', at: elsewhere(frame, where) } as const] : []),
    ...(dice.chance(80) ? [{ do: 'heal' } as const, { do: 'settle' } as const] : []),
    useMuch(frame, name),
  ]
}

/** An object loses a change of which no location knows. */
export const lostChange: Move = (frame) => {
  const name = key(frame)
  if (frame.loses === 'database') return changeInUse(frame)
  return [
    useMuch(frame, name),
    changeOf(frame, name, untried(frame, at(frame))),
    lose(name),
    useOnce(frame, name),
  ]
}

/** Reports come so slowly that the key is changed, or the instance superseded, under them. */
export const changeUnderReports: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  const where = at(frame)
  const isSuperseded = jumping !== 'authorities' && dice.chance(50)
  return [
    // The first lease of all is the one that no change waits for.
    isSuperseded || dice.chance(30) ? useMuch(frame, name) : use(frame, name, where, false),
    { do: 'authority', at: where, fault: 'slow reports', calls: 'questions' },
    keepUsing(frame, name, where),
    ...(isSuperseded
      ? [useAtOnce(frame, name, where), { do: 'supersede authority', key: name } as const]
      : [{ do: 'pass', seconds: 0.1 } as const]),
    changeOf(frame, name, made(frame, elsewhere(frame, where))),
  ]
}

function lose(name: KeyName): Step {
  return { do: 'lose authority', key: name }
}
