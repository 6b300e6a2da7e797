// What some histories begin with: sequences of events that chance seldom puts together. They need keys that nobody has
// used, or a world that is seldom drawn. They are about a key that the rest of the history is seldom about.

import type { Dice } from './dice.ts'
import {
  ACLS,
  at,
  EARLY_KEY_NAMES,
  elsewhere,
  type Frame,
  made,
  type Move,
  rollout,
  untried,
  use,
  useMuch,
} from './draw-steps.ts'
import type { Location } from './ground.ts'
import type { Changing, Deploy, KeyName, Made, Step } from './history.ts'
import type { Acl } from './verdict.ts'

export interface Opening {
  readonly move: Move
  /** The stores that may lose what they know; any when left out. */
  readonly loses?: Frame['loses']
  /** What is being deployed; anything when left out. Its locations have no keys with limits then. */
  readonly deploy?: (dice: Dice) => Deploy
}

function otherKey({ dice, focus }: Frame): KeyName {
  return dice.pick(EARLY_KEY_NAMES.filter((name) => name !== focus))
}

/** A change of one key that most of its clients notice. */
function noticeable({ dice }: Frame, name: KeyName, how: Made): Changing {
  return dice.weighted<Changing>([
    [4, { do: 'edit', key: name, acl: dice.pick(ACLS), ...how }],
    [3, { do: 'switch', key: name, to: 'off', ...how }],
    [3, { do: 'delete', key: name, ...how }],
  ])
}

function useFromBoth(frame: Frame, name: KeyName, where: Location): readonly Step[] {
  return (['office', 'home'] as const).map((from) => ({ ...use(frame, name, where, false), from }))
}

/** A location that has no record meets one in KV that is ahead of what the authority holds. */
const forgedAhead: Move = (frame) => {
  const { dice } = frame
  const name = otherKey(frame)
  const where = at(frame)
  const acl = dice.pick<Acl | 'gone'>([...ACLS, 'gone'])
  return [
    use(frame, name, where, false), // the authority holds its record from now on
    { do: 'forge', key: name, acl, ahead: dice.pick([1, 2, 99]) },
    ...useFromBoth(frame, name, elsewhere(frame, where)),
  ]
}

/**
 * A reader of libSQL is held up before it seeds the authority. Meanwhile the key is changed, and the authority loses
 * that. A location that knows nothing of the change asks then.
 */
const seedAfterLoss: Move = (frame) => {
  const { dice, locations } = frame
  const name = otherKey(frame)
  const where = at(frame)
  const changedAt = elsewhere(frame, where)
  const how = { ...untried(frame, changedAt), diesAfter: null }
  const unaware = locations.filter((one) => one !== where && one !== changedAt)
  return [
    { do: 'authority', at: where, fault: 'held', calls: 'seeds' },
    use(frame, name, where, true),
    { do: 'pass', seconds: dice.pick([0.2, 0.4]) }, // so that it has read libSQL
    ...(dice.chance(40) ? [noticeable(frame, name, how)] : []),
    noticeable(frame, name, how),
    { do: 'lose authority', key: name },
    { do: 'heal' },
    { do: 'settle' },
    ...useFromBoth(frame, name, dice.pick(unaware)),
  ]
}

/**
 * An object of a version without leases stores a change while leases of the one before it run. One with leases hears
 * of it again.
 */
const changeOverRollouts: Move = (frame) => {
  const { dice } = frame
  const name = otherKey(frame)
  const first = { ...made(frame), goesOn: true, diesAfter: null, isTried: false }
  const again = { ...made(frame, elsewhere(frame, first.at)), goesOn: false, diesAfter: null }
  return [
    rollout('with leases'),
    useMuch(frame, name),
    rollout('without leases'),
    noticeable(frame, name, first),
    { do: 'pass', seconds: dice.pick([0.2, 0.4]) }, // so that it has reached the authority
    rollout('with leases'),
    { do: 'repeat', ...again, isTried: true },
  ]
}

/** A deploy in which leases are so long that they outlive two rollouts. */
function drawLongLeases(dice: Dice): Deploy {
  return {
    version: dice.pick(['the same', 'new form']),
    leaseTerms: dice.pick([5, 10, 10]),
    objectsHaveLeases: dice.chance(60),
  }
}

export const OPENINGS: readonly (readonly [weight: number, opening: Opening])[] = [
  [4, { move: forgedAhead }],
  [5, { move: seedAfterLoss, loses: 'authorities' }],
  [5, { move: changeOverRollouts, deploy: drawLongLeases }],
]
