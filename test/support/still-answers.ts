// Answers of the admin API that never change, for pictures of the page.

import type * as z from 'zod'
import type { event } from '../../src/admin/answers/event.ts'
import type { denialList } from '../../src/admin/answers/ip-acl.ts'
import type { KeyAnswer } from '../../src/admin/answers/key.ts'
import type { liveSessionList, sessionAnswer } from '../../src/admin/answers/session.ts'
import type { UserAnswer } from '../../src/admin/answers/user.ts'
import type { KeyUseAnswer, UsageAnswer } from '../../src/admin/answers/usage.ts'

type ListedKey = KeyAnswer & { usage: KeyUseAnswer | null }

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
export const NOW_MS = Date.parse('2026-06-15T10:30:00Z')

const ago = (ms: number) => new Date(NOW_MS - ms).toISOString()
const idOf = (index: number) => `key_${String(index).padStart(32, '0')}`

function keyOf(index: number, part: Partial<ListedKey>): ListedKey {
  return {
    id: idOf(index),
    application_name: `Application ${index}`,
    application_website: null,
    platform: 'server',
    ip_acl: [],
    ip_acl_mode: 'enforce',
    ip_acl_notes: {},
    enabled: true,
    expires_at: null,
    leaked_at: null,
    rotation: null,
    rate_limit: null,
    access_token: '********',
    access_token_ends_with: 'Q9l4',
    created_at: ago(index * 9 * DAY_MS),
    updated_at: ago(index * 9 * DAY_MS),
    version: 1,
    enforcement_state: 'done',
    usage: { last_used_at: null, last_address: null, allowed_24h: 0, refused_24h: 0 },
    ...part,
  }
}

const usedFor = (
  lastMs: number,
  allowed: number,
  refused: number,
  address: string | null,
): KeyUseAnswer => ({
  last_used_at: ago(lastMs),
  last_address: address,
  allowed_24h: allowed,
  refused_24h: refused,
})

/** One of each kind, in letters that the page's font has: a long name, equal names, every badge, and each state of use. */
export const STILL_KEYS: readonly ListedKey[] = [
  keyOf(1, {
    application_name: 'Billing export',
    application_website: 'https://billing.example.com',
    ip_acl: ['1.1.1.0/24', '2606:4700::/32'],
    ip_acl_notes: { '1.1.1.0/24': 'Amsterdam office' },
    usage: usedFor(2 * 60_000, 12_480, 56, '1.1.1.7'),
  }),
  keyOf(2, {
    application_name:
      'Nightly reconciliation of call records with the data warehouse, Frankfurt and Dublin',
    application_website: 'https://warehouse.internal.example.com/jobs/reconciliation',
    ip_acl: ['9.9.9.0/24', '8.8.8.0/24', '1.0.0.1/32', '1.1.1.3/32'],
    ip_acl_mode: 'report',
    usage: usedFor(5 * HOUR_MS, 1, 1, '9.9.9.9'),
  }),
  keyOf(3, {
    application_name: 'Büro Zürich, Anrufübersicht',
    platform: 'web',
    expires_at: ago(-12 * DAY_MS),
    usage: usedFor(120 * DAY_MS, 0, 0, null),
  }),
  keyOf(4, { application_name: 'Agent app', platform: 'mobile', enabled: false }),
  keyOf(5, {
    application_name: 'Dialler',
    platform: 'desktop',
    leaked_at: ago(HOUR_MS),
    enabled: false,
    usage: usedFor(HOUR_MS, 4, 1_204, '2001:db8::17'),
  }),
  keyOf(6, {
    application_name: 'dialler',
    platform: 'other',
    enforcement_state: 'pending',
    usage: null,
  }),
]

const STILL_DENIALS: z.infer<typeof denialList>['denials'] = [
  {
    address: '203.0.113.9',
    count: 56,
    first_at: ago(3 * HOUR_MS),
    last_at: ago(2 * HOUR_MS),
    enforced: true,
  },
]

const account = {
  id: 'acc_1',
  email: 'ops@example.com',
  name: 'Example Ltd',
  status: 'active',
} as const

export const STILL_SESSION: z.infer<typeof sessionAnswer> = {
  account,
  user: { id: 'usr_1', email: account.email, name: 'Ada Example', role: 'owner' },
  confirm_by: 'password',
  client_ip: '1.1.1.7',
}

