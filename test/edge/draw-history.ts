// Draws histories. Steps meet by chance too seldom to find what takes four of them in a row. So a history is made of
// moves: a few steps that belong together, with everything about them drawn.

import type fc from 'fast-check'
import { type Dice, rolling } from './dice.ts'
import { LIMIT_MOVES, limitOf } from './draw-limit-moves.ts'
import { changesInARow } from './draw-moves.ts'
import { type AroundRestore, editsAfterLoss, heldOverRestore } from './draw-restore-moves.ts'
import { deletionOf, type Frame, type Move, rollout } from './draw-steps.ts'
import { ALL_LOCATIONS, LOCATIONS } from './ground.ts'
import type { Deploy, History, Step } from './history.ts'
import { CHANGES, MOVES } from './moves.ts'
import { type Opening, OPENINGS } from './openings.ts'
import type { Acl, Limit } from './verdict.ts'
import { VERSIONS } from './versions.ts'

const ACLS: readonly Acl[] = ['anyone', 'office', 'home']
const PROPAGATION_SECONDS = [0, 10, 60, 90]
const RATES = [0.9, 0.9, 1, 1.1, 1.1]
const LIMITED_PERCENT = 30
const OPENING_PERCENT = 16
const NO_OPENING: Partial<Opening> = {}
const LEASE_TERMS = [0, 0.5, 1, 2, 4, 4]

export const history: fc.Arbitrary<History> = rolling((dice) => {
  const opening = dice.chance(OPENING_PERCENT) ? dice.weighted(OPENINGS) : NO_OPENING
  const { deploy: drawItsDeploy } = opening
  const clocks = ['locations', 'locations', 'none', 'authorities'] as const
  // An authority whose clock jumps must not start again.
  const jumping = dice.pick(drawItsDeploy ? clocks.slice(0, 3) : clocks)
  const mayDeploy = jumping !== 'authorities' && dice.chance(20)
  const deploy = drawItsDeploy?.(dice) ?? (mayDeploy ? drawDeploy(dice) : null)
  const loses = opening.loses ?? (dice.chance(20) ? 'database' : 'authorities')
  const acls = [dice.pick(ACLS), dice.pick(ACLS), dice.pick(ACLS)] as const
  const areExact = dice.chance(30)
  const frame: Frame = {
    dice,
    locations: deploy === null ? LOCATIONS : ALL_LOCATIONS,
    focus: dice.weighted([
      [6, 'k1'],
      [1, 'k2'],
      [2, 'k3'],
    ]),
    loses,
    jumping,
    rollouts: rolloutsOf(deploy),
  }
  const isLimited = !drawItsDeploy && dice.chance(LIMITED_PERCENT)
  const moves = isLimited ? [...MOVES, ...LIMIT_MOVES, ...LIMIT_MOVES] : MOVES
  return {
    acls,
    limits: drawLimits(frame, isLimited),
    published: dice.chance(60),
    propagationSeconds: ALL_LOCATIONS.map(() => dice.pick(PROPAGATION_SECONDS)),
    rates: [...ALL_LOCATIONS, ...acls].map(() => (areExact ? 1 : dice.pick(RATES))),
    deploy,
    steps: [
      ...(opening.move?.(frame) ?? []),
      ...withRollouts(
        frame,
        loses === 'database' ? aroundRestore(frame, moves) : drawMoves(frame, moves, 1, 5),
      ),
    ],
  }
})

/** The limits of k1, k2 and k3. */
function drawLimits(frame: Frame, isLimited: boolean): readonly [Limit, Limit, Limit] {
  const { dice, focus } = frame
  const draw = (name: string): Limit =>
    isLimited && dice.chance(name === focus ? 85 : 30) ? limitOf(frame) : 'none'
  return [draw('k1'), draw('k2'), draw('k3')]
}

function drawDeploy(dice: Dice): Deploy {
  return {
    version: dice.pick(['the same', ...VERSIONS]),
    leaseTerms: dice.pick(LEASE_TERMS),
    objectsHaveLeases: dice.chance(60),
  }
}

/**
 * The versions that the objects may get. They go back only where every location waits for leases by itself, since a
 * location that does not would have to be told to by them.
 */
function rolloutsOf(deploy: Deploy | null): Frame['rollouts'] {
  if (deploy === null) return []
  return deploy.version === 'without leases' ? ['with leases'] : ['with leases', 'without leases']
}

/** Somewhere in the history, the objects get another version, once or more often. */
function withRollouts({ dice, rollouts }: Frame, steps: readonly Step[]): readonly Step[] {
  if (rollouts.length === 0) return steps
  return Array.from({ length: dice.number(1, 3) }).reduce<readonly Step[]>(
    (so) => so.toSpliced(dice.number(0, so.length), 0, rollout(dice.pick(rollouts))),
    steps,
  )
}

function drawMoves(
  frame: Frame,
  moves: readonly (readonly [number, Move])[],
  least: number,
  most: number,
): Step[] {
  const count = frame.dice.number(least, most)
  return Array.from({ length: count }, () => frame.dice.weighted(moves)(frame)).flat()
}

/** Changes that the database forgets, and changes after that, mostly of one key. */
function aroundRestore(frame: Frame, moves: typeof MOVES): Step[] {
  const special = frame.dice.weighted<() => AroundRestore | null>([
    [5, () => heldOverRestore(frame, frame.focus)],
    [5, () => editsAfterLoss(frame, frame.focus)],
    [10, () => null],
  ])()
  return [
    ...drawMoves(frame, moves, 0, 1),
    ...(special?.first ?? []),
    { do: 'back up' },
    ...(special?.before ?? drawMoves(frame, CHANGES, 1, 2)),
    ...(frame.dice.chance(special === null ? 40 : 15) ? [deletionOf(frame, frame.focus)] : []),
    { do: 'restore' },
    ...(special?.after ?? []),
    ...drawMoves(frame, [[10, changesInARow], ...CHANGES], 1, 2),
    ...drawMoves(frame, moves, 0, 1),
  ]
}
