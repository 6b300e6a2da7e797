// Two deployments over one database: each has authorities of its own, so what is changed through one never
// reaches the requests of the other. It is noticed, and can be ended.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownDatabase } from '../../scripts/deployment/database-owner.ts'
import type { LocalWorker } from '../../harness/worker.ts'
import { send } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let other: LocalWorker

beforeAll(async () => {
  rig = await startRig()
  other = await rig.deployAnother('green')
})
afterAll(() => rig.stop())

const healthOf = (url: string) => send(`${url}/admin/api/v1/health`)

/** The health once its result is not the one of before. */
async function healthWith(url: string, status: number) {
  for (;;) {
    const answer = await healthOf(url)
    if (answer.status === status) return answer
  }
}

const foreignLines = () =>
  rig.logs.filter((line) => line.includes('database of another deployment'))

describe('two deployments over one database', () => {
  it('judge by different states, which is why it must be noticed', async () => {
    const customer = await rig.customer()
    const { id, token } = await customer.createKey()
    const use = (url: string) => send(`${url}/x`, { headers: { 'X-API-Key': token } })
    expect((await use(rig.url)).status).toBe(200)
    expect((await use(other.url)).status).toBe(200)
    expect((await customer.call('DELETE', `/keys/${id}`)).status).toBe(200)
    expect((await use(rig.url)).status).toBe(401)
    expect((await use(other.url)).status).toBe(200)
  })

  it('are both well before one has taken the database', async () => {
    expect((await healthOf(rig.url)).status).toBe(200)
    expect((await healthOf(other.url)).status).toBe(200)
  })

  it('are told apart once the cron of one has: the other is not healthy, and says why', async () => {
    await rig.worker.runCron()
    await other.runCron()
    expect((await healthWith(other.url, 503)).json).toMatchObject({
      code: 'unhealthy',
      database: 'foreign',
      libsql: 'ok',
      kv: 'ok',
      authority: 'ok',
      detail: expect.stringContaining('deploy this one with --adopt'),
    })
    expect((await healthOf(rig.url)).json).toMatchObject({
      status: 'ok',
      libsql: 'ok',
      kv: 'ok',
      authority: 'ok',
    })
    expect(foreignLines()).toHaveLength(1)
    await rig.worker.runCron()
    expect(foreignLines()).toHaveLength(1)
  })

  it('are told apart by the doctor', async () => {
    const doctor = execFile(process.execPath, ['scripts/doctor.ts', '--url', other.url], {
      env: { ...process.env, OPERATOR_TOKEN: rig.secrets.OPERATOR_TOKEN },
    })
    let output = ''
    doctor.stderr?.on('data', (text: string) => (output += text))
    const [code] = (await once(doctor, 'close')) as [number]
    expect(code).toBe(2)
    expect(output).toContain('LIBSQL_URL is the database of another deployment')
  })

  it('become one by an adoption', async () => {
    await ownDatabase(rig.libsqlUrl, undefined, 'the worker of this test', true)
    await other.runCron()
    expect((await healthWith(other.url, 200)).json).not.toHaveProperty('database')
    expect((await healthWith(rig.url, 503)).json).toMatchObject({ database: 'foreign' })
  })
})

it('the same deployment keeps its database over a restart', async () => {
  const again = await rig.deployAnother('green')
  await again.runCron()
  expect((await healthOf(again.url)).status).toBe(200)
})