function stillUsage(by: 'hour' | 'day'): UsageAnswer {
  const [stepMs, count] = by === 'hour' ? [HOUR_MS, 7 * 24] : [DAY_MS, 400]
  const startMs = Math.floor(NOW_MS / stepMs) * stepMs
  const buckets = Array.from({ length: count }, (_, index) => {
    const back = count - 1 - index
    const wave = 400 + Math.round(360 * Math.sin(index / (by === 'hour' ? 4 : 20)))
    const allowed = index % 17 === 0 ? 0 : wave
    const refused = {
      ...(index % 11 === 3 && { ip_denied: 90 }),
      ...(index % 29 === 5 && { rate_limited: 200 }),
    }
    return { at: new Date(startMs - back * stepMs).toISOString(), allowed, refused }
  }).filter(({ allowed, refused }) => allowed > 0 || Object.keys(refused).length > 0)
  return {
    by,
    as_of: ago(0),
    last_used_at: ago(2 * 60_000),
    last_address: '1.1.1.7',
    buckets,
    addresses: [
      {
        address: '1.1.1.7',
        allowed: 12_000,
        refused: 0,
        first_at: ago(23 * HOUR_MS),
        last_at: ago(2 * 60_000),
      },
      {
        address: '2606:4700::1111',
        allowed: 480,
        refused: 0,
        first_at: ago(20 * HOUR_MS),
        last_at: ago(HOUR_MS),
      },
      {
        address: '203.0.113.9',
        allowed: 0,
        refused: 56,
        first_at: ago(3 * HOUR_MS),
        last_at: ago(2 * HOUR_MS),
      },
    ],
  }
}

const owner = { id: 'usr_1', email: account.email }

const STILL_EVENTS: readonly z.infer<typeof event>[] = [
  {
    id: 'evt_3',
    at: ago(2 * HOUR_MS),
    action: 'key.update',
    actor: 'customer',
    user: owner,
    key_id: idOf(1),
    address: '1.1.1.7',
    changes: { ip_acl: { added: ['2606:4700::/32'], removed: ['8.8.8.0/24'], more: 0 } },
  },
  {
    id: 'evt_2',
    at: ago(DAY_MS),
    action: 'key.reveal',
    actor: 'customer',
    user: owner,
    key_id: idOf(1),
    address: '2606:4700::1111',
    changes: {},
  },
  {
    id: 'evt_1',
    at: ago(9 * DAY_MS),
    action: 'key.create',
    actor: 'customer',
    user: owner,
    key_id: idOf(2),
    address: null,
    changes: { application_name: [null, 'Nightly reconciliation'] },
  },
]

const STILL_SESSIONS: z.infer<typeof liveSessionList>['sessions'] = [
  {
    id: 'ses_1',
    created_at: ago(2 * HOUR_MS),
    last_seen_at: ago(60_000),
    address: '1.1.1.7',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/152.0',
    current: true,
    user: owner,
  },
  {
    id: 'ses_2',
    created_at: ago(3 * DAY_MS),
    last_seen_at: ago(DAY_MS),
    address: null,
    user_agent: null,
    current: false,
    user: owner,
  },
]

const STILL_USERS: readonly UserAnswer[] = [
  {
    ...owner,
    name: 'Ada Example',
    role: 'owner',
    status: 'active',
    created_at: ago(400 * DAY_MS),
    last_login_at: ago(2 * HOUR_MS),
    second_factor: true,
  },
  {
    id: 'usr_2',
    email: 'viewer@example.com',
    name: 'Grace Example',
    role: 'viewer',
    status: 'disabled',
    created_at: ago(90 * DAY_MS),
    last_login_at: null,
    second_factor: false,
  },
]

/** What the API answers to a GET; undefined for what no picture asks. */
export function stillAnswer(path: string, query: URLSearchParams): unknown {
  const [, keyId, part] = /^keys\/(key_\w+)(?:\/(\w+))?$/.exec(path) ?? []
  if (keyId !== undefined && part === undefined) return STILL_KEYS.find(({ id }) => id === keyId)
  if (part === 'usage') return stillUsage(query.get('by') === 'day' ? 'day' : 'hour')
  if (part === 'denials') return { denials: STILL_DENIALS }
  switch (path) {
    case 'session':
      return STILL_SESSION
    case 'keys':
      return { keys: STILL_KEYS, next_cursor: null }
    case 'audit':
      return { events: STILL_EVENTS, next_cursor: null }
    case 'sessions':
      return { sessions: STILL_SESSIONS }
    case 'users':
      return { users: STILL_USERS, next_cursor: null }
  }
  return undefined
}
