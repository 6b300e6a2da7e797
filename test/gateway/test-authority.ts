// The authority of one key, as a test wants it to be. It decides its answer when a question arrives, as
// key-authority-object.ts does, and the answer may travel for some time.

import type { KeyRecord } from '../../src/keys/key-record.ts'
import { type Granted, grantRequests, type Wanted, type Window } from '../../src/keys/window.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import type {
  Answered,
  Held,
  KeyAuthorities,
  Unknown,
} from '../../src/stores/key-authority/key-authority.ts'
import type { Question, RecordIdentity } from '../../src/stores/key-authority/question.ts'
import type { ManualClock } from '../support/manual-clock.ts'

export interface TestAuthority extends Pick<KeyAuthorities, 'ask' | 'seed' | 'askAllowance'> {
  /** Null: it holds nothing. An Error: it cannot be asked. */
  holds: KeyRecord | null | Error
  /** The record of a change that found it empty. */
  unconfirmed: KeyRecord | null
  /** What it holds after a seed, if not the seed. */
  holdsInstead: Held | null
  grantsLeases: boolean
  /** The windows of the key's limits. */
  windows: readonly Window[]
  /** How long the next answers travel, in the order of their questions. */
  readonly delaysMs: number[]
}

/** Another machine has another clock. */
const CLOCK_AHEAD_MS = 86_400_000
const UNKNOWN: Unknown = { kind: 'unknown', word: 'word-1' }

export function createTestAuthority(
  holds: TestAuthority['holds'],
  clock: ManualClock,
  calls: string[],
): TestAuthority {
  const authority: TestAuthority = {
    holds,
    unconfirmed: null,
    holdsInstead: null,
    grantsLeases: true,
    windows: [],
    delaysMs: [],

    async ask(_, question) {
      calls.push(nameOf(question))
      const answer = answerTo(question)
      const delayMs = authority.delaysMs.shift()
      if (delayMs !== undefined) await clock.wait(delayMs)
      if (answer instanceof Error) throw answer
      return answer
    },

    async askAllowance(name, wanted) {
      calls.push(`allow ${wanted.waiting} at ${name}`)
      const held = authority.holds
      const granted =
        held instanceof Error ? held : held?.kind === 'tombstone' ? 'deleted' : grant(wanted)
      const delayMs = authority.delaysMs.shift()
      if (delayMs !== undefined) await clock.wait(delayMs)
      if (granted instanceof Error) throw granted
      return granted
    },

    async seed(_, record, word, lineage = null) {
      const of = lineage === null ? '' : ` of ${lineage.changeId}`
      calls.push(`seed ${record.revision} ${word}${of}`)
      if (authority.holds instanceof Error) throw authority.holds
      authority.holds = record
      return authority.holdsInstead ?? toStored(record)
    },
  }

  function grant(wanted: Wanted): Granted {
    const nowMs = CLOCK_AHEAD_MS + clock.elapsedMs()
    const { after, ...granted } = grantRequests(authority.windows, wanted, 1, nowMs)
    authority.windows = after
    return granted
  }

  function answerTo({ cached, leaseMs, wanted }: Question): Answered | Error {
    const held = authority.holds
    if (held instanceof Error) return held
    const says = answerAbout(cached, held, authority.unconfirmed)
    const isLive = says === 'current' || says.kind === 'live'
    const objectMs = CLOCK_AHEAD_MS + clock.elapsedMs()
    return {
      says,
      granted: wanted === null || says !== 'current' ? null : grant(wanted),
      leaseMs: isLive && authority.grantsLeases ? leaseMs : 0,
      objectMs,
      unwrittenMs: 0,
    }
  }

  return authority
}

function answerAbout(
  cached: RecordIdentity | null,
  held: KeyRecord | null,
  unconfirmed: KeyRecord | null,
): Answered['says'] {
  if (held === null)
    return unconfirmed === null ? UNKNOWN : { ...UNKNOWN, unconfirmed: toStored(unconfirmed) }
  const stored = toStored(held)
  if (held.kind === 'tombstone' || cached === null) return stored
  if (cached.tag === stored.tag) return 'current'
  return cached.revision <= held.revision ? stored : UNKNOWN
}

function nameOf({ cached, leaseMs }: Question): string {
  const about = cached === null ? 'ask' : `ask about ${cached.revision}`
  return leaseMs > 0 ? `${about}, lease ${leaseMs}` : about
}
