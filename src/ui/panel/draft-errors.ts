// The errors in a key as it is typed, by the field where they can be corrected.

import {
  type AclReport,
  addEntries,
  type EntryFault,
  isUnresolved,
  MAX_ENTRIES,
  reportFaults,
  toEntryFault,
} from '../acl/acl.ts'
import { isolateDirection } from '../messages/display-text.ts'
import type { Draft } from './draft.ts'
import * as aclText from '../messages/acl.ts'
import * as fieldsText from '../messages/fields.ts'
import * as lifeText from '../messages/life.ts'
import * as limitText from '../messages/limit.ts'
import { isWrongLimit } from './rate-limit.ts'
import type { Fault, KeyInput } from '../api/types.ts'

export interface FieldError {
  readonly message: string
  readonly suggestion?: string
}

/** Errors, by the field where they can be corrected. */
export interface DraftErrors {
  readonly application_name?: FieldError
  readonly application_website?: FieldError
  readonly platform?: FieldError
  readonly ip_acl?: FieldError
  readonly expires_at?: FieldError
  readonly rate_limit?: FieldError
  /** The report about text that was typed or pasted as IP ACL entries. */
  readonly pasted?: AclReport
}

const MAX_NAME_LENGTH = 100

/**
 * Puts what is still in the field for an entry on the list, since it was meant to be there. Answers the draft to
 * save, its errors, and the report about the entry.
 */
export function completeDraft(
  draft: Draft,
  pasted: AclReport | undefined,
): { readonly complete: Draft; readonly found: DraftErrors; readonly report: AclReport } {
  const listed = draft.isOpen ? [] : draft.ip_acl
  const { acl, entry, report } = addEntries(listed, draft.entry, pasted)
  const isOpen = draft.isOpen && acl.length === 0
  const complete = { ...draft, isOpen, ip_acl: acl, entry }
  const found = { ...checkDraft(complete), ...(isUnresolved(report, acl) && { pasted: report }) }
  return { complete, found, report }
}

/** Finds errors before the draft is sent, by the rules of the API, which checks everything again. */
function checkDraft(draft: Draft): DraftErrors {
  const name = draft.application_name.trim()
  const isTooLong = [...name].length > MAX_NAME_LENGTH
  const { isOpen, ip_acl, platform } = draft
  return {
    ...(name === '' && { application_name: { message: fieldsText.required } }),
    ...(isTooLong && { application_name: { message: fieldsText.nameLength } }),
    ...websiteError(draft.application_website.trim()),
    ...(platform === '' && { platform: { message: fieldsText.platform } }),
    ...(!isOpen && ip_acl.length === 0 && { ip_acl: { message: aclText.noNetwork } }),
    ...(draft.expires_at === '' && { expires_at: { message: lifeText.dateInvalid } }),
    ...(isWrongLimit(draft.rate_limit) && { rate_limit: { message: limitText.invalid } }),
    ...(ip_acl.length > MAX_ENTRIES && { ip_acl: { message: aclText.tooLong } }),
  }
}

function websiteError(website: string): Pick<DraftErrors, 'application_website'> {
  if (website === '' || (/^https?:\/\//i.test(website) && URL.canParse(website))) return {}
  const suggestion = withScheme(website)
  const message = fieldsText.website
  return { application_website: { message, ...(suggestion !== website && { suggestion }) } }
}

/** Puts https:// before what looks like a host, with or without a path; other text stays as it is. */
export function withScheme(website: string): string {
  const text = website.trim()
  const url = `https://${text}`
  return /^[^\s/:@]+\.[^\s/:@.]{2,}(?::\d+)?(?:[/?#]\S*)?$/u.test(text) && URL.canParse(url)
    ? url
    : text
}

/** Assigns the API's faults to fields. Faults of no field are left out. */
export function toDraftErrors(faults: readonly Fault[], input: KeyInput): DraftErrors {
  const errors: { -readonly [Name in keyof DraftErrors]: DraftErrors[Name] } = {}
  const entries: EntryFault[] = []
  for (const { pointer, code, detail, suggestion } of faults) {
    const [, member = '', index] = pointer.split('/')
    const entry = input.ip_acl[Number(index)]
    if (member === 'ip_acl' && index !== undefined && entry !== undefined) {
      entries.push(toEntryFault(entry, code, detail, suggestion))
    } else if (code === 'too_many_faults') {
      errors.ip_acl ??= { message: aclText.moreRefused } // no other field can have so many
    } else if (member === 'ip_acl_notes') {
      errors.ip_acl ??= { message: isolateDirection(detail) }
    } else if (isField(member)) {
      const message = sentenceOf(member, code) ?? isolateDirection(detail)
      errors[member] = { message, ...(typeof suggestion === 'string' && { suggestion }) }
    }
  }
  return { ...errors, ...(entries.length > 0 && { pasted: reportFaults(entries).report }) }
}

/** Puts the entries that the API refused back into the field, to be corrected there. */
export function withRefused(draft: Draft, { faults }: AclReport): Draft {
  const refused = new Set(faults.map((fault) => fault.entry))
  const ip_acl = draft.ip_acl.filter((network) => !refused.has(network))
  return { ...draft, ip_acl, entry: reportFaults(faults).entry }
}

type Field = Exclude<keyof KeyInput, 'ip_acl_mode' | 'ip_acl_notes'>

const FIELDS: readonly string[] = [
  'application_name',
  'application_website',
  'platform',
  'ip_acl',
  'expires_at',
  'rate_limit',
] satisfies readonly Field[]

function isField(member: string): member is Field {
  return FIELDS.includes(member)
}

function sentenceOf(member: Field, code: string): string | undefined {
  if (code === 'required') return fieldsText.required
  if (member === 'platform') return fieldsText.platform
  if (member === 'application_name' && code === 'wrong_length') return fieldsText.nameLength
  if (member === 'application_website' && code === 'url_invalid') return fieldsText.website
  if (member === 'expires_at') return lifeText.dateInvalid
  if (member === 'rate_limit') return limitText.invalid
  if (member === 'ip_acl' && code === 'too_long') return aclText.tooLong
  return undefined
}
