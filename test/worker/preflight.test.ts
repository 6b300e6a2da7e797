import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

const PREFLIGHT = {
  Origin: 'https://app.example',
  'Access-Control-Request-Method': 'PUT',
  'Access-Control-Request-Headers': 'authorization',
}

describe('a CORS preflight', () => {
  it('is forwarded without a key, with nothing but what it needs', async () => {
    rig.upstream.answerWith((_, response) => {
      response.writeHead(204, { 'Access-Control-Allow-Origin': 'https://app.example' })
      response.end()
    })
    const answer = await rig.send('/customer?x=1', {
      method: 'OPTIONS',
      headers: {
        ...PREFLIGHT,
        'User-Agent': 'browser',
        'X-Request-Id': 'pre-1',
        'CF-Connecting-IP': '192.0.2.1',
        Cookie: 'a=1',
        Authorization: 'Token cpk_x',
        'X-API-Key': 'cpk_x',
        'X-Portal-Account': 'evil',
        'X-Custom': 'evil',
      },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example')
    expect(answer.headers['x-request-id']).toBe('pre-1')

    const [received] = rig.upstream.received
    expect(received).toMatchObject({ method: 'OPTIONS', url: '/customer?x=1' })
    // The last four are the runtime's own.
    const {
      host,
      connection,
      'content-length': _,
      'cf-worker': __,
      ...rest
    } = received?.headers ?? {}
    expect([host, connection]).not.toContain('evil')
    expect(rest).toEqual({
      origin: 'https://app.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization',
      'user-agent': 'browser',
      'x-request-id': 'pre-1',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': new URL(rig.url).host,
      'x-forwarded-proto': 'http',
    })
  })

  it.each([
    ['without Origin', { 'Access-Control-Request-Method': 'PUT' }],
    ['without Access-Control-Request-Method', { Origin: 'https://app.example' }],
  ])('is none %s, and needs a key', async (_, headers) => {
    const answer = await rig.send('/customer', { method: 'OPTIONS', headers })
    expect(answer.json).toMatchObject({ code: 'credential_missing' })
    expect(rig.upstream.received).toHaveLength(0)
  })

  it('is refused where PREFLIGHT=refuse', async () => {
    const strict = await startRig({ variables: { PREFLIGHT: 'refuse' } })
    try {
      const answer = await strict.send('/customer', { method: 'OPTIONS', headers: PREFLIGHT })
      expect(answer.status).toBe(401)
      expect(answer.json).toMatchObject({ code: 'credential_missing' })
      expect(strict.upstream.received).toHaveLength(0)
    } finally {
      await strict.stop()
    }
  })
})
