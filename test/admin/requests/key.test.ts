import { describe, expect, it } from 'vitest'
import { editAccountBody } from '../../../src/admin/requests/account.ts'
import { createKeyBody, editKeyBody, revealBody } from '../../../src/admin/requests/key.ts'
import { logInBody } from '../../../src/admin/requests/log-in.ts'
import { faultsOf, KEY, valueOf } from './read-body.ts'

const WORKERS = '2a06:98c0:3600::103/128'

describe('createKeyBody', () => {
  // A body has room for 7 000 notes, and a fault in each takes time.
  it('looks for no more faults in notes than a list can have entries', () => {
    const names = Array.from({ length: 3_000 }, (_, i) => `x${i}`)
    const ip_acl_notes = Object.fromEntries(names.map((name) => [name, 'note']))
    const { issues = [] } = createKeyBody.safeParse({ ...KEY, ip_acl_notes }).error ?? {}
    expect(issues.length).toBe(1_000)
  })

  it('fills in what is optional', async () => {
    const value = {
      ...KEY,
      application_website: null,
      ip_acl: [],
      ip_acl_mode: 'enforce',
      ip_acl_notes: {},
      expires_at: null,
      rate_limit: null,
    }
    expect(await valueOf(createKeyBody, KEY)).toEqual(value)
    expect(await valueOf(createKeyBody, value)).toEqual(value)
  })

  it.each([
    [{ requests: 0, per_seconds: 60 }, [['/rate_limit/requests', 'out_of_range']]],
    [{ requests: 1_000_001, per_seconds: 60 }, [['/rate_limit/requests', 'out_of_range']]],
    [{ requests: 1.5, per_seconds: 86_400 }, [['/rate_limit/requests', 'out_of_range']]],
    [{ requests: '5', per_seconds: 1 }, [['/rate_limit/requests', 'wrong_type']]],
    [{ requests: 5, per_seconds: 30 }, [['/rate_limit/per_seconds', 'out_of_range']]],
    [{ requests: 5 }, [['/rate_limit/per_seconds', 'required']]],
    [{ requests: 5, per_seconds: 1, burst: 2 }, [['/rate_limit/burst', 'unknown_member']]],
    [
      { requests: -1, per_seconds: 0 },
      [
        ['/rate_limit/requests', 'out_of_range'],
        ['/rate_limit/per_seconds', 'out_of_range'],
      ],
    ],
    [5, [['/rate_limit', 'wrong_type']]],
    [[], [['/rate_limit', 'wrong_type']]],
  ])('refuses the rate limit %j', async (rate_limit, expected) => {
    for (const [schema, others] of [
      [createKeyBody, KEY],
      [editKeyBody, {}],
      [editAccountBody, {}],
    ] as const) {
      const faults = await faultsOf(schema, { ...others, rate_limit })
      expect(faults.map(({ pointer, code }) => [pointer, code])).toEqual(expected)
    }
  })

  it.each([
    [
      { requests: 1, per_seconds: 86_400 },
      { requests: 1, perSeconds: 86_400 },
    ],
    [
      { requests: 1_000_000, per_seconds: 1 },
      { requests: 1_000_000, perSeconds: 1 },
    ],
    [null, null],
  ])('takes the rate limit %j', async (rate_limit, parsed) => {
    expect(await valueOf(createKeyBody, { ...KEY, rate_limit })).toMatchObject({
      rate_limit: parsed,
    })
  })

  it('names every member that is missing', async () => {
    const faults = await faultsOf(createKeyBody, {})
    expect(faults.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/application_name', 'required'],
      ['/platform', 'required'],
      ['/password', 'required'],
    ])
  })

  it('gives all faults at once, one for each', async () => {
    const body = {
      application_name: ' ',
      application_website: 'nowhere',
      platform: 'toaster',
      ip_acl: ['10.0.0.0/8', '10.0.0.1/8', '1.1.1.1', 5, WORKERS, 'x'],
      colour: 'blue',
    }
    const faults = await faultsOf(createKeyBody, body)
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/application_name',
      '/application_website',
      '/colour',
      '/ip_acl/1',
      '/ip_acl/2',
      '/ip_acl/3',
      '/ip_acl/4',
      '/ip_acl/5',
      '/password',
      '/platform',
    ])
    for (const { code, detail } of faults) {
      expect(code).toMatch(/^[a-z0-9_]+$/)
      expect(detail).not.toBe('')
    }
  })

  it.each(['id', 'access_token', 'account_id', 'version', 'status', 'ipAcl'])(
    'takes no member "%s"',
    async (member) => {
      const faults = await faultsOf(createKeyBody, { ...KEY, [member]: 'x' })
      expect(faults).toMatchObject([{ pointer: `/${member}`, code: 'unknown_member' }])
    },
  )
})

describe('platform', () => {
  it.each(['web', 'mobile', 'desktop', 'server', 'other'])('takes %s', async (platform) => {
    expect((await valueOf(createKeyBody, { ...KEY, platform })).platform).toBe(platform)
  })

  it.each(['', 'Web', ' web', 'ios', 0, null, ['web']])('refuses %j', async (platform) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, platform })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/platform'])
    expect(faults[0]?.detail).toContain('web, mobile, desktop, server, other')
  })

  it.each([
    ['Web', 'web'],
    [' SERVER ', 'server'],
    ['ios', undefined],
    [['web'], undefined],
  ])('suggests for %j: %s', async (platform, suggestion) => {
    const [fault] = await faultsOf(createKeyBody, { ...KEY, platform })
    expect(fault?.suggestion).toBe(suggestion)
  })
})

describe('editKeyBody', () => {
  it.each([
    [{}],
    [{ application_name: 'CRM' }],
    [{ application_website: null }],
    [{ platform: 'web' }],
    [{ ip_acl: [] }],
  ])('changes what it names, and nothing else: %j', async (body) => {
    expect(await valueOf(editKeyBody, body)).toEqual(body)
  })

  it('canonicalises and refuses as creation does', async () => {
    const edit = { application_name: ' CRM ', ip_acl: [' 10.0.0.0/8 ', '10.0.0.0/8'] }
    expect(await valueOf(editKeyBody, edit)).toEqual({
      application_name: 'CRM',
      ip_acl: ['10.0.0.0/8'],
    })
    const wrong = { application_name: '', platform: null, ip_acl: [WORKERS], password: 'x' }
    const faults = await faultsOf(editKeyBody, wrong)
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/application_name',
      '/ip_acl/0',
      '/password',
      '/platform',
    ])
  })
})

describe('the other bodies', () => {
  it.each([
    ['editAccountBody', editAccountBody, {}, { email: 'x@y', status: 'gone' }, 2],
    ['logInBody', logInBody, { email: '', password: '' }, { email: 5, remember: true }, 3],
    ['revealBody', revealBody, { password: '' }, { password: 5 }, 1],
  ] as const)('%s', async (_, schema, good, bad, count) => {
    expect(await valueOf<unknown>(schema, good)).toEqual(good)
    expect(await faultsOf(schema, bad)).toHaveLength(count)
  })
})
