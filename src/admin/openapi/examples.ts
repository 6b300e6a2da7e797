// The examples of the OpenAPI document: one customer with one key.

import { entryWarnings } from '../../keys/entry-warnings.ts'
import type { AccountAnswer } from '../answers/account.ts'
import type { DeliveryAnswer } from '../answers/delivery.ts'
import type { EventAnswer } from '../answers/event.ts'
import type { DenialAnswer } from '../answers/ip-acl.ts'
import type { KeyAnswer } from '../answers/key.ts'
import type { OperatorKeyAnswer } from '../answers/operator-key.ts'
import type { RotationUseAnswer } from '../answers/rotation.ts'
import type { LiveSessionAnswer, SessionAnswer } from '../answers/session.ts'
import type { UserAnswer } from '../answers/user.ts'

export const AT = '2026-11-23T08:15:30.000Z'

/** It has the form of a token, but no key ring made it. */
export const TOKEN = `cpk_A${'0'.repeat(43)}`
export const PASSWORD = 'correct horse battery staple'

export const ACCOUNT: AccountAnswer = {
  id: 'acc_019ab0c8d1f05e0c1d2b3a495867768594',
  email: 'ada@example.com',
  name: 'Ada’s Dialler',
  status: 'active',
}

export const OPERATOR_ACCOUNT = {
  ...ACCOUNT,
  external_id: 'customer-1815',
  key_limit: 100,
  rate_limit: null,
  created_at: AT,
  updated_at: AT,
}

export const USER: UserAnswer = {
  id: 'usr_019ab0c8d1f05e0c1d2b3a495867768594',
  email: 'ada@example.com',
  name: 'Ada',
  role: 'owner',
  status: 'active',
  created_at: AT,
  last_login_at: AT,
  second_factor: true,
}

const NAMED_USER = { id: USER.id, email: USER.email }

export const CURRENT_SESSION: SessionAnswer = {
  account: ACCOUNT,
  user: { ...NAMED_USER, name: USER.name, role: USER.role },
  confirm_by: 'password',
  client_ip: '203.0.113.7',
}

export const ENFORCEMENT = { effective_at: AT }

export const NEW_KEY = {
  application_name: 'Dialler',
  application_website: 'https://dialler.example.com',
  platform: 'server',
  ip_acl: ['203.0.113.0/24'],
  password: PASSWORD,
}

export const KEY: KeyAnswer = {
  id: 'key_019ab0c8d2a07f6e5d4c3b2a1908f7e6d5',
  application_name: 'Dialler',
  application_website: 'https://dialler.example.com',
  platform: 'server',
  ip_acl: ['203.0.113.0/24'],
  ip_acl_mode: 'enforce',
  ip_acl_notes: { '203.0.113.0/24': 'Amsterdam office' },
  enabled: true,
  expires_at: null,
  leaked_at: null,
  rotation: null,
  rate_limit: { requests: 100, per_seconds: 60 },
  access_token: '********',
  access_token_ends_with: TOKEN.slice(-4),
  created_at: AT,
  updated_at: AT,
  version: 3,
  enforcement_state: 'done',
}

export const CREATED_KEY = {
  ...KEY,
  version: 1,
  access_token: TOKEN,
  warnings: entryWarnings(KEY.ip_acl),
}

const EDITED_ACL = ['203.0.113.0/24', '2001:db8::/48']

export const EDITED_KEY = {
  ...KEY,
  ip_acl: EDITED_ACL,
  enforcement: ENFORCEMENT,
  warnings: entryWarnings(EDITED_ACL),
}

export const ROTATION = { started_at: AT, ends_at: '2026-11-24T08:15:30.000Z' }

export const ROTATION_USE: RotationUseAnswer = {
  ...ROTATION,
  old: {
    last_used_at: AT,
    requests_last_hour: 1_204,
    addresses: [{ address: '203.0.113.7', allowed: 1_204, refused: 0, first_at: AT, last_at: AT }],
  },
  new: { first_used_at: AT, last_used_at: AT },
}

export const ROTATED_KEY = {
  ...KEY,
  version: 4,
  rotation: ROTATION,
  access_token: TOKEN,
  enforcement: ENFORCEMENT,
}

/** As the key is once a rotation has ended, or has another end. */
export const CHANGED_ROTATION = { ...KEY, version: 5, enforcement: ENFORCEMENT }

export const DELETED_KEY = { id: KEY.id, deleted_at: AT, enforcement: ENFORCEMENT }

export const OPERATOR_KEY: OperatorKeyAnswer = {
  id: KEY.id,
  account_id: ACCOUNT.id,
  state: 'live',
  application_name: KEY.application_name,
  platform: KEY.platform,
  token_key: 'A',
  created_at: AT,
  updated_at: AT,
  enabled: true,
  expires_at: null,
  leaked_at: null,
  deleted_at: null,
}

export const IMPORT = {
  dry_run: false,
  keys: [
    {
      sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      application_name: 'Dialler',
      platform: 'server',
      ip_acl: ['198.51.100.7'],
      created_at: '2021-03-01T00:00:00Z',
    },
    { application_name: 'CRM', platform: 'server' },
  ],
}

export const IMPORTED = {
  results: [
    {
      index: 0,
      key_id: KEY.id,
      warnings: [
        {
          pointer: '/ip_acl/0',
          code: 'bare_address',
          detail: 'The address 198.51.100.7 became the network 198.51.100.7/32',
        },
      ],
    },
    {
      index: 1,
      errors: [
        {
          pointer: '/token',
          code: 'required',
          detail: 'The token is missing: give it, or its SHA-256 as sha256',
        },
      ],
    },
  ],
}

export const DENIAL: DenialAnswer = {
  address: '198.51.100.9',
  count: 3,
  first_at: AT,
  last_at: AT,
  enforced: true,
}

export const SESSION: LiveSessionAnswer = {
  id: 'ses_019ab0c8d0113c2b1a09f8e7d6c5b4a392',
  created_at: AT,
  last_seen_at: AT,
  address: '203.0.113.7',
  user_agent: 'curl/8.16.0',
  current: true,
  user: NAMED_USER,
}

export const EVENT: EventAnswer = {
  id: 'evt_019ab0c8d3b1a4938271605f4e3d2c1b0a',
  at: AT,
  action: 'key.update',
  actor: 'customer',
  user: NAMED_USER,
  key_id: KEY.id,
  address: '203.0.113.7',
  changes: { ip_acl: { added: ['2001:db8::/48'], removed: [], more: 0 } },
}

export const DELIVERY: DeliveryAnswer = {
  id: EVENT.id,
  type: EVENT.action,
  at: AT,
  account_id: ACCOUNT.id,
  key_id: KEY.id,
  state: 'waiting',
  attempts: 3,
  last_attempt_at: '2026-11-23T08:18:31.000Z',
  next_attempt_at: '2026-11-23T08:20:31.000Z',
  reason: 'http_503',
}
