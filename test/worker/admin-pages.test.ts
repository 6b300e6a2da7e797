// Pages of lists whose rows are as big as they can be: each can be read, and none is too much for
// libSQL, or for the thread that serves the Portal API.

import { type Client, createClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import type { HttpAnswer } from '../../harness/http.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let customer: Customer
let client: Client

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  client = createClient({ url: rig.libsqlUrl })
})
afterAll(async () => {
  client.close()
  await rig.stop()
})

type Items = { readonly id: string; readonly changes?: Record<string, unknown> }[]

const PAGE_BYTES = 1_000_000

/** Every page of a list from the first on, each of which must answer and be bounded. */
async function pagesOf(
  name: 'events' | 'keys',
  call: (query: string) => Promise<HttpAnswer>,
): Promise<Items[]> {
  const pages: Items[] = []
  let cursor: unknown = null
  do {
    const page = await call(`limit=200${cursor === null ? '' : `&cursor=${String(cursor)}`}`)
    expect(page.status, page.text.slice(0, 300)).toBe(200)
    expect(page.body.length).toBeLessThanOrEqual(PAGE_BYTES)
    pages.push(page.json[name] as Items)
    cursor = page.json['next_cursor']
  } while (cursor !== null)
  return pages
}

describe('the audit', () => {
  const OLD = 150

  it('is readable where it holds events of versions that wrote both lists', async () => {
    const { id: keyId } = await customer.createKey()
    for (let i = 0; i < OLD; i += 10) {
      await client.batch(
        Array.from({ length: 10 }, (_, j) => {
          const changes = JSON.stringify({ ip_acl: [largestAcl(i + j), largestAcl(i + j + 1)] })
          return {
            sql: `INSERT INTO audit_events (id, at, account_id, key_id, actor, action, changes)
                  VALUES (?, ?, ?, ?, 'customer', 'key.update', ?)`,
            args: [eventId(i + j), i + j, customer.id, keyId, changes],
          }
        }),
        'write',
      )
    }
    const expected = Array.from({ length: OLD }, (_, i) => eventId(OLD - 1 - i))
    const calls = [
      (query: string) => customer.call('GET', `/audit?${query}`),
      (query: string) => customer.call('GET', `/audit?key_id=${keyId}&${query}`),
      (query: string) => rig.operator('GET', `/audit?${query}`),
      (query: string) => rig.operator('GET', `/audit?account_id=${customer.id}&${query}`),
    ]
    for (const call of calls) {
      const pages = await pagesOf('events', call)
      const events = pages.flat()
      expect(events.map(({ id }) => id).filter((id) => expected.includes(id))).toEqual(expected)
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
      const [newest] = events.filter(({ id }) => id === eventId(OLD - 1))
      expect(newest?.changes).toEqual({
        ip_acl: {
          added: largestAcl(OLD).slice(0, 50),
          removed: largestAcl(OLD - 1).slice(0, 50),
          more: 1_900,
        },
      })
    }
    // As the rows of a database from before are.
    const sizes = await client.execute(
      `SELECT max(octet_length(changes)) AS most FROM audit_events`,
    )
    expect(Number(sizes.rows[0]?.['most'])).toBeGreaterThan(80_000)
  })

  it('keeps of an edit what came and went, and how much more did', async () => {
    const { id } = await customer.createKey({ ip_acl: largestAcl(1) })
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: [...largestAcl(1).slice(3), '::/0'] })
    await customer.call('PATCH', `/keys/${id}`, { ip_acl: [] })
    const { json, body } = await customer.call('GET', `/audit?key_id=${id}`)
    expect((json['events'] as Items).map(({ changes }) => changes?.['ip_acl'])).toEqual([
      { added: [], removed: largestAcl(1).slice(3, 53), more: 948 },
      { added: ['::/0'], removed: largestAcl(1).slice(0, 3), more: 0 },
      { added: largestAcl(1).slice(0, 50), removed: [], more: 950 },
    ])
    expect(body.length).toBeLessThan(12_000)
    const stored = await client.execute({
      sql: 'SELECT sum(octet_length(changes)) AS bytes FROM audit_events WHERE key_id = ?',
      args: [id],
    })
    expect(Number(stored.rows[0]?.['bytes'])).toBeLessThan(12_000)
  })

  it('has at most as many events a page as were asked for', async () => {
    const { json } = await customer.call('GET', '/audit?limit=3')
    expect(json['events']).toHaveLength(3)
    expect(json['next_cursor']).toBe((json['events'] as Items)[2]?.id)
  })
})

describe('the list of keys', () => {
  it('is readable where each key is as big as it can be', async () => {
    const owner = await rig.customer()
    const website = `https://example.com/${'\u{1f511}'.repeat(2_028)}`
    const ids = Array.from({ length: 201 }, (_, i) => `key_${i.toString(16).padStart(32, '0')}`)
    for (let i = 0; i < ids.length; i += 20) {
      await client.batch(
        ids.slice(i, i + 20).map((id, j) => ({
          sql: `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token,
                  application_name, application_website, platform, ip_acl, version, revision,
                  enforced_revision, published_revision, created_at, updated_at, revised_at)
                VALUES (?, ?, ?, 'A', 'A.x', ?, ?, 'web', ?, 1, 1, 1, 1, 0, 0, 0)`,
          args: [
            id,
            owner.id,
            `lookup-${id}`,
            '\u{1f511}'.repeat(100),
            website,
            JSON.stringify(largestAcl(i + j)),
          ],
        })),
        'write',
      )
    }
    const pages = await pagesOf('keys', (query) => owner.call('GET', `/keys?${query}`))
    expect(pages.flat().map(({ id }) => id)).toEqual(ids.toReversed())
    // It is cut by bytes, and no sooner than it must be.
    for (const page of pages.slice(0, -1)) expect(page.length).toBeGreaterThan(15)
  })
})

function eventId(i: number): string {
  return `evt_${i.toString(16).padStart(32, '0')}`
}

/** A thousand entries of the longest form. */
function largestAcl(i: number): string[] {
  const group = (0x1000 + i).toString(16)
  return Array.from({ length: 1_000 }, (_, j) => {
    return `2001:db8:${group}:${(0x1000 + j).toString(16)}:1111:2222:3333:4444/128`
  })
}
