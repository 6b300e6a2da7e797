// The moves about a key with two tokens, or with one that was found in public.

import { changeInUse } from './draw-moves.ts'
import { at, changeOf, type Frame, from, key, made, type Move, useMuch } from './draw-steps.ts'
import type { KeyName, Step } from './history.ts'

/** A rotation, and what follows while both tokens are in use. */
export const changeOfTwoTokens: Move = (frame) => {
  const { dice, loses } = frame
  const name = key(frame)
  if (loses === 'database') return changeInUse(frame)
  const overlapSeconds = dice.pick([3, 8, 61, 300])
  const how = { ...made(frame), goesOn: false, diesAfter: null }
  return [
    { do: 'rotate', key: name, overlapSeconds, ...how },
    ...(dice.chance(60) ? [useMuch(frame, name)] : useFirstToken(frame, name)),
    changeOf(frame, name),
    ...(dice.chance(50)
      ? [{ do: 'pass', seconds: dice.pick([1, 2, 61]) } as const, useMuch(frame, name)]
      : []),
    ...(dice.chance(50) ? [changeOf(frame, name)] : []),
  ]
}

/** Uses of a key's oldest token alone, often enough for a lease, so that no other token has one. */
function useFirstToken(frame: Frame, name: KeyName): readonly Step[] {
  const locations = [at(frame)]
  const flood = {
    do: 'flood',
    key: name,
    from: from(frame),
    locations,
    times: 1,
    goesOn: false,
  } as const
  return [flood, flood]
}

/** A token that is found in public, and what its owner tries then. */
export const leakInUse: Move = (frame) => {
  const { dice, loses } = frame
  const name = key(frame)
  if (loses === 'database') return changeInUse(frame)
  const how = () => ({ ...made(frame), diesAfter: null })
  return [
    ...(dice.chance(30)
      ? [{ do: 'rotate', key: name, overlapSeconds: 300, ...how() } as const]
      : []),
    useMuch(frame, name),
    { do: 'report leak', key: name, ...how(), goesOn: false },
    { do: 'switch', key: name, to: 'on', ...how(), isTried: true },
    ...(dice.chance(60)
      ? [{ do: 'rotate', key: name, overlapSeconds: 90, ...how() } as const]
      : []),
    useMuch(frame, name),
  ]
}
