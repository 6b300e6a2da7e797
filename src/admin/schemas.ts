// The schemas of the bodies and queries of the admin API. A schema trims and canonicalises valid input.
// Each rule that it can break has a code and a sentence that says what to write.

import * as z from 'zod'
import { KEY_FILTERS } from '../db/operator-key-queries.ts'
import { parseAddress, unmapAddress } from '../keys/address.ts'
import { formatNetwork, parseCidr } from '../keys/cidr.ts'
import { ACCOUNT_STATUSES, IP_ACL_MODES } from '../keys/key-record.ts'
import { type EntryFault, explainPastedText } from '../keys/pasted-entry.ts'
import { PLATFORMS } from '../keys/platform.ts'
import { MAX_OVERLAP_MS } from '../keys/rotation.ts'
import { USER_STATUSES } from '../db/schema/users.ts'
import { ROLES } from '../shared/roles.ts'
import { type IdKind, isId } from '../shared/ids.ts'
import { unsafeCharacter, withoutUnsafe } from '../shared/visible-text.ts'
import { aclNotes } from './acl-notes.ts'
import { COMMON_PASSWORD, isCommonPassword } from './common-passwords.ts'
import { isEmail } from './email.ts'
import { MAX_FAULTS } from './faults.ts'
import { futureTime, time } from './future-time.ts'
import { rateLimitBody } from './rate-limit.ts'
import {
  isOfLength,
  rule,
  text,
  trimmed,
  unsafeIssue,
  visibleText,
  wellFormed,
} from './text-rules.ts'

const MAX_NAME = 100
const MAX_REASON = 200
const MAX_EXTERNAL_ID = 200
const MAX_WEBSITE = 2_048
export const MAX_ACL_ENTRIES = 1_000
/** This many keys can be suspended within ten seconds. */
const MAX_KEY_LIMIT = 1_000
const MIN_PASSWORD = 12
const MAX_PASSWORD = 256
const MAX_EMAIL = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, `This must be one of ${values.join(', ')}`)
}

export const visibleName = visibleText(MAX_NAME)
const externalId = visibleText(MAX_EXTERNAL_ID)

