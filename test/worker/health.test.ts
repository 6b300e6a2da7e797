import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../harness/http.ts'
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
  ])('names %s that %s, as soon as the last result is a second old', async (part, _, spoil) => {
    await mended()
    await spoil()
    const spoilt = Date.now()
    const answer = await healthOf(503)
    expect(Date.now() - spoilt).toBeLessThan(4_000)
    const all = { libsql: 'ok', kv: 'ok', authority: 'ok' }
    expect(answer.json).toMatchObject({ code: 'unhealthy', ...all, [part]: 'down' })
    expect(answer.json['detail']).toContain(part)
  })

  it.each(['none', 'stall'] as const)(
    'costs a flood one probe a second, and each answer is due within two (KV fault: %s)',
    async (fault) => {
      await mended()
      const before = (await rig.stores({ fault })).kvGets
      const startedMs = Date.now()
      const times: number[] = []
      async function ask(): Promise<void> {
        while (Date.now() - startedMs < 3_000) {
          const askedMs = Date.now()
          expect([200, 503]).toContain((await health()).status)
          times.push(Date.now() - askedMs)
        }
      }
      await Promise.all(Array.from({ length: 30 }, ask))
      const seconds = (Date.now() - startedMs) / 1_000
      const probes = (await rig.stores({ fault: 'none' })).kvGets - before
      expect(probes).toBeGreaterThan(0)
      expect(probes).toBeLessThanOrEqual(1 + seconds)
      expect(Math.max(...times)).toBeLessThan(2_500)
    },
  )

  it('tells what a client found that went away before it was told', async () => {
    await mended()
    const before = (await rig.stores({ fault: 'stall' })).kvGets
    const away = new AbortController()
    const ask = () => fetch(`${rig.url}/admin/api/v1/health`, { signal: away.signal })
    let first = ask()
    let answered = false
    while ((await rig.stores()).kvGets === before) {
      if (answered) first = ask() // the last one was told an older result
      answered = false
      void first.then(
        () => (answered = true),
        () => undefined,
      )
    }
    const second = health()
    away.abort()
    await expect(first).rejects.toThrow()
    expect((await second).json).toMatchObject({ kv: 'down', libsql: 'ok', authority: 'ok' })
    expect((await rig.stores()).kvGets).toBe(before + 1)
  })
})

/** All parts are well, and no older result is kept. */
async function mended(): Promise<void> {
  rig.libsql.set('open')
  await rig.stores({ fault: 'none' })
  await healthOf(200)
}

async function healthOf(status: number): Promise<HttpAnswer> {
  for (;;) {
    const answer = await health()
    if (answer.status === status) return answer
  }
}
