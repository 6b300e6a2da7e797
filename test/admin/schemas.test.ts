import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import type * as z from 'zod'
import { readBody } from '../../src/admin/input.ts'
import type { Fault } from '../../src/admin/answers/problem.ts'
import { createAccountBody, editAccountBody } from '../../src/admin/requests/account.ts'
import { createKeyBody, editKeyBody, revealBody } from '../../src/admin/requests/key.ts'
import { logInBody } from '../../src/admin/requests/log-in.ts'

const KEY = { application_name: 'CRM', platform: 'server', password: 'secret' }
const ACCOUNT = { email: 'ada@example.com', name: 'Ada', password: 'x'.repeat(12) }
const WORKERS = '2a06:98c0:3600::103/128'

describe('createKeyBody', () => {
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

describe('application_name', () => {
  it.each([
    ['one character', 'a', 'a'],
    ['spaces around it', ' \t CRM \n', 'CRM'],
    ['spaces within', 'My  CRM', 'My  CRM'],
    ['a hundred characters', 'a'.repeat(100), 'a'.repeat(100)],
    ['a hundred characters and spaces', ` ${'a'.repeat(100)} `, 'a'.repeat(100)],
    ['a hundred characters beyond the BMP', '🔑'.repeat(100), '🔑'.repeat(100)],
  ])('takes %s', async (_, application_name, name) => {
    const value = await valueOf(createKeyBody, { ...KEY, application_name })
    expect(value.application_name).toBe(name)
  })

  it.each([
    ['an emoji of several characters', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['an emoji with a variation selector', '\u2764\ufe0f'],
    ['Arabic with its mark', '\u0634\u0631\u0643\u0629\u061c 5'],
    ['Hebrew with marks of direction', '\u05d0\u200f (CRM)\u200e'],
    ['Persian with a non-joiner', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Devanagari with vowel signs', '\u0928\u092e\u0938\u094d\u0924\u0947'],
    ['a letter with a combining mark', 'e\u0301'],
    ['a zero-width space beside a letter', 'a\u200bb'],
    ['punctuation', '-'],
    ['a digit', '7'],
  ])('takes %s', async (_, name) => {
    const value = await valueOf(createKeyBody, { ...KEY, application_name: name })
    expect(value.application_name).toBe(name)
    expect((await valueOf(createAccountBody, { ...ACCOUNT, name })).name).toBe(name)
  })

  it.each([
    ['zero-width spaces', '\u200b\u200b'],
    ['zero-width joiners', '\u200d\u200c'],
    ['a word joiner', '\u2060'],
    ['marks of direction', '\u200e\u200f\u061c'],
    ['a soft hyphen', '\u00ad'],
    ['a Mongolian vowel separator', '\u180e'],
    ['a Hangul filler', '\u3164'],
    ['half-width and Jamo fillers', '\uffa0\u115f\u1160'],
    ['a combining mark', '\u0301'],
    ['a combining grapheme joiner', '\u034f'],
    ['a variation selector', '\ufe0f'],
    ['an enclosing keycap', '\u20e3'],
    ['blank Braille', '\u2800'],
    ['a null note head', '\u{1d159}'],
    ['an object replacement', '\ufffc'],
    ['tags', '\u{e0041}\u{e007f}'],
    ['invisible operators', '\u2061\u2062\u2063\u2064'],
    ['an interlinear anchor', '\ufff9'],
    ['private use', '\ue000'],
    ['a noncharacter', '\ufffe'],
    ['spaces around a filler', ' \u3164 \u2800 '],
  ])('refuses a name of %s alone', async (_, name) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, application_name: name })
    expect(faults).toMatchObject([{ pointer: '/application_name', code: 'not_visible' }])
    expect(await faultsOf(createAccountBody, { ...ACCOUNT, name })).toMatchObject([
      { pointer: '/name', code: 'not_visible' },
    ])
    expect(await faultsOf(editAccountBody, { name })).toHaveLength(1)
    expect(await faultsOf(editKeyBody, { application_name: name })).toHaveLength(1)
  })

  it.each([
    ['an override', '\u202egnp.exe', 'U+202E', 'gnp.exe'],
    ['an embedding', 'a\u202ab', 'U+202A', 'ab'],
    ['the other embedding', 'a\u202bb', 'U+202B', 'ab'],
    ['a pop', 'a\u202c', 'U+202C', 'a'],
    ['the other override', 'a\u202db', 'U+202D', 'ab'],
    ['an isolate', 'a\u2066b', 'U+2066', 'ab'],
    ['the other isolates', '\u2067a\u2068b\u2069', 'U+2067', 'ab'],
    ['U+0000', 'a\u0000b', 'U+0000', 'a b'],
    ['an escape', '\u001b[31mred', 'U+001B', '[31mred'],
    ['a line feed', 'a\nb', 'U+000A', 'a b'],
    ['a tab', 'a\tb', 'U+0009', 'a b'],
    ['CR and LF', 'a\r\nb', 'U+000D', 'a b'],
    ['a delete', 'a\u007f', 'U+007F', 'a'],
    ['a next line, which trimming leaves', '\u0085a', 'U+0085', 'a'],
    ['a C1 control', 'a\u009bb', 'U+009B', 'a b'],
    ['a line separator', 'a\u2028b', 'U+2028', 'a b'],
    ['a paragraph separator', 'a\u2029b', 'U+2029', 'a b'],
    ['nothing but an override', '\u202e', 'U+202E', undefined],
  ])('refuses %s, by its name and with the rest as suggestion', async (_, name, unsafe, rest) => {
    const [fault, ...others] = await faultsOf(createKeyBody, { ...KEY, application_name: name })
    expect(others).toEqual([])
    expect(fault).toMatchObject({ pointer: '/application_name', code: 'character_not_allowed' })
    expect(fault?.detail).toContain(unsafe)
    expect(fault?.suggestion).toBe(rest)
    expect(await faultsOf(editAccountBody, { name })).toMatchObject([
      { pointer: '/name', code: 'character_not_allowed' },
    ])
  })

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['ideographic spaces', '\u3000\u3000'],
    ['101 characters', 'a'.repeat(101)],
    ['101 characters beyond the BMP', '🔑'.repeat(101)],
    ['half a character', '\ud83d'],
    ['null', null],
    ['a number', 5],
    ['a list', ['CRM']],
  ])('refuses %s', async (_, application_name) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, application_name })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/application_name'])
  })
})

