import { describe, expect, it } from 'vitest'
import type { authorize } from '../../src/gateway/authorize.ts'
import { AuthorityUnavailableError } from '../../src/stores/object-call.ts'
import {
  FAULT,
  FENCED,
  GONE,
  IP_DENIED,
  LATER,
  OPEN,
  RATE_LIMITED,
  REVOKED,
  type Standing,
  SUSPENDED,
  UNAVAILABLE,
  UNKNOWN,
  authorized,
  start,
} from './authorization.ts'

describe('authorize(), strict', () => {
  const ASKED = ['verify cpk_issued', 'copy lookup-1', 'check 3']
  const NEWER_OPEN = { ...OPEN, revision: 4 }
  const NEWER_FENCED = { ...FENCED, revision: 4 }

  it('grants by the copy, and leaves the authority to be asked beside the upstream', async () => {
    const { result, calls } = await authorized({ copy: OPEN, standing: 'current' })
    expect(calls).toEqual(ASKED.slice(0, 2))
    expect(await confirmation(result)).toBeNull()
    expect(calls).toEqual(ASKED)
  })

  it('grants the key of the record that the authority holds, whatever a copy says', async () => {
    const copy = { ...OPEN, accountId: 'acc_2', keyId: 'key_2' }
    const { result } = await authorized({ copy, standing: OPEN })
    if (!result.ok || result.value.confirm === null) throw new Error('There is nothing to confirm')
    const { accountId, keyId } = OPEN
    expect(await result.value.confirm()).toMatchObject({
      ok: true,
      value: { key: { accountId, keyId }, confirm: null },
    })
  })

  it.each([
    ['gone', GONE, REVOKED],
    ['a tighter ACL', NEWER_FENCED, IP_DENIED],
    [
      'a suspension',
      { ...SUSPENDED, revision: 4 },
      { reason: 'account_inactive', status: 'suspended' },
    ],
    ['an authority that cannot be asked', new AuthorityUnavailableError('timeout'), UNAVAILABLE],
  ])('does not confirm a grant that rests on an old copy: %s', async (_, standing, refusal) => {
    const { result } = await authorized({ copy: OPEN, standing })
    expect(await confirmation(result)).toEqual(refusal)
  })

  it('turns nobody away by an old copy', async () => {
    for (const copy of [FENCED, SUSPENDED]) {
      const { result, calls } = await authorized({ copy, standing: NEWER_OPEN })
      expect(result).toMatchObject({ ok: true, value: { key: { revision: 4 }, confirm: null } })
      expect(calls).toEqual(['verify cpk_issued', 'copy lookup-1', 'brake lookup-1', 'check 3'])
    }
  })

  it('refuses by a copy that is current, counted once', async () => {
    const { result, calls } = await authorized({ copy: FENCED, standing: 'current' })
    expect(result).toEqual({ ok: false, error: IP_DENIED })
    expect(calls.filter((call) => call.startsWith('brake'))).toEqual(['brake lookup-1'])
  })

  it('asks once about a key that KV calls gone, and nobody once its authority has said so', async () => {
    const situation = start({ copy: GONE, standing: GONE })
    expect(await situation.pending).toEqual({ ok: false, error: REVOKED })
    expect(situation.calls).toEqual([
      'verify cpk_issued',
      'copy lookup-1',
      'brake lookup-1',
      'check 4',
    ])
    situation.calls.length = 0
    situation.clock.now = 1e12
    expect(await situation.again()).toEqual({ ok: false, error: REVOKED })
    expect(situation.calls).toEqual(['verify cpk_issued', 'brake lookup-1'])
  })

  it('turns nobody away by *gone* in KV where the authority holds a live key', async () => {
    const { result } = await authorized({ copy: { ...GONE, revision: 9 }, standing: OPEN })
    expect(result).toMatchObject({ ok: true, value: { key: { revision: 3 }, confirm: null } })
  })

  it('lets go of a copy that its authority refutes, whatever revision it claims', async () => {
    const situation = start({ copy: { ...OPEN, revision: 99 }, standing: OPEN })
    expect(await confirmation(await situation.pending)).toBeNull()
    situation.calls.length = 0
    await confirmation(await situation.again())
    expect(situation.calls).toEqual(['verify cpk_issued', 'check 3'])
  })

  it('cannot know, and does not say no, where the authority cannot be asked', async () => {
    const standing = new AuthorityUnavailableError('overloaded')
    for (const copy of [FENCED, null, FAULT]) {
      const { result, calls } = await authorized({ copy, standing, truth: FENCED })
      expect(result).toEqual({ ok: false, error: UNAVAILABLE })
      expect(calls.filter((call) => call.startsWith('truth'))).toEqual([])
    }
  })

  it('needs neither KV nor libSQL where the authority holds the record', async () => {
    for (const copy of [null, FAULT]) {
      const { result, calls } = await authorized({ copy, standing: NEWER_OPEN, truth: FAULT })
      expect(result).toMatchObject({ ok: true, value: { confirm: null } })
      expect(calls.slice(2)).toEqual(['check null'])
    }
  })

  it.each([
    ['no copy', null, 'check null'],
    ['a copy', FENCED, 'check 3'],
  ])('reads libSQL where the authority holds nothing, and tells it: %s', async (_, copy, check) => {
    const { result, calls } = await authorized({ copy, standing: UNKNOWN, truth: NEWER_OPEN })
    expect(result.ok).toBe(true)
    expect(calls.slice(-3)).toEqual([check, 'truth lookup-1', 'seed 4 word-1'])
  })

  it.each([
    ['a grant', OPEN, NEWER_FENCED, IP_DENIED],
    ['a grant of a key that was deleted', OPEN, GONE, REVOKED],
  ])('is judged by what the authority then holds: %s', async (_, truth, seeded, error) => {
    const { result } = await authorized({ copy: null, standing: UNKNOWN, truth, seeded })
    expect(result).toEqual({ ok: false, error })
  })

  it('is judged by libSQL where what the authority holds is of a later form', async () => {
    const situation = { copy: null, standing: UNKNOWN, truth: FENCED, seeded: LATER } as const
    expect((await authorized(situation)).result).toEqual({ ok: false, error: IP_DENIED })
  })

  it('takes a proven token without any row for a deleted key, and tells nobody', async () => {
    const { result, calls } = await authorized({ copy: OPEN, standing: UNKNOWN, truth: null })
    expect(await confirmation(result)).toEqual(REVOKED)
    expect(calls.some((call) => call.startsWith('seed'))).toBe(false)
  })

  it('remembers that there is no row: a second without a question, then never to speculate on', async () => {
    const situation = start({ copy: OPEN, standing: UNKNOWN, truth: null })
    expect(await confirmation(await situation.pending)).toEqual(REVOKED)
    situation.calls.length = 0
    situation.clock.now = 999
    expect(await situation.again()).toEqual({ ok: false, error: REVOKED })
    expect(situation.calls).toEqual(['verify cpk_issued', 'brake lookup-1'])
    situation.calls.length = 0
    situation.clock.now = 1_000
    expect(await situation.again()).toEqual({ ok: false, error: REVOKED })
    expect(situation.calls.slice(-2)).toEqual(['check 0', 'truth lookup-1'])
  })

  it('lets in a key whose row has come back, a second later', async () => {
    const standings: Standing[] = [UNKNOWN, OPEN]
    const situation = start({ copy: OPEN, standing: () => standings.shift(), truth: null })
    expect(await confirmation(await situation.pending)).toEqual(REVOKED)
    situation.clock.now = 1_000
    expect(await situation.again()).toMatchObject({ ok: true, value: { key: { revision: 3 } } })
  })

  it('keeps what it learned for the next request of the isolate', async () => {
    const situation = start({ copy: FENCED, standing: NEWER_OPEN })
    await situation.pending
    situation.calls.length = 0
    const again = await situation.again()
    expect(again).toMatchObject({ ok: true, value: { key: { revision: 4 } } })
    expect(situation.calls).toEqual(['verify cpk_issued'])
  })

  it('asks once for all who come while a key has been refused too often', async () => {
    const situation = start({ copy: FENCED, standing: 'current', mayRefuse: false })
    const others = Array.from({ length: 20 }, () => situation.again())
    const results = await Promise.all([situation.pending, ...others])
    expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(
      new Set([JSON.stringify({ ok: false, error: RATE_LIMITED })]),
    )
    // The first one, and one that began after the others had come.
    expect(situation.calls.filter((call) => call === 'check 3')).toHaveLength(2)
  })

  it('judges nobody by an answer to what was asked before they came', async () => {
    const standings: Standing[] = ['current', NEWER_OPEN]
    const situation = start({ copy: FENCED, standing: () => standings.shift(), mayRefuse: false })
    const later = situation.again()
    expect(await situation.pending).toEqual({ ok: false, error: RATE_LIMITED })
    expect(await later).toMatchObject({ ok: true, value: { key: { revision: 4 } } })
  })

  it('does not take an outage for too many refusals', async () => {
    const standing = new AuthorityUnavailableError('timeout')
    const { result } = await authorized({ copy: FENCED, standing, mayRefuse: false })
    expect(result).toEqual({ ok: false, error: UNAVAILABLE })
  })

  it('lets in who was braked, once the authority knows a newer ACL', async () => {
    const situation = start({ copy: FENCED, standing: NEWER_OPEN, mayRefuse: false })
    expect(await situation.pending).toMatchObject({ ok: true })
  })
})

async function confirmation(result: Awaited<ReturnType<typeof authorize>>) {
  if (!result.ok || result.value.confirm === null) throw new Error('There is nothing to confirm')
  const confirmed = await result.value.confirm()
  return confirmed.ok ? null : confirmed.error
}
