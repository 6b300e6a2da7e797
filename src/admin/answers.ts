// The answers of the admin API. Each schema gives the type that handlers must return and a part of the
// OpenAPI document. Tests check every answer of the real worker against that document.

import * as z from 'zod'
import { KEY_STATES } from '../db/operator-key-queries.ts'
import { ACTORS, AUDIT_ACTIONS } from '../db/schema/audit-events.ts'
import { USER_STATUSES } from '../db/schema/users.ts'
import { ROLES } from '../shared/roles.ts'
import { ADDRESS_SYMPTOMS } from '../keys/client-address.ts'
import { ENTRY_WARNINGS } from '../keys/entry-warnings.ts'
import { ACCOUNT_STATUSES, IP_ACL_MODES } from '../keys/key-record.ts'
import { PLATFORMS } from '../keys/platform.ts'
import { rateLimitAnswer } from './rate-limit.ts'

export const time = z.string().meta({ format: 'date-time', description: 'RFC 3339, in UTC' })
export const address = z
  .string()
  .nullable()
  .meta({ description: 'IPv4 or IPv6; null where unreadable' })
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'The `cursor` of the next page; null on the last' })

/** One broken rule of a request. */
export const fault = z
  .object({
    pointer: z.string().meta({
      format: 'json-pointer',
      description: 'RFC 6901, into the body; for a query parameter, its name after "/"',
    }),
    code: z.string(),
    detail: z.string(),
    suggestion: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .meta({ description: 'The right value, where there is an obvious one' }),
  })
  .meta({ id: 'Fault' })

const progressMembers = {
  version: z.string().nullable().optional().meta({ description: 'Of the deployed worker' }),
  pending: z
    .object({ count: z.int(), oldest_at: time.nullable() })
    .optional()
    .meta({ description: 'Changes that are recorded and do not hold yet' }),
  cron_last_run_at: time.nullable().optional(),
  enforcement: z
    .literal('shadow')
    .optional()
    .meta({ description: 'Requests go on whatever the verdict' }),
  expiring: z
    .array(z.object({ name: z.string(), expires_at: time }))
    .optional()
    .meta({ description: 'Secrets that expire within two weeks' }),
}

const healthState = z.enum(['ok', 'down']).meta({ description: 'With `unhealthy`' })

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string().meta({
      format: 'uri-reference',
      description: 'A page about the error, for people',
    }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'A sentence that says what to do' }),
    code: z.string().meta({ description: 'The stable name of the error' }),
    request_id: z.string().meta({ description: 'Names the request in the log' }),
    errors: z.array(fault).optional().meta({
      description:
        'With `validation_failed`: the faults. Beyond 50, a last entry with the code `too_many_faults` says how many more there are',
    }),
    client_ip: address.optional().meta({ description: 'With `ip_denied`: the address seen' }),
    'violated-policies': z
      .array(z.enum(['key', 'account']))
      .optional()
      .meta({ description: 'With `rate_limited`: whose limits are met' }),
    log_in_at: z.string().optional().meta({
      description:
        'With `unauthenticated`: where a browser logs in, if people do that at an identity provider',
    }),
    libsql: healthState.optional(),
    kv: healthState.optional(),
    authority: healthState.optional(),
    reasons: z
      .object({ libsql: z.string(), kv: z.string(), authority: z.string() })
      .partial()
      .optional()
      .meta({ description: 'With `unhealthy`: why, as `reason` in the log' }),
    ...progressMembers,
    database: z
      .literal('foreign')
      .optional()
      .meta({ description: 'With `unhealthy`: the database of another deployment' }),
  })
  .meta({ id: 'Problem' })

export const account = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    status: z.enum(ACCOUNT_STATUSES),
  })
  .meta({ id: 'Account' })