describe('application_website', () => {
  it.each([
    'https://example.com',
    'http://example.com/',
    'HTTPS://Example.com/a?b=c#d',
    'http://localhost:3000',
    'http://[::1]/',
    'https://bücher.example/',
    `https://example.com/${'a'.repeat(2028)}`,
    null,
  ])('takes %s', async (application_website) => {
    const value = await valueOf(createKeyBody, { ...KEY, application_website })
    expect(value.application_website).toBe(application_website)
  })

  it('trims it', async () => {
    const application_website = ' https://example.com\n'
    const value = await valueOf(createKeyBody, { ...KEY, application_website })
    expect(value.application_website).toBe('https://example.com')
  })

  it.each([
    ['nothing', ''],
    ['spaces', '  '],
    ['a path', '/about'],
    ['a relative URL', '//example.com'],
    ['no slashes', 'https:example.com'],
    ['one slash', 'https:/example.com'],
    ['three slashes', 'https:///example.com'],
    ['no host', 'https://'],
    ['a query for a host', 'https://?a'],
    ['a space within', 'https://exam ple.com'],
    ['a line feed within', 'https://example.com/\na'],
    ['a port out of range', 'https://example.com:65536'],
    ['javascript:', 'javascript:alert(1)'],
    ['data:', 'data:text/html,a'],
    ['ftp:', 'ftp://example.com'],
    ['mailto:', 'mailto:ada@example.com'],
    ['2049 characters', `https://example.com/${'a'.repeat(2029)}`],
    ['half a character', 'https://example.com/\ud83d'],
    ['a number', 5],
    ['a list', []],
  ])('refuses %s', async (_, application_website) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, application_website })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/application_website'])
  })

  it.each([
    ['example.com', 'https://example.com'],
    ['www.example.com/about?a=b', 'https://www.example.com/about?a=b'],
    ['https://example.com/\u202egnp.exe', 'https://example.com/gnp.exe'],
    ['https://example.com/\u2066a\u2069', 'https://example.com/a'],
    ['https://example.com/a\u0000', undefined],
    ['https://example.com/a\u2028b', undefined],
    ['javascript:alert(1)', undefined],
    ['ftp://example.com', undefined],
    ['nowhere', undefined],
    ['256.256.256.256', undefined],
    [`example.com/${'a'.repeat(2029)}`, undefined],
    [`example.com/${'a'.repeat(2028)}`, `https://example.com/${'a'.repeat(2028)}`],
  ])('suggests for %s: %s', async (application_website, suggestion) => {
    const [fault, ...others] = await faultsOf(createKeyBody, { ...KEY, application_website })
    expect(others).toEqual([])
    expect(fault?.suggestion).toBe(suggestion)
  })
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

