// The tokens of the keys in a history, as their owner knows them, and the calls that change them. The owner makes
// one of these calls about a key at a time, since an answer says what to do next. After a call without an answer
// the owner only makes that one again.

import { randomBytes } from 'node:crypto'
import type { Clients, Effects, Made } from './clients.ts'
import { type Fixtures, PASSWORD, type TestAccount, type TestKey } from './fixtures.ts'
import type { Location } from './ground.ts'

interface KnownTokens {
  /** In the order in which they were made. */
  readonly all: TestKey[]
  current: TestKey
  /** The old token of the rotation that is under way, as far as its owner knows. */
  old: TestKey | null
  isUnclear: boolean
  isLeaked: boolean
  /** Of the last rotation that was asked for. */
  idempotencyKey: string
  /** The end of what was asked for last. */
  lastCall: Promise<unknown>
}

export interface Rotations {
  readonly add: (name: string, key: TestKey) => void
  readonly tokensOf: (name: string) => readonly TestKey[]
  readonly current: (name: string) => TestKey | undefined
  /** `again`: the last rotation of the key, with its Idempotency-Key. */
  readonly rotate: (
    name: string,
    owner: TestAccount,
    overlapSeconds: number,
    again: boolean,
    at: Location,
  ) => Promise<void>
  /** Somebody reports the current token. */
  readonly reportLeak: (name: string, owner: TestAccount, at: Location) => Promise<void>
  readonly moveEnd: (name: string, owner: TestAccount, endMs: number, at: Location) => Promise<void>
  readonly end: (
    name: string,
    owner: TestAccount,
    keep: 'new' | 'old',
    at: Location,
  ) => Promise<void>
}

export function createRotations(
  clients: Pick<Clients, 'change' | 'reportLeak'>,
  { lookupIdOf }: Pick<Fixtures, 'lookupIdOf'>,
): Rotations {
  const known = new Map<string, KnownTokens>()

  async function inTurn(
    name: string,
    act: (tokens: KnownTokens) => Promise<Made | undefined>,
  ): Promise<void> {
    const tokens = known.get(name)
    if (tokens === undefined) return
    const call = tokens.lastCall.then(() => act(tokens))
    tokens.lastCall = call
    const made = await call
    if (made?.outcome === 'unknown' || made?.outcome === 'recorded') tokens.isUnclear = true
  }

  return {
    add(name, key) {
      const tokens = { all: [key], current: key, old: null, isUnclear: false, isLeaked: false }
      known.set(name, { ...tokens, idempotencyKey: '', lastCall: Promise.resolve() })
    },
    tokensOf: (name) => known.get(name)?.all ?? [],
    current: (name) => known.get(name)?.current,

    rotate: (name, owner, overlapSeconds, again, at) =>
      inTurn(name, async (tokens) => {
        if (again ? tokens.idempotencyKey === '' : tokens.isUnclear) return undefined
        if (!again) tokens.idempotencyKey = randomBytes(8).toString('hex')
        const { current, old, all, isLeaked } = tokens
        const isKnown = (json: Made['json']) =>
          all.some(({ token }) => token === json['access_token'])
        const body = { overlap_seconds: overlapSeconds, password: PASSWORD }
        const made = await clients.change(
          `rotate ${name} at ${at} for ${overlapSeconds} s`,
          at,
          { method: 'POST', path: `/keys/${current.id}/rotation`, body },
          owner,
          // An answer that was given before sets nothing.
          (answer) => {
            if (isKnown(answer.json)) return []
            return isLeaked
              ? effectsOfLeaked(name, [current, ...(old === null ? [] : [old])])
              : effectsOfRotation(name, current, overlapSeconds, answer)
          },
          { 'Idempotency-Key': tokens.idempotencyKey },
        )
        if (made.outcome !== 'done' || isKnown(made.json)) return made
        const token = String(made.json['access_token'])
        const tokenName = `t${all.length + 1}`
        tokens.current = { ...current, tokenName, token, lookupId: lookupIdOf(token), record: '' }
        tokens.old = current
        tokens.isUnclear = false
        tokens.isLeaked = false
        all.push(tokens.current)
        return made
      }),

    reportLeak: (name, owner, at) =>
      inTurn(name, async (tokens) => {
        if (tokens.isUnclear) return undefined
        const made = await clients.reportLeak(name, tokens.current, owner, at)
        if (made.outcome === 'done') tokens.isLeaked = true
        return made
      }),

    moveEnd: (name, owner, endMs, at) =>
      inTurn(name, async ({ old, isUnclear }) => {
        if (old === null || isUnclear) return undefined
        const register = registerOf(name, old)
        const body = { ends_at: new Date(endMs).toISOString() }
        return await clients.change(
          `move the end of ${name}.${old.tokenName} at ${at}: ${body.ends_at}`,
          at,
          { method: 'PATCH', path: `/keys/${old.id}/rotation`, body },
          owner,
          ({ json }) => {
            const endsAt = endOf(json)
            if (endsAt !== null) return [[register, endsAt]]
            return [
              [register, String(endMs)],
              [register, 'ended'],
            ]
          },
        )
      }),

    end: (name, owner, keep, at) =>
      inTurn(name, async (tokens) => {
        const { current, old, isUnclear } = tokens
        if (old === null || isUnclear) return undefined
        const made = await clients.change(
          `end the rotation of ${name} at ${at}, keep the ${keep} token`,
          at,
          { method: 'DELETE', path: `/keys/${old.id}/rotation?keep=${keep}` },
          owner,
          () =>
            keep === 'new'
              ? [[registerOf(name, old), 'ended']]
              : [
                  [registerOf(name, old), 'never'],
                  [registerOf(name, current), 'ended'],
                ],
        )
        if (made.outcome !== 'done') return made
        if (keep === 'old') tokens.current = old
        tokens.old = null
        return made
      }),
  }
}

function effectsOfRotation(
  name: string,
  old: TestKey,
  overlapSeconds: number,
  { json, clock }: Made,
): Effects {
  const register = registerOf(name, old)
  if (overlapSeconds === 0) return [[register, 'ended']]
  const endsAt = endOf(json)
  if (endsAt !== null) return [[register, endsAt]]
  return [clock.leastMs, clock.mostMs].map((startedMs) => [
    register,
    String(Math.round(startedMs) + overlapSeconds * 1_000),
  ])
}

/** The rotation of a leaked key ends all other tokens, and the key works again. */
function effectsOfLeaked(name: string, others: readonly TestKey[]): Effects {
  return [
    ...others.map((other) => [registerOf(name, other), 'ended'] as const),
    [`${name} leak`, 'no'],
    [`${name} switch`, 'on'],
  ]
}

function registerOf(name: string, { tokenName }: TestKey): string {
  return `${name}.${tokenName} token`
}

/** The end of the rotation that an answer shows, if it shows one. */
function endOf(json: Made['json']): string | null {
  const { ends_at: endsAt } = (json['rotation'] ?? {}) as { ends_at?: string }
  return endsAt === undefined ? null : String(Date.parse(endsAt))
}
