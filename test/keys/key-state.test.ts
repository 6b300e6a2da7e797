import { describe, expect, it } from 'vitest'
import { type LiveKeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'
import { findKeyState } from '../../src/keys/key-state.ts'

const NOW = 1_800_000_000_000
const STATUSES = ['active', 'pending', 'suspended'] as const
const BOOLEANS = [false, true]
/** No time, one that has come, one that is still to come. */
const TIMES = [null, NOW - 1, NOW, NOW + 1]

/** Every combination, with the state that the contract's order gives it. */
function* combinations() {
  for (const accountStatus of STATUSES) {
    for (const expiresAtMs of TIMES) {
      for (const endsAtMs of TIMES) {
        for (const isLeaked of BOOLEANS) {
          for (const enabled of BOOLEANS) {
            yield { accountStatus, expiresAtMs, endsAtMs, isLeaked, enabled }
          }
        }
      }
    }
  }
}

type Facts = ReturnType<typeof combinations> extends Iterable<infer Item> ? Item : never

const hasCome = (timeMs: number | null) => timeMs !== null && timeMs <= NOW

/** The rules of the contract, each on its own: the first that applies counts. */
const RULES: readonly (readonly [string, (facts: Facts) => boolean])[] = [
  ['account_inactive', ({ accountStatus }) => accountStatus !== 'active'],
  ['expired', ({ expiresAtMs }) => hasCome(expiresAtMs)],
  ['replaced', ({ endsAtMs }) => hasCome(endsAtMs)],
  ['leaked', ({ isLeaked }) => isLeaked],
  ['disabled', ({ enabled }) => !enabled],
  ['live', () => true],
]

describe('findKeyState()', () => {
  it.each([...combinations()])('follows the order of the contract: %j', (facts) => {
    const record: LiveKeyRecord = {
      kind: 'live',
      revision: 1,
      keyId: 'key_1',
      accountId: 'acc_1',
      ipAcl: [],
      ipAclMode: 'enforce',
      ...UNRESTRICTED,
      ...facts,
    }
    const expected = RULES.find(([, applies]) => applies(facts))?.[0]
    expect(findKeyState(record, NOW).state).toBe(expected)
  })

  it('is gone for a tombstone, and replaced for that of a token that has ended', () => {
    const tombstone = { kind: 'tombstone', revision: 2, keyId: 'key_1' } as const
    expect(findKeyState({ ...tombstone, replacedAtMs: null }, NOW)).toEqual({ state: 'gone' })
    const replaced = { ...tombstone, replacedAtMs: 5 }
    expect(findKeyState(replaced, NOW)).toEqual({ state: 'replaced', atMs: 5 })
  })
})
