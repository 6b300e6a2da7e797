// Moves about a database that comes back from a backup: what happens before the backup, between it and the restore,
// and after that.

import {
  ACLS,
  at,
  changeOf,
  elsewhere,
  type Frame,
  untried,
  use,
  useMuch,
  useOnce,
} from './draw-steps.ts'
import type { Changing, KeyName, Step } from './history.ts'
import type { Acl } from './verdict.ts'

export interface AroundRestore {
  /** Before the backup. */
  readonly first: readonly Step[]
  /** What the database forgets. */
  readonly before: readonly Step[]
  /** After the restore. */
  readonly after: readonly Step[]
}

/**
 * A change of a database that is restored before its authority hears of it, and a later one. The later one must change
 * something: one that changes nothing gets no number, so the authority would take the first one for newer.
 */
export function heldOverRestore(frame: Frame, name: KeyName): AroundRestore {
  const { dice } = frame
  const where = at(frame)
  const other = () => ({ ...untried(frame, elsewhere(frame, where)), diesAfter: null })
  const acl = dice.pick(ACLS)
  const later = dice.weighted<() => Changing>([
    [
      5,
      () => {
        const to = dice.pick(ACLS.filter((one) => one !== acl))
        return { do: 'edit', key: name, acl: to, ...other() }
      },
    ],
    [1, () => ({ do: 'set end', key: name, inSeconds: dice.pick([85, 150]), ...other() })],
    [2, () => ({ do: 'delete', key: name, ...other() })],
  ])
  return {
    first: [{ do: 'heal' }, { do: 'edit', key: name, acl, ...other() }],
    before: [
      useMuch(frame, name),
      { do: 'authority', at: where, fault: 'held', calls: 'changes' },
      changeOf(frame, name, untried(frame, where)),
    ],
    after: [later(), { do: 'heal' }, { do: 'settle' }, useOnce(frame, name)],
  }
}

/** A change that closes a key and is lost, and edits that pass its number and are about something else. */
export function editsAfterLoss(frame: Frame, name: KeyName): AroundRestore {
  const { dice } = frame
  const where = at(frame)
  const how = { ...untried(frame, where), diesAfter: null }
  const account = name === 'k3' ? 'b' : 'a'
  const edit = (acl: Acl): Step => ({ do: 'edit', key: name, acl, ...how })
  const acls = dice.chance(50) ? ACLS : ACLS.toReversed()
  return {
    first: [{ do: 'heal' }],
    before: [
      useMuch(frame, name),
      dice.chance(60)
        ? { do: 'set status', account, status: 'suspended', ...how }
        : { do: 'switch', key: name, to: 'off', ...how },
    ],
    after: [
      ...(dice.chance(70)
        ? [{ do: 'authority', at: where, fault: 'unreachable', calls: 'all' } as const]
        : []),
      ...acls.slice(0, 2).map(edit),
      { do: 'heal' },
      ...acls.slice(2).map(edit),
      { ...use(frame, name, where, false), from: 'office' },
      { ...use(frame, name, where, false), from: 'home' },
    ],
  }
}
