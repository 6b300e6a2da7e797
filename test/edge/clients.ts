// Those who call the locations during a history. Each writes down when it asked, when it was answered,
// and what.

import type { HttpAnswer } from '../../harness/http.ts'
import type { RateLimit } from '../../src/keys/rate-limit.ts'
import { shownOf, toOutcome, toVerdict } from './answers.ts'
import type { ClockSpan, Use } from './checker.ts'
import { PASSWORD, type TestAccount, type TestKey } from './fixtures.ts'
import type { Ground, Location } from './ground.ts'
import type { Method } from './history.ts'
import { createLocationClocks, type LocationClocks } from './location-clocks.ts'
import type { Change, Span } from './registers.ts'
import type { Acl, Address, End, Limit, Status, Switch } from './verdict.ts'

const ADDRESSES: Readonly<Record<Address, string>> = { office: '192.0.2.7', home: '2001:db8::7' }
const NETWORKS: Readonly<Record<Acl, string[]>> = {
  anyone: [],
  office: ['192.0.2.0/24'],
  home: ['2001:db8::/64'],
}
/** No limit of the product is as long on the ground's clock; whoever takes longer hangs. */
const ANSWER_WITHIN_MS = 15_000

/** A change as it was answered. */
export interface Made {
  readonly outcome: Change['outcome']
  /** What the answer says, empty without one. */
  readonly json: HttpAnswer['json']
  /** What the clock of the location can have shown meanwhile. */
  readonly clock: ClockSpan
}

/** What a change sets. Several values of one register: one of them, nobody can say which. */
export type Effects = readonly (readonly [register: string, value: string])[]

/** On the real clock. */
const STOPS_WITHIN_MS = 1_500
const POLL_MS = 10

export interface Clients {
  readonly changes: Change[]
  readonly uses: Use[]
  /** The next place in the order of all starts and ends. */
  readonly tick: () => number
  readonly use: (
    name: string,
    key: TestKey,
    from: Address,
    method: Method,
    at: Location,
  ) => Promise<Use>
  readonly edit: (
    name: string,
    key: TestKey,
    owner: TestAccount,
    acl: Acl,
    at: Location,
  ) => Promise<void>
  readonly switchKey: (
    name: string,
    key: TestKey,
    owner: TestAccount,
    to: Switch,
    at: Location,
  ) => Promise<void>
  readonly setEnd: (
    name: string,
    key: TestKey,
    owner: TestAccount,
    end: End,
    at: Location,
  ) => Promise<void>
  readonly setLimit: (
    name: string,
    key: TestKey,
    owner: TestAccount,
    limit: Limit,
    at: Location,
  ) => Promise<void>
  readonly remove: (name: string, key: TestKey, owner: TestAccount, at: Location) => Promise<void>
  /** Any other change by a customer. `toEffects`: what it sets, by how it was answered. */
  readonly change: (
    label: string,
    at: Location,
    call: { readonly method: string; readonly path: string; readonly body?: object },
    owner: TestAccount,
    toEffects: (made: Made) => Effects,
    headers?: Record<string, string>,
  ) => Promise<Made>
  /** Reports a token, and waits until its key is stopped. */
  readonly reportLeak: (
    name: string,
    key: TestKey,
    owner: TestAccount,
    at: Location,
  ) => Promise<Made>
  readonly setStatus: (
    name: string,
    account: TestAccount,
    status: Status,
    at: Location,
  ) => Promise<void>
  /** The limit of each key of an account. */
  readonly setCeiling: (
    name: string,
    account: TestAccount,
    limit: Limit,
    at: Location,
  ) => Promise<void>
  /** What the operator finds to differ, after having mended it where asked. */
  readonly driftAt: (at: Location, repair: boolean | 'as_database') => Promise<string[]>
  /** The key, or null where none was made as far as its owner knows. */
  readonly create: (owner: TestAccount, acl: Acl, end: End, at: Location) => Promise<TestKey | null>
}

export function toNetworks(acl: Acl): string[] {
  return NETWORKS[acl]
}

export function toAcl(networks: readonly string[]): Acl {
  const acls: readonly Acl[] = ['anyone', 'office', 'home']
  const found = acls.find((acl) => String(NETWORKS[acl]) === String(networks))
  if (found === undefined) throw new TypeError(`No client wrote the ACL ${networks.join(', ')}`)
  return found
}

