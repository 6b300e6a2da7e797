import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../src/gateway/refusal.ts'
import { createRefusalResponse } from '../../src/gateway/refusal-response.ts'
import { requestIdOf } from '../../src/http/request-id.ts'

const refusalResponse = createRefusalResponse('https://keys.example/admin/errors/')
const REQUEST_ID = requestIdOf(new Headers({ 'X-Request-Id': 'req-1' }))

const REFUSALS: [number, Refusal][] = [
  [400, { reason: 'credential_ambiguous' }],
  [400, { reason: 'body_not_allowed' }],
  [400, { reason: 'request_malformed', part: 'url' }],
  [400, { reason: 'request_malformed', part: 'path' }],
  [400, { reason: 'request_malformed', part: 'body' }],
  [401, { reason: 'credential_missing', seen: 'nothing' }],
  [401, { reason: 'credential_missing', seen: 'other_scheme' }],
  [401, { reason: 'credential_missing', seen: 'query' }],
  [401, { reason: 'key_invalid' }],
  [401, { reason: 'key_revoked' }],
  [403, { reason: 'https_required' }],
  [403, { reason: 'account_inactive', status: 'suspended' }],
  [403, { reason: 'ip_denied', clientIp: '203.0.113.7' }],
  [403, { reason: 'ip_denied', clientIp: null }],
  [502, { reason: 'upstream_unreachable', sent: 'no', fault: 'other' }],
  [502, { reason: 'upstream_unreachable', sent: 'unknown', fault: 'other' }],
  [502, { reason: 'upstream_invalid', fault: 'invalid' }],
  [503, { reason: 'authentication_unavailable' }],
  [504, { reason: 'upstream_timeout', fault: 'timeout' }],
]

describe('refusalResponse()', () => {
  it.each(REFUSALS)('answers %d to %j', async (status, refusal) => {
    const response = refusalResponse(refusal, REQUEST_ID)
    expect(response.status).toBe(status)
    const { headers } = response
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-request-id')).toBe(REQUEST_ID)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(', ')
    expect(exposed?.toSorted()).toEqual(['retry-after', 'www-authenticate', 'x-request-id'])

    const body = await response.json()
    expect(body).toMatchObject({
      type: `https://keys.example/admin/errors/${refusal.reason}`,
      title: expect.stringMatching(/^\S/),
      status,
      detail: expect.stringMatching(/^\S/),
      code: refusal.reason,
      request_id: REQUEST_ID,
    })
  })

  it.each(REFUSALS)('%d is each time the answer to its own request: %j', async (_, refusal) => {
    const ids = ['a', 'b'.repeat(128)]
    const [first, second] = ids.map((id) =>
      refusalResponse(refusal, requestIdOf(new Headers({ 'X-Request-Id': id }))),
    )
    for (const [i, response] of [first, second].entries()) {
      expect(response?.headers.get('x-request-id')).toBe(ids[i])
      const body = await response?.text()
      expect(body).toContain(`"request_id":"${ids[i]}"`)
      expect(response?.headers.get('content-length')).toBe(String(body?.length))
    }
  })

  it.each(REFUSALS)('%d carries a challenge where it is a 401: %j', (status, refusal) => {
    const challenge = refusalResponse(refusal, REQUEST_ID).headers.get('www-authenticate')
    if (status !== 401) return expect(challenge).toBeNull()
    expect(challenge).toMatch(/^Bearer realm="/)
    // RFC 6750 §3: no error code where the request lacks authentication information.
    const hasError = refusal.reason !== 'credential_missing'
    expect(challenge?.includes('error="invalid_token"')).toBe(hasError)
  })

  it.each(REFUSALS)('%d says when to come back where that helps: %j', (status, refusal) => {
    const retryAfter = refusalResponse(refusal, REQUEST_ID).headers.get('retry-after')
    if (status === 429 || status === 503) expect(retryAfter).toMatch(/^[1-9]\d*$/)
    else expect(retryAfter).toBeNull()
  })

  it.each(['nothing', 'other_scheme', 'query'] as const)(
    'names what is accepted where it saw %s',
    async (seen) => {
      const detail = await detailOf({ reason: 'credential_missing', seen })
      for (const form of ['Authorization: Token', 'Authorization: Bearer', 'X-API-Key:']) {
        expect(detail).toContain(form)
      }
    },
  )

  it('says where the request may have taken effect, and where it cannot have', async () => {
    const said = new Map<boolean, number>()
    for (const [status, refusal] of REFUSALS) {
      const mayHave = (await detailOf(refusal)).includes('may have taken effect')
      if (status >= 502 && status !== 503) said.set(mayHave, (said.get(mayHave) ?? 0) + 1)
      else expect(mayHave, refusal.reason).toBe('part' in refusal && refusal.part === 'body')
    }
    expect([said.get(true), said.get(false)]).toEqual([3, 1])
    expect(
      await detailOf({ reason: 'upstream_unreachable', sent: 'no', fault: 'other' }),
    ).toContain('Nothing')
  })

  it('says that a key which was sent over plain HTTP should be replaced', async () => {
    expect(await detailOf({ reason: 'https_required' })).toMatch(/API key .* replaced/)
  })

  it('shows the address that was denied, however many there are', async () => {
    const addresses = Array.from({ length: 2_500 }, (_, i) => `198.51.${i >> 8}.${i & 0xff}`)
    for (const clientIp of ['2001:db8::1', null, ...addresses, null, '2001:db8::1']) {
      const response = refusalResponse({ reason: 'ip_denied', clientIp }, REQUEST_ID)
      expect(await response.json()).toMatchObject({ client_ip: clientIp })
    }
  })

  it('keeps what is added to one answer out of the next one', () => {
    const [first, second] = [1, 2].map(() => refusalResponse({ reason: 'key_revoked' }, REQUEST_ID))
    first?.headers.set('RateLimit', '"key";r=1;t=1')
    expect(second?.headers.has('ratelimit')).toBe(false)
    const third = refusalResponse({ reason: 'key_revoked' }, REQUEST_ID)
    expect(third.headers.has('ratelimit')).toBe(false)
  })
})

async function detailOf(refusal: Refusal): Promise<string> {
  const { detail } = await refusalResponse(refusal, REQUEST_ID).json<{ detail: string }>()
  return detail
}
