// The moves of histories, by how often each is drawn.

import {
  changeUnderReports,
  crowdAfterChange,
  lateAnswer,
  lateChange,
  lateChangeAfterLoss,
  lostChange,
  lostRenewal,
  slowReader,
} from './draw-late-moves.ts'
import {
  changeAfterRestart,
  changeBetweenRollouts,
  changeByAWrongClock,
  changeInUse,
  changesInARow,
  changeTwice,
  endInUse,
  faultInUse,
  forge,
} from './draw-moves.ts'
import {
  at,
  changeOf,
  create,
  type Frame,
  keepUsing,
  key,
  type Move,
  use,
  useMuch,
} from './draw-steps.ts'
import { changeOfTwoTokens, leakInUse } from './draw-token-moves.ts'
import type { Step } from './history.ts'
import { KV_FAULTS, LIBSQL_FAULTS } from './sim/faults.ts'

const one =
  (draw: (frame: Frame) => Step): Move =>
  (frame) => [draw(frame)]

/** Moves that change what holds. */
export const CHANGES: readonly (readonly [weight: number, move: Move])[] = [
  [4, one((frame) => changeOf(frame, key(frame)))],
  [5, changeInUse],
  [4, changeTwice],
  [3, lateChange],
  [2, faultInUse],
]

export const MOVES: readonly (readonly [weight: number, move: Move])[] = [
  ...CHANGES,
  [4, changeAfterRestart],
  [3, changeBetweenRollouts],
  [4, lateAnswer],
  [2, crowdAfterChange],
  [2, lostRenewal],
  [5, slowReader],
  [3, lateChangeAfterLoss],
  [2, lostChange],
  [3, changeUnderReports],
  [5, changeByAWrongClock],
  [3, endInUse],
  [5, changeOfTwoTokens],
  [2, leakInUse],
  [1, changesInARow],
  [2, forge],
  [1, one((frame) => use(frame, key(frame), at(frame), frame.dice.chance(50)))],
  [2, one((frame) => useMuch(frame, key(frame)))],
  [2, one((frame) => keepUsing(frame, key(frame), at(frame)))],
  [1, one(create)],
  [2, one(({ dice }) => ({ do: 'pass', seconds: dice.pick([1, 2, 31, 61, 120]) }))],
  [1, one((frame) => ({ do: 'kv', at: at(frame), fault: frame.dice.pick(KV_FAULTS) }))],
  [1, one(({ dice }) => ({ do: 'libsql', fault: dice.pick(LIBSQL_FAULTS) }))],
  [1, one((frame) => ({ do: 'restart worker', at: at(frame) }))],
  [1, one((frame) => ({ do: 'revive', at: at(frame) }))],
  [1, one((frame) => ({ do: 'cron', at: at(frame) }))],
  [1, one(() => ({ do: 'heal' }))],
  [1, one(() => ({ do: 'settle' }))],
]
