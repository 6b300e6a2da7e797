import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../../src/identity/discovery.ts'
import type { ProviderFetch } from '../../src/identity/provider-fetch.ts'

const ISSUER = 'https://login.example'
const MINUTE_MS = 60_000

/** Discovery by a clock and a provider that the test sets. */
function rig() {
  const faults: unknown[] = []
  const state = { nowMs: 0, reads: 0, isDown: false, metadata: {} }
  const deps = { nowMs: () => state.nowMs, onFault: (error: unknown) => void faults.push(error) }
  const discovery = createDiscovery(ISSUER, deps)
  const fetch: ProviderFetch = () => {
    state.reads += 1
    if (state.isDown) return Promise.reject(new TypeError('down'))
    return Promise.resolve(
      Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        jwks_uri: `${ISSUER}/keys`,
        ...state.metadata,
      }),
    )
  }
  return { state, faults, read: () => discovery.read(fetch) }
}

describe('createDiscovery()', () => {
  it('reads the metadata once in ten minutes, and what changed after that', async () => {
    const { state, read } = rig()
    for (const minute of [0, 5, 9.99]) {
      state.nowMs = minute * MINUTE_MS
      await read()
    }
    expect(state.reads).toBe(1)
    state.metadata = { token_endpoint: `${ISSUER}/moved` }
    state.nowMs = 10 * MINUTE_MS
    expect((await read()).token_endpoint).toBe(`${ISSUER}/moved`)
  })

  it('goes on with a copy for a day while the provider is down, and says so', async () => {
    const { state, faults, read } = rig()
    await read()
    state.isDown = true
    state.nowMs = 24 * 60 * MINUTE_MS
    expect((await read()).issuer).toBe(ISSUER)
    expect(faults).toHaveLength(1)
    state.nowMs += 1
    await expect(read()).rejects.toThrow()
    state.isDown = false
    expect((await read()).issuer).toBe(ISSUER)
  })

  it('has nothing to go on with if it was down from the start', async () => {
    const { state, read } = rig()
    state.isDown = true
    await expect(read()).rejects.toThrow()
    state.isDown = false
    expect((await read()).issuer).toBe(ISSUER)
  })

  it.each([
    ['another issuer', { issuer: 'https://other.example' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['an endpoint that could be overheard', { token_endpoint: 'http://login.example/token' }],
    ['keys that could be overheard', { jwks_uri: 'http://login.example/keys' }],
    ['an endpoint that is no URL', { authorization_endpoint: '/authorize' }],
  ])('takes no metadata with %s', async (_, metadata) => {
    const { state, read } = rig()
    state.metadata = metadata
    await expect(read()).rejects.toMatchObject({ reason: 'invalid' })
  })
})
