// A rotation of ENCRYPTION_KEYS that ends: the cron seals each token anew.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { ringEntry, ringOf } from '../../harness/rings.ts'
import { resealTokens } from '../../src/admin/reseal.ts'
import { connect } from '../../src/db/client.ts'
import { importAesGcmKey, type KeyRing } from '../../src/keys/key-ring.ts'
import { openToken } from '../../src/keys/sealed-token.ts'
import { insertKeys } from '../../harness/insert-keys.ts'
import { type Rig, startRig } from '../support/rig.ts'
import { runSql } from '../support/sql.ts'

const HOUR_MS = 3_600_000

let rig: Rig
let customer: Customer
let old: KeyRing
let both: KeyRing
let newer: KeyRing
let nowMs = Date.now()

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.customer()
  const before = rig.secrets.ENCRYPTION_KEYS
  const added = ringEntry('N', 'n')
  old = await ringOf(importAesGcmKey, before)
  both = await ringOf(importAesGcmKey, added, before)
  newer = await ringOf(importAesGcmKey, added)
})
afterAll(() => rig.stop())

interface Sealed {
  readonly id: string
  readonly accountId: string
  readonly sealed: string
}

async function sealedRows(): Promise<Sealed[]> {
  const { rows } = await runSql(
    rig.libsqlUrl,
    'SELECT id, account_id, sealed_token FROM api_keys WHERE deleted_at IS NULL ORDER BY id',
  )
  return rows.map((row) => ({
    id: String(row['id']),
    accountId: String(row['account_id']),
    sealed: String(row['sealed_token']),
  }))
}

async function run(ring: KeyRing): Promise<unknown[]> {
  const faults: unknown[] = []
  const logFault = (_: unknown, error: unknown) => void faults.push(error)
  const db = connect(rig.libsqlUrl, undefined)
  await resealTokens({ db, encryptionKeys: ring, logFault, nowMs: () => nowMs })
  return faults
}

describe('the cron', () => {
  it('leaves tokens as they are for an hour, then seals each anew, and their owners notice nothing', async () => {
    const keys = [await customer.createKey(), await customer.createKey()]
    const gone = await customer.createKey()
    await customer.call('DELETE', `/keys/${gone.id}`)
    const before = await sealedRows()
    await run(both)
    nowMs += HOUR_MS - 1
    await run(both)
    expect(await sealedRows()).toEqual(before)

    nowMs += 1
    expect(await run(both)).toEqual([])
    const after = await sealedRows()
    expect(after.every(({ sealed }) => sealed.startsWith('N.'))).toBe(true)
    for (const { id, token } of keys) {
      const row = after.find((each) => each.id === id)
      const owner = { keyId: id, accountId: customer.id }
      expect(await openToken(newer, row?.sealed ?? '', owner)).toBe(token)
      expect(await openToken(old, row?.sealed ?? '', owner)).toBeNull()
      expect((await rig.send('/x', { headers: { 'X-API-Key': token } })).status).toBe(200)
      expect((await customer.call('GET', `/keys/${id}`)).json).toMatchObject({ version: 1 })
    }
    nowMs += 60_000
    await run(both)
    expect(await sealedRows()).toEqual(after)
  })

  it('seals the secrets of second factors anew', async () => {
    const { password } = customer
    const { json } = await customer.call('POST', '/second-factor', { password })
    const secret = String(json['secret'])
    const sealed = async () => {
      const { rows } = await runSql(
        rig.libsqlUrl,
        'SELECT user_id, sealed_secret FROM second_factors',
      )
      return { id: String(rows[0]?.['user_id']), text: String(rows[0]?.['sealed_secret']) }
    }
    expect((await sealed()).text).not.toContain(secret)
    nowMs += 24 * HOUR_MS
    await run(both)
    const { id, text } = await sealed()
    expect(await openToken(newer, text, { keyId: id, accountId: customer.id })).toBe(secret)
  })

  it('looks again a day later, for tokens that were sealed behind its back', async () => {
    const { id, token } = await customer.createKey() // by a worker with the old ring
    await run(both)
    expect((await sealedRows()).find((each) => each.id === id)?.sealed).not.toMatch(/^N\./)
    nowMs += 24 * HOUR_MS
    await run(both)
    const row = (await sealedRows()).find((each) => each.id === id)
    const owner = { keyId: id, accountId: customer.id }
    expect(await openToken(newer, row?.sealed ?? '', owner)).toBe(token)
  })

  it('goes on where the run before ended, and passes over what it cannot open', async () => {
    nowMs += 24 * HOUR_MS
    await insertKeys(rig.libsqlUrl, customer.id, 4_100)
    const sealedByAnother = async () =>
      (await sealedRows()).filter(({ sealed }) => !sealed.startsWith('N.')).length
    const left = await sealedByAnother()
    expect(left).toBe(4_100)
    const faults = await run(both)
    expect(faults).toMatchObject([{ reason: 'token_unreadable' }])
    const walk = await runSql(rig.libsqlUrl, "SELECT value FROM meta WHERE name = 'reseal'")
    expect(String(walk.rows[0]?.['value'])).toMatch(/^N \d+ [\w-]{10,}$/)
    await run(both)
    await run(both)
    const over = await runSql(rig.libsqlUrl, "SELECT value FROM meta WHERE name = 'reseal'")
    expect(String(over.rows[0]?.['value'])).toMatch(/^N \d+ over$/)
    expect(await sealedByAnother()).toBe(left)
  })
})