export const operatorAccount = account
  .extend({
    external_id: z.string().nullable().meta({ description: 'Its id in systems of the operator' }),
    key_limit: z.int().min(1).max(1_000).meta({ description: 'How many keys it may have' }),
    rate_limit: rateLimitAnswer
      .nullable()
      .meta({ description: 'The limit of each of its keys; null for none' }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'OperatorAccount' })

const currentUser = z
  .object({ id: z.string(), email: z.string(), name: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'CurrentUser' })

export const user = currentUser
  .extend({
    status: z.enum(USER_STATUSES),
    created_at: time,
    last_login_at: time.nullable(),
  })
  .meta({ id: 'User' })

export const userList = z.object({ users: z.array(user), next_cursor: nextCursor })

export const logInAnswer = z.object({ account })

export const sessionAnswer = z.object({
  account,
  user: currentUser,
  confirm_by: z
    .enum(['password', 'identity_provider'])
    .meta({ description: 'What creating a key and seeing a token again ask for' }),
  client_ip: address,
  second_factor: z.literal('due').optional().meta({
    description: 'There where the user must set up a second factor before anything else',
  }),
})

export const secondFactorAnswer = z.object({
  enabled_at: time.nullable().meta({ description: 'Null where the user has none' }),
  recovery_codes_left: z.int().min(0),
  required: z.boolean().meta({ description: 'Whether the deployment asks every user for one' }),
  due: z.boolean().meta({ description: 'Whether it must be set up before anything else' }),
})

export const enrolment = z.object({
  secret: z.string().meta({ description: 'In base32, shown this once' }),
  uri: z.string().meta({ description: 'The same as an `otpauth:` URI, for a QR code' }),
})

export const recoveryCodesAnswer = z.object({
  recovery_codes: z
    .array(z.string())
    .length(10)
    .meta({ description: 'Each is good for one log-in; shown this once' }),
})

const namedUser = z.object({ id: z.string(), email: z.string() }).meta({ id: 'NamedUser' })

export const enforcement = z
  .object({ effective_at: time })
  .meta({ id: 'Enforcement', description: 'The change holds for the next request anywhere' })

const ipAclMode = z.enum(IP_ACL_MODES)

export const rotation = z
  .object({ started_at: time, ends_at: time })
  .meta({ id: 'Rotation', description: 'Both tokens work until `ends_at`' })

export const key = z
  .object({
    id: z.string(),
    application_name: z.string(),
    application_website: z.string().nullable(),
    platform: z.enum(PLATFORMS),
    ip_acl: z.array(z.string()).readonly().meta({ description: 'Canonical; empty: any address' }),
    ip_acl_mode: ipAclMode,
    ip_acl_notes: z
      .record(z.string(), z.string())
      .readonly()
      .meta({ description: 'By entry of `ip_acl`' }),
    enabled: z.boolean().meta({ description: 'False while the key is paused' }),
    expires_at: time
      .nullable()
      .meta({ description: 'From then on the key is refused; null for never' }),
    leaked_at: time.nullable().meta({
      description: 'When its token was reported as leaked; only a rotation ends that',
    }),
    rotation: rotation.nullable(),
    rate_limit: rateLimitAnswer.nullable().meta({ description: 'Null for no limit' }),
    access_token: z
      .string()
      .meta({ description: '`********`, but in the answer of the call that made the token' }),
    access_token_ends_with: z
      .string()
      .nullable()
      .meta({ description: 'The last four characters; null where the token cannot be read' }),
    created_at: time,
    updated_at: time,
    version: z.int().min(1).meta({ description: 'Rises with every edit; the ETag' }),
    enforcement_state: z.enum(['done', 'pending']),
  })
  .meta({ id: 'Key' })

/** Something valid that is probably a mistake. A warning refuses nothing. */
export const warning = z
  .object({
    pointer: z.string().meta({ format: 'json-pointer', description: 'RFC 6901, into the answer' }),
    code: z.enum(ENTRY_WARNINGS),
    detail: z.string(),
  })
  .meta({ id: 'Warning' })

const warnings = z.array(warning)

export const createdKey = key.extend({ warnings }).meta({ id: 'CreatedKey' })

export const editedKey = key.extend({ enforcement, warnings }).meta({ id: 'EditedKey' })

/** Requests from one address within 24 hours. */
export const addressUse = z
  .object({
    address,
    allowed: z.int().min(0),
    refused: z.int().min(0),
    first_at: time,
    last_at: time,
  })
  .meta({ id: 'AddressUse' })

export const rotationUse = rotation
  .extend({
    old: z.object({
      last_used_at: time.nullable(),
      requests_last_hour: z.int().min(0).meta({ description: 'Of 60 minutes, to the hour about' }),
      addresses: z.array(addressUse).meta({ description: 'Newest first, 100 at most' }),
    }),
    new: z.object({ first_used_at: time.nullable(), last_used_at: time.nullable() }),
  })
  .meta({ id: 'RotationUse', description: 'Counts are lower bounds' })

export const rotatedKey = key.extend({ enforcement }).meta({ id: 'RotatedKey' })

export const ipAclCheck = z.object({
  allowed: z.boolean().meta({ description: 'Whether the IP ACL lets the address in, in any mode' }),
  entry: z.string().nullable().meta({ description: 'The first entry that contains the address' }),
  mode: ipAclMode,
})

/** Requests from one address that the IP ACL refused, or in mode `report` would have refused. */
export const denial = z
  .object({
    address,
    count: z.int().min(1),
    first_at: time,
    last_at: time,
    enforced: z.boolean().meta({ description: 'False where the last one was let through' }),
  })
  .meta({ id: 'Denial' })

export const denialList = z.object({ denials: z.array(denial) })

export const deletedKey = z.object({ id: z.string(), deleted_at: time, enforcement })

export const revealedToken = z.object({ access_token: z.string() })

export const foundKey = z.object({
  key_id: z.string(),
  token: z.enum(['current', 'old', 'ended']),
})

/** What the holder of a key learns about it. */
export const holderAnswer = z.object({
  key: z.object({
    id: z.string(),
    application_name: z.string(),
    platform: z.enum(PLATFORMS),
    expires_at: time.nullable(),
    rate_limit: rateLimitAnswer.nullable(),
    rotation: rotation.nullable(),
  }),
  token: z
    .enum(['current', 'old'])
    .meta({ description: '`old` where a rotation has replaced the token of the request' }),
  client_ip: address,
})

export const receivedReport = z.object({ received: z.int().min(1) })

const liveSession = z
  .object({
    id: z.string(),
    created_at: time,
    last_seen_at: time,
    address,
    user_agent: z.string().nullable(),
    current: z.boolean().meta({ description: 'Whether it is the session that asks' }),
    user: namedUser,
  })
  .meta({ id: 'LiveSession' })

export const liveSessionList = z.object({ sessions: z.array(liveSession) })

const aclChange = z
  .object({
    added: z.array(z.string()).max(50).readonly(),
    removed: z.array(z.string()).max(50).readonly(),
    more: z.int().min(0).meta({ description: 'How many entries are left out' }),
  })
  .meta({ id: 'AclChange', description: 'The entries that the IP ACL gained and lost' })

export const event = z
  .object({
    id: z.string(),
    at: time,
    action: z.enum(AUDIT_ACTIONS),
    actor: z.enum(ACTORS),
    user: namedUser.nullable().meta({
      description:
        'The user who acted, with the e-mail of that time; null for other actors, and in older events',
    }),
    key_id: z.string().nullable(),
    address,
    changes: z
      .record(z.string(), z.union([z.tuple([z.unknown(), z.unknown()]).readonly(), aclChange]))
      .meta({
        description:
          '`{ "member": [before, after] }`, null for "not there"; of `ip_acl` an AclChange',
      }),
  })
  .meta({ id: 'Event' })

const operatorEvent = event
  .extend({
    account_id: z.string(),
    operator: z.string().nullable().meta({ description: 'The name of the token, if it was one' }),
  })
  .meta({ id: 'OperatorEvent' })

export const eventList = z.object({ events: z.array(event), next_cursor: nextCursor })

export const operatorEventList = z.object({
  events: z.array(operatorEvent),
  next_cursor: nextCursor,
})

/** An event that EVENTS_URL has not taken. */
const delivery = z
  .object({
    id: z.string().meta({ description: '`webhook-id`; of an event of the audit, its id there' }),
    type: z.string(),
    at: time,
    account_id: z.string(),
    key_id: z.string().nullable(),
    state: z
      .enum(['waiting', 'failed'])
      .meta({ description: '`failed`: given up after three days' }),
    attempts: z.int().min(0),
    last_attempt_at: time.nullable(),
    next_attempt_at: time.nullable().meta({ description: 'Null if it is due, or given up' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the last attempt failed, as `reason` in the log' }),
  })
  .meta({ id: 'Delivery' })

export const deliveryList = z.object({ events: z.array(delivery), next_cursor: nextCursor })

export const retriedEvents = z.object({
  retried: z.int().min(0).meta({ description: 'How many events are due now' }),
})

export const accountList = z.object({
  accounts: z.array(operatorAccount),
  next_cursor: nextCursor,
})

const operatorKey = z
  .object({
    id: z.string(),
    account_id: z.string(),
    state: z.enum(KEY_STATES),
    application_name: z.string().nullable(),
    platform: z.enum(PLATFORMS).nullable(),
    token_key: z
      .string()
      .nullable()
      .meta({ description: 'The id of the key of `TOKEN_KEYS` that made the token' }),
    created_at: time,
    updated_at: time,
    enabled: z.boolean().meta({ description: 'False while the key is paused' }),
    expires_at: time.nullable(),
    leaked_at: time.nullable(),
    deleted_at: time.nullable(),
  })
  .meta({ id: 'OperatorKey', description: 'What a deleted key was called is not kept' })

export const operatorKeyList = z.object({ keys: z.array(operatorKey), next_cursor: nextCursor })

const rowWarning = z
  .object({
    pointer: z.string().meta({ format: 'json-pointer', description: 'RFC 6901, into the row' }),
    code: z.enum(['bare_address', 'token_not_expected', 'token_short', 'not_changed']),
    detail: z.string(),
  })
  .meta({ id: 'RowWarning' })

const rowIndex = z.int().min(0).meta({ description: 'Of the row in `keys`' })

export const importAnswer = z.object({
  results: z.array(
    z.union([
      z.object({
        index: rowIndex,
        key_id: z.string().nullable().meta({ description: 'Null in a dry run' }),
        warnings: z.array(rowWarning),
      }),
      z.object({
        index: rowIndex,
        errors: z.array(fault).meta({ description: 'Each `pointer` leads into the row' }),
      }),
    ]),
  ),
})

export const editedAccount = operatorAccount.extend({ enforcement })

export const healthAnswer = z
  .object({
    status: z.literal('ok'),
    libsql: z.literal('ok'),
    kv: z.literal('ok'),
    authority: z.literal('ok'),
    ...progressMembers,
    client_address: z.array(z.enum(ADDRESS_SYMPTOMS)).readonly().optional().meta({
      description: 'Requests have lately shown that the Cloudflare zone is set up wrongly',
    }),
  })
  .meta({ id: 'Health' })

/** The state of a key that decides about requests. */
const accessState = z.object({
  account_status: z.enum(ACCOUNT_STATUSES),
  ip_acl_size: z.int().meta({ description: 'How many networks; 0: any address' }),
  ip_acl_mode: z.enum(IP_ACL_MODES),
  enabled: z.boolean().meta({ description: 'False where it is paused or leaked' }),
  expires_at: time.nullable(),
  ends_at: time.nullable().meta({ description: 'When this token ends, of a rotation' }),
  rate_limit: rateLimitAnswer.nullable(),
  account_rate_limit: rateLimitAnswer.nullable(),
})

export const drift = z
  .object({
    key_id: z.string().nullable().meta({ description: 'Null where nothing names it any more' }),
    kind: z.enum([
      'missing',
      'stale',
      'resurrected',
      'orphan',
      'authority_ahead',
      'authority_behind',
    ]),
    store: z.enum(['kv', 'authority', 'libsql']).meta({ description: 'The store that is wrong' }),
    repaired: z.boolean(),
    database: accessState
      .optional()
      .meta({ description: 'Of `authority_ahead`: what the database says' }),
    authority: accessState.nullable().optional().meta({
      description:
        'Of `authority_ahead`: what holds for requests; null where this version cannot read it',
    }),
  })
  .meta({ id: 'Drift' })

export const reconcileAnswer = z.object({
  checked: z.int(),
  drift: z.array(drift),
  next_cursor: nextCursor,
  total: z
    .int()
    .optional()
    .meta({ description: 'How many keys there are, deleted ones too; with the first page' }),
})

export type Fault = Readonly<z.infer<typeof fault>>
export type AccountAnswer = z.infer<typeof account>
export type SessionAnswer = z.infer<typeof sessionAnswer>
export type UserAnswer = z.infer<typeof user>
export type OperatorAccountAnswer = z.infer<typeof operatorAccount>
export type AccessState = z.infer<typeof accessState>
export type Drift = z.infer<typeof drift>
export type EnforcementAnswer = z.infer<typeof enforcement>
export type DenialAnswer = Readonly<z.infer<typeof denial>>
export type KeyAnswer = z.infer<typeof key>
export type HolderAnswer = z.infer<typeof holderAnswer>
export type AddressUseAnswer = Readonly<z.infer<typeof addressUse>>
export type RotationUseAnswer = z.infer<typeof rotationUse>
export type RotationAnswer = z.infer<typeof rotation>
export type LiveSessionAnswer = z.infer<typeof liveSession>
export type EventAnswer = z.infer<typeof event>
export type OperatorEventAnswer = z.infer<typeof operatorEvent>
export type DeliveryAnswer = z.infer<typeof delivery>
export type OperatorKeyAnswer = z.infer<typeof operatorKey>