export function createClients(
  ground: Ground,
  clocks: LocationClocks = createLocationClocks(ground.nowMs),
): Clients {
  const nowSeconds = () => ground.nowMs() / 1000
  const changes: Change[] = []
  const uses: Use[] = []
  let place = 0
  const tick = () => ++place

  async function timed(act: () => Promise<HttpAnswer>): Promise<Span & Answered> {
    const start = tick()
    const startSeconds = nowSeconds()
    const answer = await answered(act())
    return { ...answer, start, startSeconds, end: tick(), endSeconds: nowSeconds() }
  }

  async function change(
    label: string,
    at: Location,
    act: () => Promise<HttpAnswer>,
    toEffects: (made: Made) => Effects,
    outcomeOf = toOutcome,
    /** A change that was recorded may come after changes that were answered later. */
    comesLater = false,
  ): Promise<Made> {
    const clock = clocks.watch(at)
    const { answer, whyNone, ...span } = await timed(act)
    const outcome = outcomeOf(answer)
    const made = { outcome, json: answer?.json ?? {}, clock: clock() }
    const version = outcome === 'done' ? Number(answer?.json['version']) : Number.NaN
    const one = {
      ...span,
      ...(comesLater && outcome === 'recorded' && { end: Number.MAX_SAFE_INTEGER }),
      label: `${label} → ${answer?.status ?? whyNone}`,
      outcome,
      ...(Number.isInteger(version) && { version }),
    }
    changes.push(...toEffects(made).map(([register, value]) => ({ ...one, register, value })))
    return made
  }

  const sets = (register: string, value: string) => () => [[register, value]] as const

  async function admin(
    at: Location,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<HttpAnswer> {
    const text = body === undefined ? '' : JSON.stringify(body)
    return await ground.send(at, `/admin/api/v1${path}`, {
      method,
      headers: {
        ...headers,
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(text)),
      },
      body: text,
    })
  }

  /** The key once it is stopped. What takes longer is left to the cron. */
  async function untilStopped(
    { id }: TestKey,
    { cookie }: TestAccount,
    at: Location,
    reported: HttpAnswer,
  ): Promise<HttpAnswer> {
    const deadline = Date.now() + STOPS_WITHIN_MS
    while (Date.now() < deadline) {
      const shown = await admin(at, 'GET', `/keys/${id}`, { Cookie: cookie })
      const { leaked_at: leakedAt, enforcement_state: state } = shown.json
      if (shown.status === 200 && leakedAt !== null && state === 'done') return shown
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    return { ...reported, status: 503, text: JSON.stringify({ code: 'enforcement_pending' }) }
  }

  function patch({ id }: TestKey, { cookie }: TestAccount, body: object, at: Location) {
    return admin(at, 'PATCH', `/keys/${id}`, { Cookie: cookie }, body)
  }

  return {
    changes,
    uses,
    tick,
    async use(name, key, from, method, at) {
      const id = `use-${uses.length}-${tick()}`
      const clockSpan = clocks.watch(at)
      const { answer, whyNone, ...span } = await timed(() =>
        ground.send(at, uses.length % 3 === 0 ? '/slow' : '/customer', {
          method,
          headers: {
            'X-API-Key': key.token,
            'CF-Connecting-IP': ADDRESSES[from],
            'X-Request-Id': id,
            ...(method === 'POST' && { 'Content-Length': '2' }),
          },
          ...(method === 'POST' && { body: 'hi' }),
        }),
      )
      const use: Use = {
        ...span,
        id,
        label: `${method} with ${name}.${key.tokenName} at ${at} from the ${from}`,
        key: name,
        token: key.tokenName,
        at,
        from,
        method,
        verdict: answer === null ? { other: whyNone } : toVerdict(answer, method),
        clock: clockSpan(),
        shown: answer === null ? [] : shownOf(answer),
        upstreamCalls: 0,
        arrivedMs: null,
        recovered: false,
      }
      uses.push(use)
      return use
    },
    async edit(name, key, owner, acl, at) {
      const act = () => patch(key, owner, { ip_acl: NETWORKS[acl] }, at)
      await change(`edit ${name} at ${at}: ACL ${acl}`, at, act, sets(`${name} acl`, acl))
    },
    async switchKey(name, key, owner, to, at) {
      const act = () => patch(key, owner, { enabled: to === 'on' }, at)
      await change(`switch ${name} ${to} at ${at}`, at, act, sets(`${name} switch`, to))
    },
    async setEnd(name, key, owner, end, at) {
      const act = () => patch(key, owner, { expires_at: toTime(end) }, at)
      const label = `set end of ${name} at ${at}: ${toTime(end)}`
      await change(label, at, act, sets(`${name} end`, end))
    },
    async setLimit(name, key, owner, limit, at) {
      const act = () => patch(key, owner, { rate_limit: toRateLimitJson(limit) }, at)
      await change(`limit ${name} at ${at}: ${limit}`, at, act, sets(`${name} limit`, limit))
    },
    async remove(name, key, owner, at) {
      const act = () => admin(at, 'DELETE', `/keys/${key.id}`, { Cookie: owner.cookie })
      await change(`delete ${name} at ${at}`, at, act, sets(`${name} life`, 'gone'))
    },
    async setStatus(name, { id }, status, at) {
      const headers = { Authorization: `Bearer ${ground.secrets.OPERATOR_TOKEN}` }
      const act = () => admin(at, 'PATCH', `/operator/accounts/${id}`, headers, { status })
      await change(`set ${name} ${status} at ${at}`, at, act, sets(`${name} status`, status))
    },
    async setCeiling(name, { id }, limit, at) {
      const headers = { Authorization: `Bearer ${ground.secrets.OPERATOR_TOKEN}` }
      const body = { rate_limit: toRateLimitJson(limit) }
      const act = () => admin(at, 'PATCH', `/operator/accounts/${id}`, headers, body)
      const label = `limit each key of ${name} at ${at}: ${limit}`
      await change(label, at, act, sets(`${name} ceiling`, limit))
    },
    async reportLeak(name, key, owner, at) {
      const act = async () => {
        const from = { 'CF-Connecting-IP': `198.51.100.${(tick() % 250) + 1}` }
        const reported = await admin(at, 'POST', '/leaks', from, { tokens: [key.token] })
        return reported.status === 202 ? await untilStopped(key, owner, at, reported) : reported
      }
      const effects = () => [
        [`${name} leak`, 'leaked'] as const,
        [`${name} switch`, 'off'] as const,
      ]
      const label = `report ${name}.${key.tokenName} at ${at}`
      return await change(label, at, act, effects, toOutcome, true)
    },
    async change(label, at, { method, path, body }, owner, toEffects, headers = {}) {
      const act = () => admin(at, method, path, { Cookie: owner.cookie, ...headers }, body)
      return await change(label, at, act, toEffects, (answer) =>
        // Its key was deleted: before it, or while it waited for its authority.
        method === 'POST' && answer?.status === 404 ? 'unknown' : toOutcome(answer),
      )
    },
    async driftAt(at, repair) {
      const headers = { Authorization: `Bearer ${ground.secrets.OPERATOR_TOKEN}` }
      const found: string[] = []
      let cursor: unknown
      do {
        const body = { repair, ...(cursor !== undefined && { cursor }) }
        const page = await untilWell(() => admin(at, 'POST', '/operator/reconcile', headers, body))
        found.push(...(page.json['drift'] as unknown[]).map((one) => JSON.stringify(one)))
        cursor = page.json['next_cursor'] ?? undefined
      } while (cursor !== undefined)
      return repair !== false && found.length > 0 ? await this.driftAt(at, false) : found
    },
    async create({ id: accountId, cookie }, acl, end, at) {
      const body = {
        application_name: 'Made on the way',
        platform: 'server',
        ip_acl: NETWORKS[acl],
        expires_at: toTime(end),
        password: PASSWORD,
      }
      const { answer } = await answered(admin(at, 'POST', '/keys', { Cookie: cookie }, body))
      if (answer?.status !== 201) return null
      const { id, access_token: token } = answer.json
      const key = { tokenName: 't1', token: String(token), lookupId: '', record: '' }
      return { id: String(id), accountId, ...key }
    },
  }
}

export function toRateLimit(limit: Limit): RateLimit | null {
  if (limit === 'none') return null
  const [requests, perSeconds] = limit.split('/').map(Number)
  return { requests: requests ?? 0, perSeconds: perSeconds ?? 0 }
}

export function toLimit(rateLimit: RateLimit | null): Limit {
  return rateLimit === null ? 'none' : `${rateLimit.requests}/${rateLimit.perSeconds}`
}

function toRateLimitJson(limit: Limit): object | null {
  const rateLimit = toRateLimit(limit)
  return rateLimit && { requests: rateLimit.requests, per_seconds: rateLimit.perSeconds }
}

function toTime(end: End): string | null {
  return end === 'never' ? null : new Date(Number(end)).toISOString()
}

/** The first answer that is no 503; on a busy machine, the faster clock makes some. */
async function untilWell(act: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const deadline = Date.now() + ANSWER_WITHIN_MS
  for (;;) {
    const answer = await act()
    if (answer.status !== 503 || Date.now() > deadline) return answer
  }
}

interface Answered {
  /** Null where the connection broke or no answer came. */
  readonly answer: HttpAnswer | null
  /** Why there is none. */
  readonly whyNone: string
}

async function answered(answer: Promise<HttpAnswer>): Promise<Answered> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    const late = new Error(`nothing within ${ANSWER_WITHIN_MS} ms`)
    timer = setTimeout(() => reject(late), ANSWER_WITHIN_MS)
  })
  try {
    return { answer: await Promise.race([answer, limit]), whyNone: '' }
  } catch (error) {
    return { answer: null, whyNone: `no answer: ${String(error)}` }
  } finally {
    clearTimeout(timer)
  }
}