export const applicationWebsite = trimmed
  .pipe(
    text(1, MAX_WEBSITE).superRefine((value, ctx) => {
      const unsafe = unsafeCharacter(value)
      if (unsafe !== null) {
        const cleaned = withoutUnsafe(value)
        ctx.addIssue(unsafeIssue(unsafe, isHttpUrl(cleaned) ? cleaned : undefined))
        return
      }
      if (isHttpUrl(value)) return
      const suggestion = `https://${value}`
      const looksLikeHost = /^[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$/.test(value)
      const isCanonical = isHttpUrl(suggestion) && suggestion.length <= MAX_WEBSITE
      ctx.addIssue({
        code: 'custom',
        message: 'This must be an absolute http or https URL, such as https://example.com',
        params: { code: 'url_invalid', ...(looksLikeHost && isCanonical && { suggestion }) },
      })
    }),
  )
  .meta({ minLength: 1, maxLength: MAX_WEBSITE, description: 'An absolute http or https URL' })

function isHttpUrl(value: string): boolean {
  return /^https?:\/\/[^\s/?#]/i.test(value) && !/\s/u.test(value) && URL.canParse(value)
}

/** One step for the whole list, so that faults of its length and of its entries are reported together. */
const ipAcl = z.array(z.unknown()).transform((entries, ctx) => {
  const fail = (
    message: string,
    params: { code: string } | Omit<EntryFault, 'detail'>,
    path: number[],
  ) => ctx.addIssue({ code: 'custom', message, params, path })
  const canonical = new Set<string>()
  let faults = 0
  let suggested = 0
  const isTooLong = entries.length > MAX_ACL_ENTRIES
  if (isTooLong) {
    fail(`An IP ACL has ${MAX_ACL_ENTRIES} entries at most`, { code: 'too_long' }, [])
  }
  for (const [index, entry] of entries.entries()) {
    if (typeof entry !== 'string') {
      fail('This must be of type string', { code: 'wrong_type' }, [index])
      continue
    }
    const network = parseCidr(entry)
    if (network.ok) {
      canonical.add(formatNetwork(network.value))
    } else {
      // Suggestions cost CPU time that the sender chooses. So there are none for faults that are not listed,
      // and no more than a list could take.
      faults++
      const isEnough = isTooLong || faults > MAX_FAULTS || suggested >= MAX_ACL_ENTRIES
      const fault = isEnough ? network.error : explainPastedText(network.error, entry)
      const { detail, ...params } = fault
      suggested += [params.suggestion ?? []].flat().length
      fail(detail, params, [index])
    }
  }
  return [...canonical]
})

/** JSON Schema cannot express the rules of an entry. */
const ipAclMeta = {
  override: { type: 'array', items: { type: 'string' }, maxItems: MAX_ACL_ENTRIES },
  description: 'IPv4 or IPv6 networks in CIDR form, host bits zero; empty: any address',
} as const

const ipAclMode = oneOf(IP_ACL_MODES).meta({
  description: 'With `report`, what the IP ACL would refuse is let through and recorded',
})

/** Parsed like a client's address; an IPv4-mapped address becomes IPv4. */
const clientIp = trimmed
  .transform((value, ctx) => {
    const address = parseAddress(value)
    if (address !== null) return unmapAddress(address)
    ctx.addIssue({
      code: 'custom',
      message: 'This must be one IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1',
      params: { code: 'address_invalid' },
    })
    return z.NEVER
  })
  .meta({ override: { type: 'string' }, description: 'One IPv4 or IPv6 address' })

const platform = oneOf(PLATFORMS)
/** HMAC pads its key with zeros (RFC 2104 §2), so U+0000 at the end of a password would not count. */
const passwordText = wellFormed().refine(
  (value) => !value.includes('\0'),
  rule('character_not_allowed', 'A password cannot contain U+0000'),
)
/** A password to check. It has no rules on length, because any other password than the account's is wrong. */
const password = passwordText.meta({ format: 'password' })
/** No rules on its form, because any other text is a wrong code. */
const code = wellFormed().meta({
  description: 'Six digits of the app, or a recovery code',
})
/** Its length is counted in NFC, as it is hashed. */
const newPassword = passwordText
  .refine(
    (value) => isOfLength(value.normalize('NFC'), MIN_PASSWORD, MAX_PASSWORD),
    rule('wrong_length', `This must have ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`),
  )
  .refine((value) => !isCommonPassword(value), rule(COMMON_PASSWORD.code, COMMON_PASSWORD.detail))
  .meta({
    format: 'password',
    minLength: MIN_PASSWORD,
    maxLength: MAX_PASSWORD,
    description:
      'Unicode code points, counted in NFC, in which passwords are compared. Common passwords are refused, and the e-mail address and the name of the user',
  })
const keyLimit = z
  .number()
  .refine(
    (given) => Number.isInteger(given) && given >= 1 && given <= MAX_KEY_LIMIT,
    rule('out_of_range', `This must be a whole number from 1 to ${MAX_KEY_LIMIT}`),
  )
  .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_KEY_LIMIT } })

const email = trimmed
  .pipe(
    text(3, MAX_EMAIL).refine(
      isEmail,
      rule('email_invalid', 'This must be an e-mail address such as name@example.com'),
    ),
  )
  .meta({ minLength: 3, maxLength: MAX_EMAIL })

/** The e-mail has no rules on form, because any text but an account's e-mail is unknown. */
export const logInBody = z.strictObject({
  email: trimmed.pipe(wellFormed()),
  password,
  code: code.optional(),
})

export const startEnrolmentBody = z.strictObject({ password })

export const confirmEnrolmentBody = z.strictObject({ code })

export const factorBody = z.strictObject({ password, code })

export const createKeyBody = z.strictObject({
  application_name: visibleName,
  application_website: applicationWebsite.nullable().default(null),
  platform,
  ip_acl: ipAcl.default([]).meta(ipAclMeta),
  ip_acl_mode: ipAclMode.default('enforce'),
  ip_acl_notes: aclNotes.default({}),
  expires_at: futureTime.nullable().default(null),
  rate_limit: rateLimitBody.nullable().default(null),
  password,
})

export const editKeyBody = z.strictObject({
  application_name: visibleName.optional(),
  application_website: applicationWebsite.nullable().optional(),
  platform: platform.optional(),
  ip_acl: ipAcl.optional().meta(ipAclMeta),
  ip_acl_mode: ipAclMode.optional(),
  ip_acl_notes: aclNotes.optional(),
  enabled: z.boolean().optional(),
  expires_at: futureTime.nullable().optional(),
  rate_limit: rateLimitBody.nullable().optional(),
})

const MAX_OVERLAP_SECONDS = MAX_OVERLAP_MS / 1_000
const DAY_SECONDS = 86_400

