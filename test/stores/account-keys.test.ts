import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AccountKeysNamespace,
  createIssuedKeys,
  type IssuedKeys,
} from '../../src/stores/account-keys.ts'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig
let issued: IssuedKeys

beforeAll(async () => {
  rig = await startRig()
  const namespace = await rig.worker.miniflare.getDurableObjectNamespace('ACCOUNT_KEYS')
  issued = createIssuedKeys(namespace as unknown as AccountKeysNamespace, 5_000)
})
afterAll(() => rig.stop())

describe('the keys of an account', () => {
  it('are none at first, and of no other account', async () => {
    const [account, other] = [randomUUID(), randomUUID()]
    expect(await issued.list(account, '')).toEqual([])
    await issued.note(other, ['a'], [])
    expect(await issued.list(account, '')).toEqual([])
  })

  it('are those that were noted, once each, but for those that are gone', async () => {
    const account = randomUUID()
    await issued.note(account, ['b', 'a'], [])
    await issued.note(account, ['c', 'a'], ['b', 'never'])
    expect(await issued.list(account, '')).toEqual(['a', 'c'])
    await issued.note(account, [], [])
    expect(await issued.list(account, 'a')).toEqual(['c'])
  })

  it('are listed in pages', async () => {
    const account = randomUUID()
    const ids = Array.from({ length: 2_500 }, (_, i) => `id-${String(i).padStart(4, '0')}`)
    await issued.note(account, ids, [])
    const listed: string[] = []
    let pages = 0
    for (let page = ids; page.length > 0; pages++) {
      page = await issued.list(account, listed.at(-1) ?? '')
      listed.push(...page)
    }
    expect(listed).toEqual(ids)
    expect(pages).toBe(4)
  })

  it('are not known where the object cannot be asked', async () => {
    const getByName = () => ({ list: () => Promise.reject(new Error('no')) })
    const asked = createIssuedKeys({ getByName } as unknown as AccountKeysNamespace, 50)
    await expect(asked.list('a', '')).rejects.toMatchObject({ reason: 'unreachable' })
  })
})
