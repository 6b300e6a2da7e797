import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpAnswer, send } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

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
    expect(answer.json).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^[0-9a-f-]{36}$/),
      libsql: 'ok',
      kv: 'ok',
      authority: 'ok',
      pending: { count: 0, oldest_at: null },
      cron_last_run_at: null,
    })
    const { version } = answer.json
    expect(JSON.parse(rig.logs.at(-1) ?? '')).toMatchObject({ plane: 'admin', version })
  })

  it('tells of a change that is pending, and is unhealthy after two minutes of it', async () => {
    const key = await (await rig.customer()).createKey()
    const revise = (ageMs: number) =>
      runSql(
        rig.libsqlUrl,
        'UPDATE api_keys SET enforced_revision = revision - 1, published_revision = revision - 1, revised_at = ? WHERE id = ?',
        [Date.now() - ageMs, key.id],
      )
    await revise(60_000)
    await expect.poll(async () => (await health()).json['pending']).toMatchObject({ count: 1 })
    await revise(121_000)
    const answer = await healthOf(503)
    expect(answer.json).toMatchObject({
      code: 'unhealthy',
      detail: 'A change has been pending for more than two minutes.',
      libsql: 'ok',
      pending: { count: 1, oldest_at: expect.stringMatching(/Z$/) },
    })
    await rig.worker.runCron()
    const { json } = await healthOf(200)
    expect(json['pending']).toEqual({ count: 0, oldest_at: null })
  })

  it('is unhealthy where the cron of a version of 5 minutes is silent, and warns of a token', async () => {
    const id = '1b7a4a0e-8a86-4f0c-9d9c-3f2f4f0a6f11'
    const timestamp = new Date(Date.now() - 301_000).toISOString()
    const expires = Math.floor(Date.now() / 1_000) + 86_400
    const token = ['', btoa(JSON.stringify({ exp: expires })), ''].join('.')
    const url = await rig.another(
      { LIBSQL_AUTH_TOKEN: token },
      { CF_VERSION_METADATA: { type: 'json', value: { id, timestamp, tag: '' } } },
    )
    const healthThere = () => send(`${url}/admin/api/v1/health`)
    await rig.worker.runCron()
    await expect.poll(async () => (await healthThere()).status).toBe(200)
    const old = String(Date.now() - 301_000)
    await runSql(rig.libsqlUrl, "UPDATE meta SET value = ? WHERE name = 'cron_last_run_at'", [old])
    await expect.poll(async () => (await healthThere()).status).toBe(503)
    const expires_at = new Date(expires * 1_000).toISOString()
    expect((await healthThere()).json).toMatchObject({
      code: 'unhealthy',
      version: id,
      expiring: [{ name: 'LIBSQL_AUTH_TOKEN', expires_at }],
      detail: 'The cron has not run for five minutes.',
      cron_last_run_at: new Date(Number(old)).toISOString(),
    })
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
