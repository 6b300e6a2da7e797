// The patterns of docs/integrate/leaks.md, taken from the page, against genuine tokens and what only looks alike.

import { randomBytes } from 'node:crypto'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { makeSecrets } from '../harness/secrets.ts'
import { toBlockHmacKey } from '../src/keys/block-hmac.ts'
import { importKeyRing } from '../src/keys/key-ring.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../src/keys/token.ts'
import { page } from './support/documents.ts'

const { text, blocks } = page('docs/integrate/leaks.md')
const blockOf = (language: string) =>
  blocks.find((block) => block.language === language)?.text ?? ''

/** The members of Gitleaks' rules and of TruffleHog's custom detectors, from their documentation. */
const GITLEAKS_RULE = [
  'id',
  'description',
  'regex',
  'keywords',
  'secretGroup',
  'entropy',
  'path',
  'tags',
]
const TRUFFLEHOG_DETECTOR = ['name', 'keywords', 'regex', 'verify']

interface Found {
  readonly keywords: readonly string[]
  readonly regex: RegExp
}

function gitleaks(): Found {
  const { rules = [] } = parseToml(blockOf('toml')) as {
    rules?: { regex: string; keywords: string[] }[]
  }
  const [rule] = rules
  if (rule === undefined) throw new Error('The page has no rule for Gitleaks')
  expect(Object.keys(rule).filter((name) => !GITLEAKS_RULE.includes(name))).toEqual([])
  return { keywords: rule.keywords, regex: new RegExp(rule.regex, 'g') }
}

function trufflehog(): Found {
  const { detectors } = parseYaml(blockOf('yaml')) as {
    detectors: { keywords: string[]; regex: { token: string } }[]
  }
  const [detector] = detectors
  if (detector === undefined) throw new Error('The page has no detector for TruffleHog')
  expect(Object.keys(detector).filter((name) => !TRUFFLEHOG_DETECTOR.includes(name))).toEqual([])
  return { keywords: detector.keywords, regex: new RegExp(detector.regex.token, 'g') }
}

/** The three fields of a custom pattern of GitHub's, as one expression. */
function github(): Found {
  const field = (name: string) => {
    const [, value] = new RegExp(String.raw`\| ${name} +\| \x60(.+?)\x60 +\|`).exec(text) ?? []
    if (value === undefined) throw new Error(`The page has no field "${name}"`)
    return value
      .replaceAll(String.raw`\|`, '|')
      .replaceAll(/\\[Az]/g, (end) => (end === '\\A' ? '^' : '$'))
  }
  const [format, before, after] = ['Secret format', 'Before secret', 'After secret'].map(field)
  return { keywords: [], regex: new RegExp(`(?<=${before})${format}(?=${after})`, 'g') }
}

const ring = await importKeyRing((await makeSecrets()).TOKEN_KEYS, toBlockHmacKey)
if (!ring.ok) throw new Error(ring.error)
const tokenKeys = ring.value
const mint = () => mintToken('cpk_', tokenKeys, randomBytes(TOKEN_RANDOM_BYTES)).token

describe.each([
  ['Gitleaks', gitleaks],
  ['TruffleHog', trufflehog],
  ['GitHub', github],
])('the pattern for %s', (_, read) => {
  const { regex, keywords } = read()
  const found = (source: string) => source.match(regex)

  it('finds each genuine token, and the whole of it', () => {
    for (let i = 0; i < 1_000; i++) {
      const token = mint()
      for (const source of [
        token,
        `KEY=${token}\n`,
        `"${token}",`,
        `curl -H 'X-API-Key: ${token}'`,
      ]) {
        expect(found(source), source).toEqual([token])
      }
      for (const keyword of keywords) expect(token).toContain(keyword)
    }
  })

  it('finds two tokens beside one another', () => {
    const [one, two] = [mint(), mint()]
    expect(found(`${one},${two}`)).toEqual([one, two])
  })

  it.each([
    ['a shorter text', `cpk_${'A'.repeat(39)}`],
    ['a longer text', `cpk_${'A'.repeat(65)}`],
    ['another prefix', `ghp_${'A'.repeat(44)}`],
    ['the end of a longer word', `xcpk_${'A'.repeat(44)}`],
    ['a placeholder', 'cpk_YOUR_TOKEN_HERE'],
    ['a hash', 'a'.repeat(64)],
  ])('does not find %s', (_name, source) => {
    expect(found(source)).toBeNull()
  })
})
