import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../src/problems/table.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

const ENTRIES = Object.entries(PROBLEMS)

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

function accepting(path: string, accept: string): Promise<HttpAnswer> {
  return rig.send(path, { headers: { Accept: accept } })
}

function expectPage(answer: HttpAnswer): void {
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('text/html; charset=UTF-8')
  expect(answer.headers['cache-control']).toBe('public, max-age=300')
  expect(answer.headers['vary']).toBe('Accept')
  expect(answer.headers['content-security-policy']).toMatch(
    /style-src 'self'.*trusted-types 'none'/,
  )
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(rig.upstream.received).toHaveLength(0)
}

describe('the page about an error', () => {
  it.each(ENTRIES)('says what %s means, and what to do', async (code, { status, title }) => {
    const answer = await rig.send(`/admin/errors/${code}`)
    expectPage(answer)
    expect(answer.text).toContain(`<h1>${title}</h1>`)
    expect(answer.text).toContain(`<code>${status}</code> <code>${code}</code>`)
    expect(answer.text).not.toContain('undefined')
  })

  it('is where the type of a refusal leads, on both planes', async () => {
    for (const [path, title] of [
      ['/customer?x=1', 'API key missing'],
      ['/admin/api/v1/keys', 'Not logged in'],
      ['/admin/nothing', 'Not found'],
    ] as const) {
      const { type } = (await rig.send(path)).json as { type: string }
      const page = await fetch(new URL(type, rig.url + path))
      expect(page.status).toBe(200)
      expect(await page.text()).toContain(`<h1>${title}</h1>`)
    }
  })

  it.each([
    '/%61dmin/errors/key_invalid',
    '/admin/errors/key%5Finvalid',
    '/admin/errors/key_invalid?x=1',
  ])('is reached by each spelling of its path: %s', async (path) => {
    const answer = await rig.send(path)
    expectPage(answer)
    expect(answer.text).toContain('<h1>API key invalid</h1>')
  })

  it('answers HEAD with the headers of GET and no body', async () => {
    const answer = await rig.send('/admin/errors/key_invalid', { method: 'HEAD' })
    expectPage(answer)
    expect(answer.body).toHaveLength(0)
  })

  it.each([
    ['nothing'],
    ['KEY_INVALID'],
    ['toString'],
    ['__proto__'],
    ['constructor'],
    ['key_invalid.html'],
    ['%3Cscript%3E'],
    ['%zz'],
  ])('is 404 for a code that no answer has: %s', async (code) => {
    const answer = await rig.send(`/admin/errors/${code}`)
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json).toMatchObject({ code: 'not_found', type: '/admin/errors/not_found' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('answers GET and HEAD alone', async () => {
    for (const path of ['/admin/errors/', '/admin/errors/key_invalid']) {
      const answer = await rig.send(path, { method: 'POST', headers: { 'Content-Length': '0' } })
      expect(answer.status).toBe(405)
      expect(answer.json).toMatchObject({ code: 'method_not_allowed' })
      expect(String(answer.headers['allow']).split(', ').toSorted()).toEqual(['GET', 'HEAD'])
    }
  })
})

describe('the list of errors', () => {
  it('links to the page of each', async () => {
    const answer = await rig.send('/admin/errors/')
    expectPage(answer)
    const links = [...answer.text.matchAll(/href="\/admin\/errors\/(\w+)"/g)].map(
      ([, code = '']) => code,
    )
    expect(links.toSorted()).toEqual(Object.keys(PROBLEMS).toSorted())
  })
})

describe('the table as JSON', () => {
  it.each([
    'application/json',
    'application/json, text/html;q=0.9',
    'text/html;q=0, application/json',
  ])('is for programs that ask for it: %s', async (accept) => {
    const answer = await accepting('/admin/errors/key_invalid', accept)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['vary']).toBe('Accept')
    expect(answer.json).toEqual({ code: 'key_invalid', ...PROBLEMS.key_invalid })
  })

  it('is the whole list as well', async () => {
    const { json } = await accepting('/admin/errors/', 'application/json')
    expect(json['errors']).toEqual(ENTRIES.map(([code, entry]) => ({ code, ...entry })))
  })

  it.each([
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    '*/*',
    '',
    'image/png',
    ',;q=x',
  ])('is not for browsers, nor for clients without a preference: %s', async (accept) => {
    expectPage(await accepting('/admin/errors/key_invalid', accept))
  })
})

describe('the pages about errors', () => {
  it('have a style sheet and an icon of their own origin', async () => {
    const { text } = await rig.send('/admin/errors/')
    for (const [name, type] of [
      ['document.css', 'text/css'],
      ['favicon.svg', 'image/svg+xml'],
    ] as const) {
      expect(text).toContain(`href="/admin/${name}"`)
      const file = await rig.send(`/admin/${name}`)
      expect(file.status).toBe(200)
      expect(file.headers['content-type']).toContain(type)
      // Their names stay, so what is in them is asked for anew.
      expect(file.headers['cache-control']).toBe('public, max-age=0, must-revalidate')
    }
  })

  it('answer on a gateway that is not configured, which answers nothing else', async () => {
    const broken = await startRig({ without: ['TOKEN_KEYS'] })
    try {
      const refused = await broken.send('/admin/')
      expect(refused.json).toMatchObject({ code: 'misconfigured' })
      const page = await broken.send(String(refused.json['type']))
      expect(page.status).toBe(200)
      expect(page.text).toContain('<h1>Gateway not configured</h1>')
      expect((await broken.send('/admin/errors/')).status).toBe(200)
      expect((await broken.send('/admin/api/')).status).toBe(503)
    } finally {
      await broken.stop()
    }
  })

  it('answer while libSQL is down', async () => {
    const down = await rig.another({ LIBSQL_URL: 'http://127.0.0.1:9' })
    expect((await fetch(`${down}/admin/errors/storage_unavailable`)).status).toBe(200)
  })
})
