// Events from a change of the real worker to a real receiver, which verifies each signature.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { EVENTS_SECRET, type EventReceiver, startEventReceiver } from '../support/event-receiver.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

let rig: Rig
let receiver: EventReceiver
let customer: Customer

beforeAll(async () => {
  receiver = await startEventReceiver()
  rig = await startRig({ variables: { EVENTS_URL: receiver.url, EVENTS_SECRET } })
  customer = await rig.customer()
})
afterAll(async () => {
  await rig.stop()
  await receiver.stop()
})
afterEach(() => {
  receiver.replyWith(() => 'taken')
  expect(receiver.wrong).toEqual([])
})

const takenOf = (keyId: string) =>
  receiver.taken.filter(({ data }) => data['key_id'] === keyId).map(({ type }) => type)

interface Listed {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly reason: string | null
  readonly key_id: string | null
}
async function listed(query = ''): Promise<Listed[]> {
  const { status, json } = await rig.operator('GET', `/events${query}`)
  expect(status).toBe(200)
  return json['events'] as Listed[]
}

describe('EVENTS_URL', () => {
  it('gets each change within seconds, in order, as the audit has it, and no token', async () => {
    const key = await customer.createKey()
    await customer.call('PATCH', `/keys/${key.id}`, { enabled: false })
    await customer.call('DELETE', `/keys/${key.id}`)
    const wanted = ['key.create', 'key.disable', 'key.delete']
    await expect
      .poll(async () => {
        if (takenOf(key.id).length < wanted.length) await rig.worker.runCron()
        return takenOf(key.id)
      })
      .toEqual(wanted)
    const { json } = await rig.operator('GET', `/audit?account_id=${customer.id}`)
    const audit = json['events'] as { id: string; key_id: string | null }[]
    const ofKey = audit.filter(({ key_id: id }) => id === key.id).toReversed()
    const posted = receiver.taken.filter(({ data }) => data['key_id'] === key.id)
    expect(posted.map(({ data }) => data)).toEqual(ofKey)
    expect(posted.map(({ id }) => id)).toEqual(ofKey.map(({ id }) => id))
    for (const { text } of receiver.received) expect(text).not.toContain(key.token)
    expect(await listed()).toEqual([])
  })

  it('gets a change at once, without the cron', async () => {
    const key = await customer.createKey()
    await expect.poll(() => takenOf(key.id)).toEqual(['key.create'])
  })

  it('that fails, redirects and hangs costs no change, and gets all once it is back', async () => {
    const replies = [500, 302, 'hang', 410] as const
    const keys: string[] = []
    receiver.replyWith(({ data }, response) => {
      const reply = replies[keys.indexOf(String(data['key_id']))] ?? 503
      if (reply === 'hang') return
      response.writeHead(reply, { Location: receiver.url }).end()
    })
    for (const _ of replies) keys.push((await customer.createKey()).id)
    const reasons = new Set<string | null>()
    await expect
      .poll(
        async () => {
          await rig.worker.runCron()
          for (const { reason } of await listed('?state=waiting')) reasons.add(reason)
          return [...reasons]
        },
        { timeout: 40_000 },
      )
      .toEqual(expect.arrayContaining(['http_500', 'http_302', 'timeout', 'http_410']))
    // Neither the health of the gateway nor its metrics of faults are those of the receiver.
    expect((await rig.send('/admin/api/v1/health')).status).toBe(200)
    const { text } = await rig.operator('GET', '/metrics')
    expect(text).toMatch(/^portal_gateway_events_waiting 4$/m)
    expect(text).toMatch(/^portal_gateway_events_oldest_seconds \d/m)
    expect(text).toMatch(/^portal_gateway_events_failed 0$/m)
    const lines = rig.logs.filter((line) => line.includes('"fault":"events"'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join()).not.toContain(receiver.url)

    receiver.replyWith(() => 'taken')
    const retried = await rig.operator('POST', '/events/retry', {})
    expect(retried.status).toBe(200)
    expect(retried.json['retried']).toBeGreaterThan(0)
    await expect
      .poll(async () => {
        await rig.worker.runCron()
        return await listed()
      })
      .toEqual([])
    for (const id of keys) expect(takenOf(id)).toEqual(['key.create'])
  })

  it('is tried again with what was given up, when the operator says so', async () => {
    receiver.replyWith((_, response) => void response.writeHead(400).end())
    const key = await customer.createKey()
    await rig.worker.runCron()
    await runSql(rig.libsqlUrl, "UPDATE event_deliveries SET status = 'failed'")
    const failed = await listed('?state=failed')
    expect(failed).toMatchObject([{ type: 'key.create', key_id: key.id, state: 'failed' }])
    expect(await listed('?state=waiting')).toEqual([])
    expect(await listed(`?cursor=${failed[0]?.id}`)).toEqual([])
    receiver.replyWith(() => 'taken')
    expect((await rig.operator('POST', '/events/retry', {})).json).toEqual({ retried: 1 })
    await expect.poll(() => takenOf(key.id)).toEqual(['key.create'])
  })

  it.each(['?state=sent', '?limit=0', '?cursor=x'])('refuses %s', async (query) => {
    const { status } = await rig.operator('GET', `/events${query}`)
    expect(status).toBe(422)
  })
})