export const rotateKeyBody = z.strictObject({
  overlap_seconds: z
    .number()
    .refine(
      (given) => Number.isInteger(given) && given >= 0 && given <= MAX_OVERLAP_SECONDS,
      rule('out_of_range', `This must be a whole number from 0 to ${MAX_OVERLAP_SECONDS}`),
    )
    .default(DAY_SECONDS)
    .meta({
      override: {
        type: 'integer',
        minimum: 0,
        maximum: MAX_OVERLAP_SECONDS,
        default: DAY_SECONDS,
      },
      description: 'How long both tokens work',
    }),
  password,
})

export const moveRotationEndBody = z.strictObject({ ends_at: time })

/** The query of the end of a rotation. */
export const endRotationQuery = z.object({
  keep: oneOf(['new', 'old'])
    .default('new')
    .meta({ description: 'Which token stays: `old` takes the rotation back' }),
})

export const findKeyBody = z.strictObject({ token: z.string() })

export const revealBody = z.strictObject({ password })

/** Where people confirm at an identity provider. A password says nothing there. */
const byProvider = {
  password: password.optional().meta({ description: 'Needed where `confirm_by` is `password`' }),
  confirmation: z
    .string()
    .optional()
    .meta({ description: 'What `/admin/confirm` ended with, in place of a password' }),
}
const createKeyByProvider = createKeyBody.extend(byProvider)
const rotateKeyByProvider = rotateKeyBody.extend(byProvider)
const revealByProvider = revealBody.extend(byProvider)

/** What a body says about who is there. Which of both counts depends on IDENTITY. */
export interface Confirming {
  readonly password?: string | undefined
  readonly confirmation?: string | undefined
}

interface ConfirmedBodies {
  readonly createKey: z.ZodType<CreateKey & Confirming>
  readonly rotateKey: z.ZodType<RotateKey & Confirming>
  readonly reveal: z.ZodType<Confirming>
}

/** The bodies that confirm who is there, by the identity of the deployment. */
export function confirmedBodies(isByProvider: boolean): ConfirmedBodies {
  return {
    createKey: isByProvider ? createKeyByProvider : createKeyBody,
    rotateKey: isByProvider ? rotateKeyByProvider : rotateKeyBody,
    reveal: isByProvider ? revealByProvider : revealBody,
  }
}

export const previewIpAclBody = z.strictObject({ ip_acl: ipAcl.meta(ipAclMeta) })

export const checkIpAclBody = z.strictObject({ address: clientIp })

export const createAccountBody = z.strictObject({
  email,
  name: visibleName,
  password: newPassword,
  status: oneOf(ACCOUNT_STATUSES).default('pending'),
  external_id: externalId.nullable().default(null),
})

export const editAccountBody = z.strictObject({
  name: visibleName.optional(),
  status: oneOf(ACCOUNT_STATUSES).optional(),
  password: newPassword.optional(),
  key_limit: keyLimit.optional(),
  external_id: externalId.nullable().optional(),
  rate_limit: rateLimitBody
    .nullable()
    .optional()
    .meta({ description: 'For each key of the account' }),
})

export const createUserBody = z.strictObject({
  email,
  name: visibleName,
  role: oneOf(ROLES),
  password: newPassword,
})

export const editUserBody = z.strictObject({
  name: visibleName.optional(),
  role: oneOf(ROLES).optional(),
  status: oneOf(USER_STATUSES).optional(),
  password: newPassword.optional(),
  second_factor: z
    .literal(false, 'This can only be false, which removes the second factor')
    .optional()
    .meta({ description: 'Removes the second factor of a user who lost it' }),
})

const withoutPassword = {
  password: newPassword.optional().meta({ description: 'Needed where users are local' }),
}
const createAccountByProvider = createAccountBody.extend(withoutPassword)
const createUserByProvider = createUserBody.extend(withoutPassword)

interface PeopleBodies {
  readonly createAccount: z.ZodType<CreateAccount>
  readonly createUser: z.ZodType<CreateUser>
}

/** The bodies of new people. Where an identity provider logs them in, they need no password. */
export function peopleBodies(isByProvider: boolean): PeopleBodies {
  return {
    createAccount: isByProvider ? createAccountByProvider : createAccountBody,
    createUser: isByProvider ? createUserByProvider : createUserBody,
  }
}

