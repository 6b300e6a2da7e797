// Keys that are used at several gateways, and what their authorities were asked on the way.

import { type HttpAnswer, send } from '../../harness/http.ts'
import { jsonCall } from '../../harness/customer.ts'
import { GATEWAY } from '../../harness/worker.ts'
import { connect, type Database } from '../../src/db/client.ts'
import { createFixtures, type TestKey } from '../edge/fixtures.ts'
import type { AuthorityCall } from './authority-sim.ts'
import { type Rig, type RigOptions, startRig } from './rig.ts'

/** A key, and who may change it. */
export interface OwnKey extends TestKey {
  /** The session of its owner. */
  readonly cookie: string
}

export interface Use {
  /** The gateway, by default the first one. */
  readonly at?: string
  readonly method?: string
  readonly address?: string
  readonly requestId?: string
}

export interface KeysInUse {
  readonly rig: Rig
  readonly db: Database
  /** A key of an account of its own. */
  readonly newKey: (ipAcl?: readonly string[]) => Promise<OwnKey>
  /** Keys of one account. */
  readonly newKeys: (count: number) => Promise<OwnKey[]>
  readonly use: (key: OwnKey, use?: Use) => Promise<HttpAnswer>
  /** Uses the key until that gateway has a new lease. Answers the time before the last use. */
  readonly lease: (key: OwnKey, use?: Use) => Promise<number>
  /** A call of the owner about the key, at a gateway. `path`: what follows the key's id. */
  readonly call: (
    key: OwnKey,
    method: string,
    body?: object,
    where?: { readonly at?: string; readonly path?: string },
  ) => Promise<HttpAnswer>
  /** What the key's authority was asked so far. */
  readonly callsOf: (key: OwnKey) => Promise<readonly AuthorityCall[]>
}

/** An address that no IP ACL of a test has. */
export const DENIED = '203.0.113.9'
const ALLOWED = '192.0.2.1'

export async function startKeysInUse(
  options: RigOptions & Required<Pick<RigOptions, 'gateways'>>,
): Promise<KeysInUse> {
  const rig = await startRig({ simulatedStores: true, ...options })
  const fixtures = await createFixtures(rig.secrets)
  const db = connect(rig.libsqlUrl, undefined)

  const keys: KeysInUse = {
    rig,
    db,
    async newKey(ipAcl = []) {
      const { id, cookie } = await fixtures.insertAccount(db)
      return { ...(await fixtures.insertKey(db, id, ipAcl, true)), cookie }
    },
    async newKeys(count) {
      const { id, cookie } = await fixtures.insertAccount(db)
      const made: OwnKey[] = []
      while (made.length < count)
        made.push({ ...(await fixtures.insertKey(db, id, [], true)), cookie })
      return made
    },
    use({ token }, { at = GATEWAY, method = 'GET', address = ALLOWED, requestId } = {}) {
      const headers = { 'X-API-Key': token, 'CF-Connecting-IP': address }
      const id = requestId === undefined ? {} : { 'X-Request-Id': requestId }
      return send(`${rig.at(at)}/x`, { method, headers: { ...headers, ...id } })
    },
    async lease(key, use = {}) {
      const { at = GATEWAY } = use
      const granted = async () => {
        const calls = await keys.callsOf(key)
        return calls.filter(({ gateway, grantedMs }) => gateway === at && grantedMs > 0).length
      }
      for (;;) {
        const before = await granted()
        const askedMs = Date.now()
        await keys.use(key, use)
        if ((await granted()) > before) return askedMs
      }
    },
    call({ id, cookie }, method, body, { at = GATEWAY, path = '' } = {}) {
      const url = `${rig.at(at)}/admin/api/v1/keys/${id}${path}`
      return jsonCall(url, method, body, { Cookie: cookie })
    },
    async callsOf({ lookupId }) {
      return (await rig.authorities()).filter(({ name }) => name === lookupId)
    },
  }
  return keys
}
