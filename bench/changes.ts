// A customer who makes, changes and deletes keys without a pause, and calls the Portal API after each
// change: the answer must be what the change asked for, at once.

import { setTimeout as sleep } from 'node:timers/promises'
import { jsonCall, logIn } from '../harness/customer.ts'
import { send } from '../harness/http.ts'

export interface Changes {
  /** Of keys that are changed too, but may always pass. */
  readonly steadyTokens: readonly string[]
  readonly made: { count: number }
  /** What was answered otherwise than asked for. */
  readonly wrong: string[]
  readonly ended: Promise<void>
}

const CLIENT = '192.0.2.1'
const AROUND_CLIENT = [['192.0.2.0/24'], ['192.0.2.1/32', '10.0.0.0/8'], []]
const WITHOUT_CLIENT = ['10.0.0.0/8']
/** Between two rounds of changes: most of the machine is for the requests. */
const PAUSE_MS = 100

/** An account, and where the gateway is. */
interface Owner {
  readonly url: string
  readonly email: string
  readonly password: string
}

interface Key {
  readonly id: string
  readonly token: string
}

/** Makes `keys` steady keys, then changes go on until `isDone`. */
export async function changeUntil(
  isDone: () => boolean,
  { url, email, password }: Owner,
  keys: number,
): Promise<Changes> {
  const cookie = await logIn(url, email, password)
  const wrong: string[] = []
  const made = { count: 0 }

  async function change(method: string, path: string, body?: object) {
    const headers = { Cookie: cookie }
    const answer = await jsonCall(`${url}/admin/api/v1${path}`, method, body, headers)
    made.count++
    if (answer.status >= 300) wrong.push(`${method} ${path}: ${answer.text}`)
    return answer.json
  }
  async function create(): Promise<Key> {
    const body = { application_name: 'Soak', platform: 'server', ip_acl: [], password }
    const { id, access_token: token } = await change('POST', '/keys', body)
    return { id: String(id), token: String(token) }
  }
  async function expectStatus({ token }: Key, status: number, after: string): Promise<void> {
    const headers = { Authorization: `Token ${token}`, 'CF-Connecting-IP': CLIENT }
    const answer = await send(`${url}/customer`, { headers })
    if (answer.status !== status) wrong.push(`${answer.status}, not ${status}, after ${after}`)
  }
  async function liveAndDie(): Promise<void> {
    const key = await create()
    await expectStatus(key, 200, 'the creation')
    await change('PATCH', `/keys/${key.id}`, { ip_acl: WITHOUT_CLIENT })
    await expectStatus(key, 403, 'an IP ACL without the client')
    await change('PATCH', `/keys/${key.id}`, { ip_acl: AROUND_CLIENT[0] })
    await expectStatus(key, 200, 'an IP ACL with the client')
    await change('DELETE', `/keys/${key.id}`)
    await expectStatus(key, 401, 'the deletion')
  }

  const steady: Key[] = []
  for (let i = 0; i < keys; i++) steady.push(await create())
  for (const key of steady) await expectStatus(key, 200, 'the creation')

  async function goOn(): Promise<void> {
    for (let round = 0; !isDone(); round++) {
      await liveAndDie()
      const key = steady[round % steady.length]
      const ipAcl = AROUND_CLIENT[round % AROUND_CLIENT.length]
      if (key !== undefined) await change('PATCH', `/keys/${key.id}`, { ip_acl: ipAcl })
      await sleep(PAUSE_MS)
    }
  }
  const ended = goOn().catch((error: unknown) => void wrong.push(String(error)))
  return { steadyTokens: steady.map(({ token }) => token), made, wrong, ended }
}