/** As the OpenAPI document describes them, which is the same for each deployment. */
export const documentedBodies = {
  createKey: createKeyByProvider,
  rotateKey: rotateKeyByProvider,
  reveal: revealByProvider,
  createAccount: createAccountByProvider,
  createUser: createUserByProvider,
}

const RECONCILE_CURSOR = /^(?:rows:(?<row>key_[0-9a-f]{32})|kv:(?<kv>[\w+/=-]{0,1024}))$/

export const reconcileBody = z.strictObject({
  /** `as_database`: repair even if that lets in what a key's authority keeps out. */
  repair: z
    .union([z.boolean(), z.literal('as_database')], 'repair is true, false or "as_database"')
    .default(false),
  /** Parsed to the place where the page starts. */
  cursor: z
    .string()
    .transform((given, ctx): ReconcileCursor => {
      const { row, kv } = RECONCILE_CURSOR.exec(given)?.groups ?? {}
      if (row !== undefined) return { phase: 'rows', after: row }
      if (kv !== undefined) return { phase: 'kv', after: kv === '' ? null : kv }
      ctx.addIssue({
        code: 'custom',
        message: 'cursor is not one that this call gave as next_cursor',
        params: { code: 'cursor_unreadable' },
      })
      return z.NEVER
    })
    .optional()
    .meta({ override: { type: 'string' }, description: 'The `next_cursor` of the page before' }),
})

/** Where a page of the comparison starts. */
export interface ReconcileCursor {
  readonly phase: 'rows' | 'kv'
  /** The id of the last row, or KV's own cursor; null at the start of the phase. */
  readonly after: string | null
}

export function formatReconcileCursor({ phase, after }: ReconcileCursor): string {
  return `${phase}:${after ?? ''}`
}

/** The query of a list whose items have ids of `kind`. */
export function pageQuery(kind: IdKind) {
  const isLimit = (given: string) => /^[1-9]\d{0,2}$/.test(given) && Number(given) <= MAX_LIMIT
  return z.object({
    limit: z
      .string()
      .refine(isLimit, rule('out_of_range', `limit is a whole number from 1 to ${MAX_LIMIT}`))
      .transform(Number)
      .prefault(String(DEFAULT_LIMIT))
      .meta({
        override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
      }),
    cursor: z
      .string()
      .refine(
        (given) => isId(kind, given),
        rule('cursor_unreadable', 'cursor is not one that this list gave as next_cursor'),
      )
      .optional()
      .meta({ description: 'The `next_cursor` of the page before' }),
  })
}

/** The query of a customer's list of keys. */
export const keysQuery = pageQuery('key').extend({
  include: oneOf(['usage']).optional().meta({ description: 'Adds `usage` to each key' }),
})

/** The query of the operator's list of keys. */
export const operatorKeysQuery = pageQuery('key').extend({
  account_id: z.string().optional(),
  state: oneOf(KEY_FILTERS).optional(),
  token_key: z
    .string()
    .refine(
      (given) => /^[0-9A-Za-z]$/.test(given),
      rule('ring_key_malformed', 'token_key is the id of a key of TOKEN_KEYS, one letter or digit'),
    )
    .optional()
    .meta({ description: 'The id of a key of `TOKEN_KEYS`: the keys whose tokens it made' }),
})

export const EVENT_STATES = ['waiting', 'failed'] as const

/** The query of the operator's list of events that were not taken. */
export const operatorEventsQuery = pageQuery('evt').extend({
  state: oneOf(EVENT_STATES).optional(),
})

/** The query of the operator's list of differences. A cursor is the number of the last one. */
export const shadowQuery = pageQuery('key').extend({
  cursor: z
    .string()
    .refine(
      (given) => /^[1-9]\d{0,14}$/.test(given),
      rule('cursor_unreadable', 'cursor is not one that this list gave as next_cursor'),
    )
    .transform(Number)
    .optional()
    .meta({ override: { type: 'string' }, description: 'The `next_cursor` of the page before' }),
})

export const retryEventsBody = z.strictObject({})

export const revokeKeyBody = z.strictObject({ reason: visibleText(MAX_REASON) })

export type CreateKey = Omit<z.infer<typeof createKeyBody>, 'password'>
export type EditKey = z.infer<typeof editKeyBody>
export type RotateKey = Omit<z.infer<typeof rotateKeyBody>, 'password'>
export type CreateAccount = z.infer<typeof createAccountByProvider>
export type EditAccount = z.infer<typeof editAccountBody>
export type CreateUser = z.infer<typeof createUserByProvider>
export type EditUser = z.infer<typeof editUserBody>
