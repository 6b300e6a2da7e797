// What Cloudflare's edge may do to requests and answers of the admin surface on their way: it weakens the
// tags of what it compresses, names headers as it likes, adds some, and rewrites pages.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

describe('a page', () => {
  it.each(['/admin/', '/%61dmin/'])('is not to be rewritten: %s', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await rig.send(path, { method })
      expect(headers['cache-control']).toBe('public, max-age=0, must-revalidate, no-transform')
    }
  })

  it('shows e-mail addresses as they are, where it has any', async () => {
    for (const path of ['/admin/api/', '/admin/errors/']) {
      const { text } = await rig.send(path)
      const shown = text.replace(/<!--email_off-->[^]*<!--\/email_off-->/, '')
      expect(shown).not.toBe(text)
      expect(shown).not.toContain('@')
    }
  })

  it('loads scripts of its own alone, in files whose names change with them', async () => {
    const { text } = await rig.send('/admin/')
    const scripts = [...text.matchAll(/<script\b[^>]*\bsrc="([^"]+)"/g)].map(([, src]) => src)
    expect(scripts).not.toEqual([])
    for (const src of scripts) expect(src).toMatch(/^\/admin\/assets\/[\w-]+\.js$/)
  })
})

describe('a file', () => {
  it.each(['/admin/', '/admin/favicon.svg', '/admin/document.css'])(
    'is revalidated by its weak tag as by its strong one: %s',
    async (path) => {
      const { headers, status } = await rig.send(path)
      expect(status).toBe(200)
      const strong = String(headers['etag']).replace(/^W\//, '')
      expect(strong).toMatch(/^"[^"]+"$/)
      for (const tag of [strong, `W/${strong}`]) {
        const same = await rig.send(path, { headers: { 'If-None-Match': tag } })
        expect(same.status, tag).toBe(304)
        expect(same.body).toHaveLength(0)
      }
      const other = await rig.send(path, { headers: { 'If-None-Match': 'W/"another"' } })
      expect(other.status).toBe(200)
    },
  )
})

describe('a call', () => {
  it('is taken with the headers that the edge adds, and by names in any case', async () => {
    const customer = await rig.customer()
    const { id } = await customer.createKey()
    const url = `/admin/api/v1/keys/${id}`
    const edge = {
      'CF-Connecting-IP': '203.0.113.7',
      'CF-Ray': '8a1b2c3d4e5f6a7b-FRA',
      'CF-Visitor': '{"scheme":"https"}',
      'CF-IPCountry': 'DE',
      'CDN-Loop': 'cloudflare; loops=1',
      'X-Forwarded-For': '203.0.113.7',
      Priority: 'u=1, i',
    }
    for (const [version, toCase] of [
      [1, (name: string) => name.toLowerCase()],
      [2, (name: string) => name.toUpperCase()],
    ] as const) {
      const body = JSON.stringify({ application_name: `Edited ${version}` })
      const headers = {
        ...edge,
        Cookie: customer.cookie,
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
        'If-Match': `W/"${version}"`,
      }
      const named = Object.entries(headers).map(([name, value]) => [toCase(name), value])
      const options = { method: 'PATCH', headers: Object.fromEntries(named), body }
      const edited = await rig.send(url, options)
      expect(edited.status, edited.text).toBe(200)
      expect(edited.headers['etag']).toBe(`"${version + 1}"`)
    }
  })
})
