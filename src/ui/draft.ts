// A key as it is typed, before it is saved, and the errors in it.

import { PLATFORMS, type Platform } from '../keys/platform.ts'
import { type AclReport, type EntryFault, MAX_ENTRIES, reportFaults, toEntryFault } from './acl.ts'
import { isolateDirection } from './display-text.ts'
import { messages } from './messages.ts'
import type { Fault, IpAclMode, Key, KeyInput } from './types.ts'

export interface Draft {
  readonly application_name: string
  readonly application_website: string
  readonly platform: Platform | ''
  /** Whether requests from any address are let in; otherwise those from the networks of `ip_acl`. */
  readonly isOpen: boolean
  readonly ip_acl: readonly string[]
  readonly ip_acl_mode: IpAclMode
  /** The text of the field for the next IP ACL entry, which is not added yet. */
  readonly entry: string
}

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
  /** The report about text that was typed or pasted as IP ACL entries. */
  readonly pasted?: AclReport
}

const MAX_NAME_LENGTH = 100

export const EMPTY_DRAFT: Draft = {
  application_name: '',
  application_website: '',
  platform: '',
  isOpen: true,
  ip_acl: [],
  ip_acl_mode: 'enforce',
  entry: '',
}

export function draftOf(key: Key): Draft {
  const { application_name, application_website, platform, ip_acl, ip_acl_mode } = key
  return {
    application_name,
    application_website: application_website ?? '',
    platform,
    isOpen: ip_acl.length === 0,
    ip_acl,
    ip_acl_mode,
    entry: '',
  }
}

/** Finds errors before the draft is sent, by the rules of the API, which checks everything again. */
export function checkDraft(draft: Draft): DraftErrors {
  const { fields, acl } = messages
  const name = draft.application_name.trim()
  const isTooLong = [...name].length > MAX_NAME_LENGTH
  const { isOpen, ip_acl, platform } = draft
  return {
    ...(name === '' && { application_name: { message: fields.required } }),
    ...(isTooLong && { application_name: { message: fields.nameLength } }),
    ...websiteError(draft.application_website.trim()),
    ...(platform === '' && { platform: { message: fields.platform } }),
    ...(!isOpen && ip_acl.length === 0 && { ip_acl: { message: acl.noNetwork } }),
    ...(ip_acl.length > MAX_ENTRIES && { ip_acl: { message: acl.tooLong } }),
  }
}

function websiteError(website: string): Pick<DraftErrors, 'application_website'> {
  if (website === '' || (/^https?:\/\//i.test(website) && URL.canParse(website))) return {}
  const suggestion = withScheme(website)
  const message = messages.fields.website
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

/** The members to send. The draft must have no errors. */
export function toInput(draft: Draft): KeyInput {
  const website = draft.application_website.trim()
  return {
    application_name: draft.application_name.trim(),
    application_website: website === '' ? null : website,
    platform: PLATFORMS.find((platform) => platform === draft.platform) ?? 'other',
    ip_acl: draft.isOpen ? [] : draft.ip_acl,
    ip_acl_mode: draft.ip_acl_mode,
  }
}

/** The members of a key that an edit changes. */
export function changesOf(key: Key, input: KeyInput): Partial<KeyInput> {
  const changed = Object.entries(input).filter(
    ([name, value]) => !isSame(key[name as keyof KeyInput], value),
  )
  return Object.fromEntries(changed)
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
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
      errors.ip_acl ??= { message: messages.acl.moreRefused } // no other field can have so many
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

type Field = Exclude<keyof KeyInput, 'ip_acl_mode'>

function isField(member: string): member is Field {
  return ['application_name', 'application_website', 'platform', 'ip_acl'].includes(member)
}

function sentenceOf(member: Field, code: string): string | undefined {
  const { fields, acl } = messages
  if (code === 'required') return fields.required
  if (member === 'platform') return fields.platform
  if (member === 'application_name' && code === 'wrong_length') return fields.nameLength
  if (member === 'application_website' && code === 'url_invalid') return fields.website
  if (member === 'ip_acl' && code === 'too_long') return acl.tooLong
  return undefined
}
