// The sentences of what was done with the keys.

import { number } from './counted.ts'
import { isolateDirection } from './display-text.ts'
import type { AuditEvent } from '../api/types.ts'

export const intro = 'What was done with the API keys of this account, and from which address.'
export const none = 'Nothing has happened yet.'
export const more = 'Show more'
export const noAddress = 'no address'
export const nothing = 'none'
export const by = (email: string) => `by ${isolateDirection(email)}`
export const added = (list: string) => `added ${list}`
export const removed = (list: string) => `removed ${list}`
export const others = (count: number) => `and ${number(count)} more`
export const actions = {
  'session.create': 'Logged in',
  'session.delete': 'Logged out',
  'key.create': 'Key created',
  'key.import': 'Key imported',
  'key.update': 'Key edited',
  'key.delete': 'Key deleted',
  'key.reveal': 'Access token shown or copied',
  'key.rotate': 'Key rotated',
  'key.rotation_end': 'Rotation ended',
  'key.enable': 'Key resumed',
  'key.disable': 'Key paused',
  'key.leaked': 'Access token reported as leaked',
  'key.expire': 'Key expired',
  'confirmation.failed': 'Confirmation failed',
  'account.create': 'Account created',
  'account.update': 'Account changed',
  'user.create': 'User added',
  'user.update': 'User changed',
  'user.delete': 'User removed',
  'second_factor.enable': 'Second factor set up',
  'second_factor.disable': 'Second factor removed',
  'second_factor.failed': 'Wrong code of a second factor entered',
  'second_factor.recover': 'Recovery code used',
  'second_factor.renew_codes': 'New recovery codes made',
} satisfies Record<AuditEvent['action'], string>
export const members = {
  application_name: 'Application name',
  application_website: 'Application website',
  platform: 'Platform',
  ip_acl: 'IP ACL',
  ip_acl_mode: 'IP ACL mode',
  enabled: 'Enabled',
  expires_at: 'Expiry',
  rate_limit: 'Rate limit',
  created_at: 'Created',
  ip_acl_notes: 'Notes of the IP ACL',
  leaked_at: 'Leak reported',
  url: 'Found at',
  note: 'Note',
  rotation: 'Old token',
  keep: 'Token that stays',
  status: 'Status',
  name: 'Name',
  email: 'E-mail address',
  key_limit: 'Most keys',
  role: 'Role',
  external_id: 'External id',
}
