// A key as it is typed, before it is saved.

import { PLATFORMS, type Platform } from '../../keys/platform.ts'
import { type LimitDraft, toLimit, toLimitDraft } from './rate-limit.ts'
import type { IpAclMode, Key, KeyInput } from '../api/types.ts'

export interface Draft {
  readonly application_name: string
  readonly application_website: string
  readonly platform: Platform | ''
  /** Whether requests from any address are let in; otherwise those from the networks of `ip_acl`. */
  readonly isOpen: boolean
  readonly ip_acl: readonly string[]
  readonly ip_acl_mode: IpAclMode
  /** By network; also of networks that were taken off the list, so that this can be undone. */
  readonly ip_acl_notes: Readonly<Record<string, string>>
  /** RFC 3339; null for never, empty while no right day is chosen. */
  readonly expires_at: string | null
  /** Null for no limit. */
  readonly rate_limit: LimitDraft | null
  /** The text of the field for the next IP ACL entry, which is not added yet. */
  readonly entry: string
}

export const EMPTY_DRAFT: Draft = {
  application_name: '',
  application_website: '',
  platform: '',
  isOpen: true,
  ip_acl: [],
  ip_acl_mode: 'enforce',
  ip_acl_notes: {},
  expires_at: null,
  rate_limit: null,
  entry: '',
}

/** `added`: networks to put on the list. */
export function draftOf(key: Key, added: readonly string[] = []): Draft {
  const { application_name, application_website, platform, ip_acl_mode } = key
  const ip_acl = [...new Set([...key.ip_acl, ...added])]
  return {
    application_name,
    application_website: application_website ?? '',
    platform,
    isOpen: ip_acl.length === 0,
    ip_acl,
    ip_acl_mode,
    ip_acl_notes: notesOf(key.ip_acl, key.ip_acl_notes),
    expires_at: key.expires_at,
    rate_limit: toLimitDraft(key.rate_limit),
    entry: '',
  }
}

/** The members to send. The draft must have no errors. */
export function toInput(draft: Draft): KeyInput {
  const website = draft.application_website.trim()
  const ip_acl = draft.isOpen ? [] : draft.ip_acl
  return {
    application_name: draft.application_name.trim(),
    application_website: website === '' ? null : website,
    platform: PLATFORMS.find((platform) => platform === draft.platform) ?? 'other',
    ip_acl,
    ip_acl_mode: draft.ip_acl_mode,
    ip_acl_notes: notesOf(ip_acl, draft.ip_acl_notes),
    expires_at: draft.expires_at,
    rate_limit: toLimit(draft.rate_limit),
  }
}

/** The notes on a list, in its order, so that they can be compared. */
function notesOf(acl: readonly string[], notes: Draft['ip_acl_notes']): Draft['ip_acl_notes'] {
  return Object.fromEntries(
    acl.flatMap((network) => {
      const note = notes[network]?.trim() ?? ''
      return note === '' ? [] : [[network, note]]
    }),
  )
}

/** The members of a key that an edit changes. */
export function changesOf(key: Key, input: KeyInput): Partial<KeyInput> {
  const before = toInput(draftOf(key))
  const changed = Object.entries(input).filter(
    ([name, value]) => !isSame(before[name as keyof KeyInput], value),
  )
  return Object.fromEntries(changed)
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
