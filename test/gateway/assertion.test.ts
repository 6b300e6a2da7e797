import { Buffer } from 'node:buffer'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createAssertionSigner, importAssertionKeys } from '../../src/gateway/assertion.ts'

const NOW = 1_800_000_000_400
const SUBJECT = { accountId: 'acc_1', keyId: 'key_1' }

const first = privateJwk('kid-1')
const second = privateJwk('kid-2')

describe('importAssertionKeys()', () => {
  it('signs with the first key and publishes all, without their private halves', async () => {
    const keys = await imported(JSON.stringify({ keys: [first, second] }))
    expect(keys.kid).toBe('kid-1')
    expect(keys.published).toEqual({
      keys: [first, second].map(({ kid, x }) => {
        return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
      }),
    })
    for (const { d } of [first, second]) expect(JSON.stringify(keys.published)).not.toContain(d)
  })

  const publicHalf = { ...first, d: undefined }
  it.each([
    ['nothing', ''],
    ['a word', 'secret'],
    ['null', 'null'],
    ['one key', JSON.stringify(first)],
    ['a list', JSON.stringify([first])],
    ['no keys', '{"keys":[]}'],
    ['keys that are no list', JSON.stringify({ keys: first })],
    ['null for a key', '{"keys":[null]}'],
    ['a public key', JSON.stringify({ keys: [publicHalf] })],
    ['a second key that is public', JSON.stringify({ keys: [first, publicHalf] })],
    ['a key without "kid"', JSON.stringify({ keys: [{ ...first, kid: undefined }] })],
    ['a key with an empty "kid"', JSON.stringify({ keys: [{ ...first, kid: '' }] })],
    ['a key of another curve', JSON.stringify({ keys: [{ ...first, crv: 'X25519' }] })],
    ['a key of another type', JSON.stringify({ keys: [{ ...first, kty: 'EC' }] })],
    ['a secret key', JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }] })],
    ['a key of the wrong length', JSON.stringify({ keys: [{ ...first, d: 'c2VjcmV0' }] })],
  ])('refuses %s, and repeats nothing of it', async (_, text) => {
    const result = await importAssertionKeys(text)
    expect(result).toEqual({ ok: false, error: expect.any(String) })
    expect(JSON.stringify(result)).not.toContain('c2VjcmV0')
    expect(JSON.stringify(result)).not.toContain(first.d)
  })
})

describe('createAssertionSigner()', () => {
  it('says who calls, for a minute', async () => {
    const { header, claims } = await opened(await (await signer())(SUBJECT, NOW))
    expect(header).toEqual({ alg: 'EdDSA', kid: 'kid-1', typ: 'JWT' })
    expect(claims).toEqual({
      sub: 'acc_1',
      key: 'key_1',
      iss: 'portal-gateway',
      aud: 'https://portal.internal',
      iat: 1_799_999_995, // for a verifier whose clock is behind
      exp: 1_800_000_055,
    })
  })

  it('sends the same one for 30 seconds, and then another', async () => {
    const sign = await signer()
    const assertion = await sign(SUBJECT, NOW)
    expect(await sign(SUBJECT, NOW + 29_999)).toBe(assertion)
    const later = await sign(SUBJECT, NOW + 30_000)
    expect(later).not.toBe(assertion)
    expect((await opened(later)).claims['iat']).toBe(1_800_000_025)
    expect(await sign(SUBJECT, NOW + 59_999)).toBe(later)
  })

  it('never sends one that is about to expire', async () => {
    const sign = await signer()
    for (let ms = NOW; ms < NOW + 200_000; ms += 7_001) {
      const { exp } = (await opened(await sign(SUBJECT, ms))).claims
      const left = Number(exp) * 1000 - ms
      expect(left).toBeGreaterThan(24_000)
      expect(left).toBeLessThanOrEqual(60_000)
    }
  })

  it('signs anew after the clock was set back, so that none lives for longer than a minute', async () => {
    const sign = await signer()
    const assertion = await sign(SUBJECT, NOW)
    const earlier = await sign(SUBJECT, NOW - 1_000)
    expect(earlier).not.toBe(assertion)
    expect((await opened(earlier)).claims['exp']).toBe(1_800_000_054)
    expect(await sign(SUBJECT, NOW + 28_999)).toBe(earlier)
    expect(await sign(SUBJECT, NOW + 29_000)).not.toBe(earlier)
  })

  it('signs for each key of its own', async () => {
    const sign = await signer()
    await sign(SUBJECT, NOW)
    const other = { accountId: 'acc_2', keyId: 'key_2' }
    const { claims } = await opened(await sign(other, NOW))
    expect(claims).toMatchObject({ sub: 'acc_2', key: 'key_2' })
  })

  // A record in KV that was tampered with may name a key together with another account.
  it('never lends a key the assertion of another account', async () => {
    const sign = await signer()
    await sign({ ...SUBJECT, accountId: 'acc_other' }, NOW)
    const assertion = await sign(SUBJECT, NOW)
    expect((await opened(assertion)).claims).toMatchObject({ sub: 'acc_1', key: 'key_1' })
    expect(await sign(SUBJECT, NOW)).toBe(assertion)
  })

  it('forgets the oldest of ten thousand', async () => {
    const sign = await signer()
    const assertion = await sign(SUBJECT, NOW)
    for (let i = 0; i < 9_999; i += 1_000) await signMany(i, Math.min(i + 1_000, 9_999))
    expect(await sign(SUBJECT, NOW + 1_000)).toBe(assertion)
    await signMany(9_999, 10_000)
    expect(await sign(SUBJECT, NOW + 1_000)).not.toBe(assertion)

    async function signMany(from: number, to: number) {
      const ids = Array.from({ length: to - from }, (_, i) => `key_n${from + i}`)
      await Promise.all(ids.map(async (keyId) => await sign({ accountId: 'acc_1', keyId }, NOW)))
    }
  })
})

function privateJwk(kid: string) {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', kid, x, d }
}

async function imported(text: string) {
  const keys = await importAssertionKeys(text)
  if (!keys.ok) throw new Error(keys.error)
  return keys.value
}

async function signer() {
  const keys = await imported(JSON.stringify({ keys: [first] }))
  return createAssertionSigner(keys, 'portal-gateway', 'https://portal.internal')
}

/** Header and claims of a JWT, after its signature was checked against the published key. */
async function opened(assertion: string) {
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  const { kty, crv, x } = first
  const key = createPublicKey({ format: 'jwk', key: { kty, crv, x } })
  const isGood = verify(
    null,
    Buffer.from(`${header}.${claims}`),
    key,
    Buffer.from(signature, 'base64url'),
  )
  expect(isGood).toBe(true)
  return { header: jsonOf(header), claims: jsonOf(claims) }
}

function jsonOf(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}
