import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CreatedKey, Customer } from '../../harness/customer.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let key: CreatedKey

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  key = await customer.createKey()
})
afterAll(() => rig.stop())
beforeEach(() => rig.upstream.reset())

async function assertionFor(token: string): Promise<string> {
  const before = rig.upstream.received.length
  const headers = { 'X-API-Key': token, 'X-Portal-Assertion': 'forged' }
  expect((await rig.send('/x', { headers })).status).toBe(200)
  return rig.upstream.received[before]?.headers['x-portal-assertion'] ?? ''
}

describe('X-Portal-Assertion', () => {
  it('verifies against the published keys, for this account and key', async () => {
    const jwks = createRemoteJWKSet(new URL('/admin/jwks.json', rig.url))
    const { payload, protectedHeader } = await jwtVerify(await assertionFor(key.token), jwks, {
      issuer: 'portal-gateway',
      audience: rig.upstream.url,
      algorithms: ['EdDSA'],
    })
    expect(payload).toMatchObject({ sub: customer.id, key: key.id })
    expect(protectedHeader.kid).toBeTypeOf('string')
    const { iat = 0, exp = 0 } = payload
    expect(exp - iat).toBeLessThanOrEqual(60)
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60)
  })

  it('is signed once for a key, and not shared by two', async () => {
    const other = await customer.createKey()
    const [first, second, third] = [
      await assertionFor(key.token),
      await assertionFor(key.token),
      await assertionFor(other.token),
    ]
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('is published without its private half', async () => {
    const { json, headers } = await rig.send('/admin/jwks.json')
    const keys = json['keys'] as Record<string, unknown>[]
    expect(keys).toHaveLength(1)
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
    expect(headers['cache-control']).toBe('public, max-age=300')
  })

  it('survives a rotation: the first key signs, all are published', async () => {
    const older = rig.secrets.ASSERTION_KEYS
    const [oldKey] = (JSON.parse(older) as { keys: Record<string, string>[] }).keys
    const { makeSecrets } = await import('../../harness/secrets.ts')
    const [newKey] = (
      JSON.parse((await makeSecrets()).ASSERTION_KEYS) as { keys: Record<string, string>[] }
    ).keys
    const rotated = await startRig({
      variables: { ASSERTION_KEYS: JSON.stringify({ keys: [newKey, oldKey] }) },
    })
    try {
      const other = await (await rotated.customer()).createKey()
      await rotated.send('/x', { headers: { 'X-API-Key': other.token } })
      const jwt = rotated.upstream.received[0]?.headers['x-portal-assertion'] ?? ''
      const published = await rotated.send('/admin/jwks.json')
      const jwks = published.json as unknown as Parameters<typeof createLocalJWKSet>[0]
      expect(jwks.keys.map(({ kid }) => kid)).toEqual([newKey?.['kid'], oldKey?.['kid']])
      const { protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(jwks))
      expect(protectedHeader.kid).toBe(newKey?.['kid'])
    } finally {
      await rotated.stop()
    }
  })
})
