import { describe, expect, it } from 'vitest'
import { extractCredential, hasKeyInQuery } from '../../src/gateway/credential.ts'

const KEY = `cpk_a${'7'.repeat(43)}`
const MISSING = { ok: false, error: { reason: 'credential_missing', seen: 'other_scheme' } }
const AMBIGUOUS = { ok: false, error: { reason: 'credential_ambiguous' } }

describe('extractCredential()', () => {
  it.each([
    ['Authorization', `Token ${KEY}`],
    ['Authorization', `Bearer ${KEY}`],
    ['Authorization', `Bearer Token ${KEY}`],
    ['Authorization', `token ${KEY}`],
    ['Authorization', `TOKEN ${KEY}`],
    ['Authorization', `bearer ${KEY}`],
    ['Authorization', `BEARER ${KEY}`],
    ['Authorization', `bEaReR tOkEn ${KEY}`],
    ['Authorization', `Token   ${KEY}`],
    ['Authorization', `Token\t${KEY}`],
    ['Authorization', `Bearer \t ${KEY}`],
    ['Authorization', `Bearer  \tToken \t${KEY}`],
    ['Authorization', `  Token ${KEY} \t`],
    ['X-API-Key', KEY],
    ['x-api-key', `\t ${KEY} `],
  ])('finds the key in %s: %s', (name, value) => {
    expect(extractCredential(new Headers({ [name]: value }))).toEqual({ ok: true, value: KEY })
  })

  it.each([
    ['Authorization', 'Token', ''],
    ['Authorization', 'Bearer', ''],
    ['Authorization', 'Bearer ', ''],
    ['Authorization', 'Bearer Token', ''],
    ['Authorization', 'bearer\ttoken\t', ''],
    ['Authorization', 'Token garbage', 'garbage'],
    ['Authorization', `Token "${KEY}"`, `"${KEY}"`],
    ['Authorization', `Token ${KEY} ${KEY}`, `${KEY} ${KEY}`],
    ['Authorization', `Token Token ${KEY}`, `Token ${KEY}`],
    ['Authorization', `Token Bearer ${KEY}`, `Bearer ${KEY}`],
    ['Authorization', `Bearer Token${KEY}`, `Token${KEY}`],
    ['Authorization', `Bearer Tokens ${KEY}`, `Tokens ${KEY}`],
    ['X-API-Key', '', ''],
    ['X-API-Key', `Token ${KEY}`, `Token ${KEY}`],
    ['X-API-Key', `Bearer ${KEY}`, `Bearer ${KEY}`],
  ])('passes on the empty or malformed value of %s: %s', (name, value, credential) => {
    const headers = new Headers({ [name]: value })
    expect(extractCredential(headers)).toEqual({ ok: true, value: credential })
  })

  it('says that there is none', () => {
    const error = { reason: 'credential_missing', seen: 'nothing' }
    expect(extractCredential(new Headers())).toEqual({ ok: false, error })
    const elsewhere = new Headers({
      Cookie: `api_key=${KEY}`,
      'X-Auth-Token': KEY,
      'Api-Key': KEY,
      X_API_KEY: KEY,
      'Proxy-Authorization': `Token ${KEY}`,
    })
    expect(extractCredential(elsewhere)).toEqual({ ok: false, error })
  })

  it.each([
    ['a bare key', KEY],
    ['an empty value', ''],
    ['Basic', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['Basic, whose value is a key', `Basic ${KEY}`],
    ['Negotiate without a value', 'Negotiate'],
    ['a scheme that begins like ours', `Tokens ${KEY}`],
    ['a scheme that ends like ours', `MyToken ${KEY}`],
    ['no space after the scheme', `Bearer${KEY}`],
    ['a colon after the scheme', `Token: ${KEY}`],
    ['an equals sign after the scheme', `Token=${KEY}`],
    ['ApiKey', `ApiKey ${KEY}`],
    ['GNAP', `GNAP ${KEY}`],
    ['a letter beyond ASCII in the scheme', `T\u00f6ken ${KEY}`],
    ['a comma within its one value', 'Digest username="ada", realm="portal", nonce="x=="'],
    ['no spaces around its commas', 'Digest username="ada",realm="portal",qop=auth,nc=00000001'],
    ['spaces around its equals signs', 'Digest username = "ada" , realm = "portal"'],
    ['commas within quotes', 'Digest username="Lovelace, Ada", realm="portal"'],
    ['a key within quotes', `Digest username="ada", realm="a, Token ${KEY}"`],
    ['an escaped quote', String.raw`Digest username="a\", Token b", realm="portal"`],
    [
      'a signature',
      'AWS4-HMAC-SHA256 Credential=AKID/20261101/eu, SignedHeaders=host, Signature=0a',
    ],
    ['OAuth 1', 'OAuth realm="x", oauth_token="ad180", oauth_signature="wOJIO9A2W5%3D"'],
  ])('takes an Authorization for another scheme: %s', (_, value) => {
    expect(extractCredential(new Headers({ Authorization: value }))).toEqual(MISSING)
  })

  it.each([
    ['Token', `Token ${KEY}`],
    ['a malformed Token', 'Token x'],
    ['an empty Bearer', 'Bearer'],
    ['Basic', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['Digest', 'Digest username="ada", realm="portal"'],
    ['a bare key', KEY],
    ['nothing', ''],
  ])('finds two in X-API-Key and an Authorization of %s', (_, authorization) => {
    for (const apiKey of [KEY, 'other', '']) {
      const headers = new Headers({ Authorization: authorization, 'X-API-Key': apiKey })
      expect(extractCredential(headers)).toEqual(AMBIGUOUS)
    }
  })

  it.each([
    [`Token ${KEY}`, `Token ${KEY}`],
    [`Token ${KEY}`, `Bearer ${KEY}`],
    [`Token ${KEY}`, 'Basic dXNlcjpwYXNzd29yZA=='],
    ['Basic dXNlcjpwYXNzd29yZA==', `Token ${KEY}`],
    ['Basic dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz'],
    ['Basic dXNlcjpwYXNzd29yZA==', 'Negotiate'],
    ['Digest username="ada", realm="portal"', `Token ${KEY}`],
    ['Digest username="ada", realm="portal"', 'Digest username="ada", realm="portal"'],
    [`Token ${KEY}`, 'Digest username="ada", realm="portal"'],
    ['Digest username="Lovelace, Ada"', `Bearer ${KEY}`],
    [`Bearer ${KEY}`, ''],
    ['', `Bearer ${KEY}`],
    [`Token ${KEY}`, KEY],
    [KEY, KEY],
    [KEY, `Token ${KEY}`],
    ['Bearer', 'Bearer'],
  ])('finds two in a repeated Authorization: %s and %s', (first, second) => {
    const repeated = new Headers([
      ['Authorization', first],
      ['Authorization', second],
    ])
    expect(extractCredential(repeated)).toEqual(AMBIGUOUS)
    for (const comma of [',', ', ', ' , ', ',\t']) {
      const joined = new Headers({ Authorization: first + comma + second })
      expect(extractCredential(joined)).toEqual(AMBIGUOUS)
    }
  })

  it('takes a time that grows as the length of a quoted string that nothing closes', () => {
    const open = `Digest a="b", username="${String.raw`\"`.repeat(200_000)}`
    const read = (authorization: string) =>
      extractCredential(new Headers({ Authorization: authorization }))
    expect(read(open)).toEqual(MISSING)
    expect(read(`${open}, Token ${KEY}`)).toEqual(AMBIGUOUS)
  })

  it.each([
    [KEY, KEY],
    [KEY, 'other'],
    [KEY, ''],
    ['', KEY],
    ['', ''],
  ])('finds two in a repeated X-API-Key: "%s" and "%s"', (first, second) => {
    const repeated = new Headers([
      ['X-API-Key', first],
      ['x-api-key', second],
    ])
    expect(extractCredential(repeated)).toEqual(AMBIGUOUS)
    expect(extractCredential(new Headers({ 'X-API-Key': `${first},${second}` }))).toEqual(AMBIGUOUS)
  })
})

describe('hasKeyInQuery()', () => {
  it.each([
    ['?api_key=x', true],
    ['?apikey=x', true],
    ['?api-key=x', true],
    ['?API_KEY=x', true],
    ['?X-API-Key=x', true],
    ['?access_token=x', true],
    ['?auth_token=x', true],
    ['?token=x', true],
    ['?key=x', true],
    ['?page=2&token=x', true],
    [`?anything=${KEY}`, true],
    [`?anything=%63pk_${KEY.slice(4)}`, true],
    ['?%74oken=x', true],
    ['', false],
    ['?', false],
    ['?page=2', false],
    ['?keyword=token', false],
    ['?monkey=1', false],
    ['?q=about-cpk_', false],
    ['#token=x', false],
  ])('answers for "%s": %s', (query, found) => {
    expect(hasKeyInQuery(`https://portal.example/v1/calls${query}`, 'cpk_')).toBe(found)
  })

  it('does not look at the path', () => {
    expect(hasKeyInQuery(`https://portal.example/token/${KEY}`, 'cpk_')).toBe(false)
  })
})
