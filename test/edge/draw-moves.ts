// The moves of which histories are made: a few steps that belong together. Moves about two tokens of a key are in
// draw-token-moves.ts, those about what comes late or is lost in draw-late-moves.ts.

import {
  ACLS,
  at,
  authorityFault,
  changeOf,
  EARLY_KEY_NAMES,
  elsewhere,
  type Frame,
  key,
  made,
  type Move,
  rollout,
  use,
  useAtOnce,
  useMuch,
  useOnce,
} from './draw-steps.ts'
import type { ClockFault, Step } from './history.ts'
import type { Acl } from './verdict.ts'

/** A change while leases on what was before run. */
export const changeInUse: Move = (frame) => {
  const name = key(frame)
  return [useMuch(frame, name), changeOf(frame, name)]
}

/** The authority's instance ends between its grants and a change. */
export const changeAfterRestart: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  if (jumping === 'authorities') return changeInUse(frame)
  const ends = dice.chance(70) ? 'restart authority' : 'supersede authority'
  return [
    useMuch(frame, name),
    // The note of the first lease is older than the lease that counts.
    ...(dice.chance(40)
      ? [{ do: 'pass', seconds: dice.pick([0.8, 1.5]) } as const, useMuch(frame, name)]
      : []),
    { do: ends, key: name },
    changeOf(frame, name),
  ]
}

/** The objects get another version between a grant and a change, and another one before it is made again. */
export const changeBetweenRollouts: Move = (frame) => {
  const { dice, rollouts } = frame
  if (rollouts.length === 0) return changeAfterRestart(frame)
  const name = key(frame)
  const first = changeOf(frame, name, { ...made(frame), goesOn: true, diesAfter: null })
  const goesBack = rollouts.includes('without leases') && dice.chance(60)
  return [
    ...(goesBack ? [rollout('with leases')] : []),
    useMuch(frame, name),
    rollout(goesBack ? 'without leases' : dice.pick(rollouts)),
    first,
    { do: 'pass', seconds: dice.pick([0.2, 0.5]) }, // so that it has reached the authority
    rollout(goesBack ? 'with leases' : dice.pick(rollouts)),
    { do: 'repeat', ...made(frame, elsewhere(frame, first.at)), isTried: true },
  ]
}

/** A change that is still waiting when it is made again, when another follows, or when the cron comes. */
export const changeTwice: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const first = changeOf(frame, name, { ...made(frame), goesOn: true })
  const second = made(frame, elsewhere(frame, first.at))
  return [
    ...(dice.chance(80) ? [useMuch(frame, name)] : []),
    first,
    // The first one has then reached the authority, and waits.
    ...(dice.chance(60) ? [{ do: 'pass', seconds: dice.pick([0.2, 0.4]) } as const] : []),
    ...(dice.chance(30) ? [useOnce(frame, name)] : []),
    dice.weighted<Step>([
      [6, { do: 'repeat', ...second, goesOn: false, isTried: true }],
      [3, changeOf(frame, name, second)],
      [1, { do: 'cron', at: second.at }],
    ]),
  ]
}

/** A store that fails, and somebody who needs it at once. */
export const faultInUse: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  return [
    authorityFault(frame, where),
    dice.weighted<() => Step>([
      [2, () => use(frame, name, where, true)],
      [1, () => useAtOnce(frame, name, where)],
      [2, () => changeOf(frame, name, made(frame, where))],
    ])(),
  ]
}

/** A clock that jumps or stands still while leases run, and a change. */
export const changeByAWrongClock: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  if (jumping === 'none') return changeInUse(frame)
  const fault = dice.pick<ClockFault>(['stands', 'goes on', 'is set back', 'is set ahead'])
  const moves = fault === 'is set back' || fault === 'is set ahead'
  return [
    useMuch(frame, name),
    {
      do: 'clock',
      of: jumping === 'locations' ? at(frame) : name,
      fault,
      seconds: moves ? dice.pick([0.2, 0.5, 1, 5, 20]) : 0,
    },
    ...(dice.chance(40) ? [useMuch(frame, name)] : []),
    changeOf(frame, name),
  ]
}

/** An end that comes while the key is in use. Somebody may move it away in the last moment. */
export const endInUse: Move = (frame) => {
  const { dice, jumping } = frame
  const name = key(frame)
  const how = { ...made(frame), goesOn: false, diesAfter: null, isTried: false }
  return [
    { do: 'set end', key: name, inSeconds: dice.pick([61, 62, 64]), ...how },
    ...(jumping === 'locations' && dice.chance(60) ? [turnedFar(frame)] : []),
    { do: 'pass', seconds: 60 },
    useMuch(frame, name),
    ...(dice.chance(30) ? [changeOf(frame, name)] : []),
    { do: 'pass', seconds: dice.pick([1, 2]) },
    useMuch(frame, name),
  ]
}

/** A clock that shows a wrong time, so that it makes a difference which clock tells that an end has come. */
function turnedFar(frame: Frame): Step {
  const fault = frame.dice.pick<ClockFault>(['is set back', 'is set ahead'])
  return { do: 'clock', of: at(frame), fault, seconds: frame.dice.pick([5, 20]) }
}

/** A record of another writer in KV, where a location reads it that has none, and the authority has one. */
export const forge: Move = (frame) => {
  const { dice } = frame
  const name = dice.pick(EARLY_KEY_NAMES) // best one that no other location has read in KV
  const where = at(frame)
  const what = dice.pick<Acl | 'gone'>([...ACLS, 'gone'])
  return [
    use(frame, name, where, false),
    ...(dice.chance(40) ? [{ do: 'pass', seconds: 61 } as const] : []), // KV's caches have it no more
    { do: 'forge', key: name, acl: what, ahead: dice.pick([-1, 0, 1, 99, 99]) },
    ...(dice.chance(70) ? [{ do: 'restart worker', at: elsewhere(frame, where) } as const] : []),
    useOnce(frame, name),
  ]
}

/** Changes of one key in a row, of which the authority may hear only at the end. */
export const changesInARow: Move = (frame) => {
  const { dice } = frame
  const name = key(frame)
  const where = at(frame)
  const isCutOff = dice.chance(40)
  return [
    ...(isCutOff
      ? [{ do: 'authority', at: where, fault: 'unreachable', calls: 'all' } as const]
      : []),
    ...Array.from({ length: dice.number(2, 4) }, () =>
      changeOf(frame, name, made(frame, isCutOff ? where : at(frame))),
    ),
    ...(isCutOff ? [{ do: 'heal' } as const] : []),
    changeOf(frame, name),
  ]
}
