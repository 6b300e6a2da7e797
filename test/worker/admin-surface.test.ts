import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../../src/admin/openapi/document.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

describe('the admin surface', () => {
  it.each([
    '/admin/',
    '/%61dmin/',
    '/admin/index.html/../',
    '/admin/activity',
    '/admin/sessions',
    '/admin/keys/new',
    `/admin/keys/key_${'0'.repeat(32)}`,
    `/admin/keys/key_${'0'.repeat(32)}/edit?x=1`,
  ])('has a page at %s', async (path) => {
    const answer = await rig.send(path)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.text).toContain('/admin/api/v1/')
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('describes its API to whoever asks', async () => {
    const answer = await rig.send('/admin/api/openapi.json')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it.each(['/admin', '/admin/api', '/admin/errors'])('redirects %s to its folder', async (path) => {
    const answer = await rig.send(path)
    expect(answer.status).toBe(308)
    expect(answer.headers['location']).toBe(`${path}/`)
  })

  it.each([
    '/admin/nothing',
    '/admin/keys',
    '/admin/keys/other',
    '/admin/keys/key_0/delete',
    '/admin/api/v2',
    '/admin/api/v2/keys',
    '/admin/errors/key_invalid/',
    '/admin%2Fapi/v1/keys',
    '/admin%2f',
  ])('has nothing at %s', async (path) => {
    const answer = await rig.send(path)
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ code: 'not_found' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is reached by an encoded path, as it would be by a plain one', async () => {
    const { cookie } = await rig.customer()
    const answer = await rig.send('/%61dmin/api/v1/keys', { headers: { Cookie: cookie } })
    expect(answer.status).toBe(200)
    expect(answer.json).toHaveProperty('keys')
  })

  it('answers on ADMIN_HOST alone, where that is set', async () => {
    const hosted = await startRig({ variables: { ADMIN_HOST: 'Keys.example' } })
    try {
      const at = (url: string) => hosted.worker.miniflare.dispatchFetch(url, { redirect: 'manual' })
      expect((await at('https://keys.example/admin/')).status).toBe(200)
      const refused = await at('https://keys.example/admin/api/v1/session')
      expect(refused.status).toBe(401)
      expect(await refused.json()).toMatchObject({
        type: 'https://keys.example/admin/errors/unauthenticated',
      })
      expect((await at('https://keys.example/admin/api/openapi.json')).status).toBe(200)
      expect((await at('https://keys.example/admin/api/')).status).toBe(200)
      expect((await at('https://keys.example/admin/errors/key_invalid')).status).toBe(200)
      for (const url of [
        'https://api.example/admin/',
        'https://api.example/admin/api/v1/session',
        'https://api.example/admin/api/openapi.json',
        'https://api.example/admin/api/',
        'https://api.example/admin/errors/',
        'https://api.example/admin/errors/key_invalid',
      ]) {
        const answer = await at(url)
        expect(answer.status).toBe(401)
        const type = 'https://keys.example/admin/errors/credential_missing'
        expect(await answer.json()).toMatchObject({ code: 'credential_missing', type })
      }
      for (const host of ['keys.example', 'api.example', 'other.example:8443']) {
        const keys = await at(`https://${host}/admin/jwks.json`)
        expect(await keys.json()).toHaveProperty('keys')
        const health = await at(`https://${host}/%61dmin/api/v1/health`)
        expect(await health.json()).toHaveProperty('libsql')
      }
      expect((await at('https://api.example/%2561dmin/jwks.json')).status).toBe(401)
      expect(hosted.upstream.received).toHaveLength(0)
    } finally {
      await hosted.stop()
    }
  })
})
