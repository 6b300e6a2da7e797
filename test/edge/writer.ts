// A customer's program that makes, edits and deletes keys of its own, one call after the other, and
// remembers what it was told: the last state that was answered, and a change that was not.

import { randomBytes } from 'node:crypto'
import { type HttpAnswer, send } from '../../harness/http.ts'

export interface Writer {
  /** Writes until a call breaks off. */
  readonly writeUntilBroken: (url: string, onAnswer: () => void) => Promise<void>
  /** Compares what it was told with what is there; answers what differs. */
  readonly verify: (url: string) => Promise<string[]>
  /** Asks again for what was not answered. */
  readonly repeat: (url: string) => Promise<void>
  /** The names of all its keys, of one that it was making too. */
  readonly knownNames: () => string[]
}

/** A key's name tells its ACL, so that half an edit shows. */
interface State {
  readonly name: string
  readonly place: 'office' | 'home'
}

interface Key {
  readonly id: string
  readonly token: string
  /** Null once it is deleted. */
  told: State | null
  /** What was asked for last, and not answered. */
  asked: State | null | undefined
}

interface Customer {
  readonly cookie: string
  readonly password: string
}

const NETWORKS = { office: '192.0.2.0/24', home: '198.51.100.0/24' }
const ADDRESSES = { office: '192.0.2.7', home: '198.51.100.7' }
const MOST_KEYS = 5

export function createWriter(writerName: string, { cookie, password }: Customer): Writer {
  const keys: Key[] = []
  /** A key whose making was not answered, and what makes repeating it the same request. */
  let making: { readonly state: State; readonly idempotencyKey: string } | undefined

  async function call(
    url: string,
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    const text = body === undefined ? '' : JSON.stringify(body)
    return await send(`${url}/admin/api/v1/keys${path}`, {
      method,
      headers: {
        Cookie: cookie,
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(text)),
        ...headers,
      },
      body: text,
    })
  }

  async function use(url: string, { token }: Key, from: State['place']): Promise<number> {
    const headers = { 'X-API-Key': token, 'CF-Connecting-IP': ADDRESSES[from] }
    return (await send(`${url}/customer`, { headers })).status
  }

  async function create(url: string): Promise<void> {
    making ??= { state: newState(), idempotencyKey: randomBytes(8).toString('hex') }
    const { state, idempotencyKey } = making
    const body = { ...toBody(state), platform: 'server', password }
    const headers = { 'Idempotency-Key': idempotencyKey }
    const { status, json, text } = await call(url, 'POST', '', body, headers)
    if (status !== 201) throw new Error(`${status} ${text}`)
    const { id, access_token: token } = json
    keys.push({ id: String(id), token: String(token), told: state, asked: undefined })
    making = undefined
  }

  async function change(url: string, key: Key, state: State | null): Promise<void> {
    key.asked = state
    const path = `/${key.id}`
    const answer =
      state === null
        ? await call(url, 'DELETE', path)
        : await call(url, 'PATCH', path, toBody(state))
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
    key.told = state
    key.asked = undefined
  }

  /** The key as the admin API shows it: null where it is deleted, a sentence where it is neither. */
  async function shown(url: string, key: Key): Promise<State | null | string> {
    const { status, json } = await call(url, 'GET', `/${key.id}`)
    if (status === 404) return null
    const { application_name: name, ip_acl: ipAcl } = json
    const possible = [key.told, key.asked].find((state) => {
      return state && state.name === name && String(ipAcl) === NETWORKS[state.place]
    })
    return possible ?? `it is ${String(name)} with ${String(ipAcl)} (${status})`
  }

  function newState(): State {
    const place = Math.random() < 0.5 ? 'office' : 'home'
    return { name: `${writerName} ${place} ${randomBytes(6).toString('hex')}`, place }
  }

  return {
    async writeUntilBroken(url, onAnswer) {
      for (;;) {
        try {
          const live = keys.filter(({ told }) => told !== null)
          const key = live[Math.floor(Math.random() * live.length)]
          if (key === undefined || (live.length < MOST_KEYS && Math.random() < 0.2)) {
            await create(url)
          } else {
            await change(url, key, Math.random() < 0.2 ? null : newState())
          }
          onAnswer()
        } catch {
          return
        }
      }
    },

    async verify(url) {
      const broken: string[] = []
      for (const key of keys) {
        const now = await shown(url, key)
        const mayBe = now === key.told || (key.asked !== undefined && now === key.asked)
        if (!mayBe) broken.push(`${key.id} was ${key.told?.name ?? 'deleted'}: ${String(now)}`)
        if (key.asked !== undefined) continue
        const [office, home] = [await use(url, key, 'office'), await use(url, key, 'home')]
        const right = key.told === null ? [401, 401] : statuses(key.told)
        if (String([office, home]) !== String(right)) {
          broken.push(`${key.id} (${key.told?.name ?? 'deleted'}) answers ${office}, ${home}`)
        }
      }
      return broken
    },

    async repeat(url) {
      if (making !== undefined) await create(url)
      for (const key of keys) {
        if (key.asked !== undefined) await change(url, key, key.asked)
      }
    },

    knownNames() {
      const states = keys.flatMap(({ told, asked }) => [told, asked])
      return [...states, making?.state].flatMap((state) => state?.name ?? [])
    },
  }
}

function toBody({ name, place }: State): object {
  return { application_name: name, ip_acl: [NETWORKS[place]] }
}

function statuses({ place }: State): number[] {
  return place === 'office' ? [200, 403] : [403, 200]
}
