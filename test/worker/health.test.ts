import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig({ simulatedStores: true })
})
afterAll(() => rig.stop())

const health = () => rig.send('/admin/api/v1/health')

describe('GET /health', () => {
  it('names the state of each part, and needs no session', async () => {
    const answer = await health()
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ status: 'ok', libsql: 'ok', kv: 'ok', authority: 'ok' })
  })

  it('says where requests show a wrong set-up of Cloudflare', async () => {
    const { token } = await (await rig.customer()).createKey()
    const headers = { 'X-API-Key': token, 'CF-Connecting-IP': '240.0.0.1' }
    expect((await rig.send('/customer', { headers })).status).toBe(200)
    const answer = await health()
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ status: 'ok', client_address: ['pseudo_ipv4'] })
  })

  it.each([
    ['libsql', 'is closed', () => Promise.resolve(rig.libsql.set('closed'))],
    ['libsql', 'hangs', () => Promise.resolve(rig.libsql.set('hanging'))],
    ['kv', 'throws', () => rig.stores({ fault: 'throw' })],
    ['kv', 'hangs', () => rig.stores({ fault: 'stall' })],
  ])('names %s that %s', async (part, _, spoil) => {
    await spoil()
    const answer = await health()
    rig.libsql.set('open')
    await rig.stores({ fault: 'none' })
    expect(answer.status).toBe(503)
    const all = { libsql: 'ok', kv: 'ok', authority: 'ok' }
    expect(answer.json).toMatchObject({ code: 'unhealthy', ...all, [part]: 'down' })
    expect(answer.json['detail']).toContain(part)
  })

  it.each(['none', 'stall'] as const)('is no lever for a flood (KV fault: %s)', async (fault) => {
    const before = (await rig.stores({ fault })).kvGets
    const answers = await Promise.all(Array.from({ length: 60 }, health))
    const after = (await rig.stores({ fault: 'none' })).kvGets
    // What was found within the second before may be told, so the state of the test before this one.
    for (const { status } of answers) expect([200, 503]).toContain(status)
    expect(after - before).toBeLessThan(60)
  })
})
