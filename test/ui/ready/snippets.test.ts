import { execFileSync } from 'node:child_process'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { LANGUAGES, snippet } from '../../../src/ui/ready/snippets.ts'

const URL = 'https://gateway.example/customer'

describe('snippet()', () => {
  it('is a line of curl that needs no more quotes than it has', () => {
    expect(snippet('curl', URL, 'cpk_abc')).toBe(`curl -H 'Authorization: Token cpk_abc' ${URL}`)
  })

  // What a URL's host may have, and an imported token.
  const hostile = `a'b"c\\$(id)\`id\`;&|<>#!*`
  const url = `https://x${hostile}.example/`

  it('stays one argument of the shell, whatever the URL and the token hold', () => {
    const print = snippet('curl', url, hostile).replace(/^curl/, `printf '%s\\n'`)
    const lines = execFileSync('sh', ['-c', print], { encoding: 'utf8' }).split('\n')
    expect(lines).toEqual(['-H', `Authorization: Token ${hostile}`, url, ''])
  })

  it('stays two variables of a .env file', () => {
    const print = `${snippet('.env', url, hostile)}; printf '%s\\n' "$PORTAL_API_URL" "$PORTAL_API_TOKEN"`
    const lines = execFileSync('sh', ['-c', print], { encoding: 'utf8' }).split('\n')
    expect(lines).toEqual([url, hostile, ''])
  })

  it('stays one string of JavaScript', () => {
    const code = snippet('JavaScript', url, hostile).split('\n').slice(0, 3).join('\n')
    const calls: unknown[] = []
    const fetch = (...call: unknown[]) => calls.push(JSON.parse(JSON.stringify(call)))
    runInNewContext(`(async () => {${code}})()`, { fetch })
    expect(calls).toEqual([[url, { headers: { Authorization: `Token ${hostile}` } }]])
  })

  it.each(LANGUAGES)('is written for %s', (language) => {
    const named = language === '.env' ? 'TOKEN=cpk_abc' : 'Token cpk_abc'
    expect(snippet(language, URL, 'cpk_abc')).toContain(named)
  })

  it('is a collection that Postman imports, whatever the URL and the token hold', () => {
    const collection = JSON.parse(snippet('Postman', url, hostile)) as {
      item: { request: object }[]
    }
    expect(collection.item[0]?.request).toEqual({
      method: 'GET',
      header: [{ key: 'Authorization', value: `Token ${hostile}` }],
      url,
    })
  })
})