describe('ip_acl', () => {
  it('stores canonical entries, each once, in their order', async () => {
    const ip_acl = [' 2001:DB8:0::/32 ', '10.0.0.0/8', '::ffff:10.0.0.0/104', '2001:db8::/32']
    const value = await valueOf(createKeyBody, { ...KEY, ip_acl })
    expect(value.ip_acl).toEqual(['2001:db8::/32', '10.0.0.0/8'])
  })

  it('carries what the parser says of an entry', async () => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl: ['1.1.1.1', '10.1.0.0/8'] })
    expect(faults).toEqual([
      {
        pointer: '/ip_acl/0',
        code: 'cidr_prefix_missing',
        detail: expect.stringContaining('1.1.1.1/32'),
        suggestion: '1.1.1.1/32',
      },
      {
        pointer: '/ip_acl/1',
        code: 'cidr_host_bits_set',
        detail: expect.stringContaining('10.0.0.0/8'),
        suggestion: '10.0.0.0/8',
      },
    ])
  })

  it('takes a thousand entries', async () => {
    const ip_acl = entries(1_000)
    expect((await valueOf(createKeyBody, { ...KEY, ip_acl })).ip_acl).toEqual(ip_acl)
  })

  it('refuses 1001 with one fault for the list', async () => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl: entries(1_001) })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/ip_acl'])
  })

  it('finds a list that is too long and an entry that is wrong, both at once', async () => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl: [...entries(1_000), 'x'] })
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual(['/ip_acl', '/ip_acl/1000'])
  })

  it('lists 50 faults and counts the rest, and suggests no more than a list could take', async () => {
    const ip_acl = Array.from({ length: 1_000 }, (_, i) => `10.0.${i >> 8}.1-10.0.255.254`)
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl })
    expect(faults).toHaveLength(51)
    expect(faults.at(-1)).toMatchObject({ pointer: '', code: 'too_many_faults' })
    expect(faults.at(-1)?.detail).toContain('950')
    const suggested = faults.flatMap(({ suggestion }) => suggestion ?? [])
    expect(suggested.length).toBeGreaterThan(900)
    expect(suggested.length).toBeLessThan(1_100)
  })

  it('explains the faults that it lists, and no others', async () => {
    const ip_acl = Array.from({ length: 60 }, (_, i) => `10.0.0.${i}-10.0.0.${i}`)
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl })
    const explained = faults.filter(({ suggestion }) => suggestion !== undefined)
    expect(explained.map(({ pointer }) => pointer)).toEqual(
      Array.from({ length: 50 }, (_, i) => `/ip_acl/${i}`),
    )
  })

  it.each([null, '10.0.0.0/8', {}, 5])('refuses %j', async (ip_acl) => {
    const faults = await faultsOf(createKeyBody, { ...KEY, ip_acl })
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/ip_acl'])
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

describe('createAccountBody', () => {
  it('is pending unless told otherwise', async () => {
    const account = await valueOf(createAccountBody, ACCOUNT)
    expect(account).toEqual({ ...ACCOUNT, status: 'pending', external_id: null })
    const active = await valueOf(createAccountBody, { ...ACCOUNT, status: 'active' })
    expect(active.status).toBe('active')
  })

  it.each([
    ['email', ''],
    ['email', 'ada'],
    ['email', '@example.com'],
    ['email', 'ada@'],
    ['email', 'ada@b@example.com'],
    ['email', 'a da@example.com'],
    ['email', `${'a'.repeat(243)}@example.com`],
    ['name', ' '],
    ['name', 'a'.repeat(101)],
    ['password', 'x'.repeat(11)],
    ['password', 'x'.repeat(257)],
    ['password', '🔑'.repeat(11)],
    ['status', 'closed'],
    ['status', null],
  ])('refuses %s: %j', async (member, value) => {
    const faults = await faultsOf(createAccountBody, { ...ACCOUNT, [member]: value })
    expect(faults.map(({ pointer }) => pointer)).toEqual([`/${member}`])
  })

  it.each(['x'.repeat(256), '🔑'.repeat(256), ' '.repeat(12)])(
    'takes a password of 12 to 256 characters as it is: %s',
    async (password) => {
      expect((await valueOf(createAccountBody, { ...ACCOUNT, password })).password).toBe(password)
    },
  )
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

function entries(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
}

async function read<T>(schema: z.ZodType<T>, body: unknown) {
  const headers = { 'Content-Type': 'application/json' }
  const bytes = Buffer.from(JSON.stringify(body))
  const request = new Request('https://gateway.example/', { method: 'POST', headers, body: bytes })
  return await readBody(request, schema)
}

async function valueOf<T>(schema: z.ZodType<T>, body: unknown): Promise<T> {
  const result = await read(schema, body)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

async function faultsOf(schema: z.ZodType, body: unknown): Promise<readonly Fault[]> {
  const result = await read(schema, body)
  if (result.ok || result.error.reason !== 'validation_failed') throw new Error('not a 422')
  return result.error.faults
}
