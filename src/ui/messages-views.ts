// The sentences of the pages beside the list.

import { number } from './counted.ts'
import { isolateDirection } from './display-text.ts'
import type { AuditEvent } from './types.ts'

export const viewMessages = {
  account: {
    menu: (name: string) => `Account ${isolateDirection(name)}`,
    sessions: 'Sessions',
  },

  roles: { owner: 'Owner', manager: 'Manager', viewer: 'Viewer' },

  users: {
    title: 'Users',
    intro:
      'Who may log in to this account. CommPeak adds and changes users: contact CommPeak to invite somebody or to change a role.',
    current: 'You',
    disabled: 'Disabled',
    never: 'Has not logged in yet',
    lastLogIn: (at: string) => `Last logged in ${at}`,
    rights: {
      owner: 'manages keys and sees the users',
      manager: 'manages keys',
      viewer: 'looks at keys',
    },
  },

  activity: {
    title: 'Activity',
    intro: 'What was done with the API keys of this account, and from which address.',
    none: 'Nothing has happened yet.',
    more: 'Show more',
    noAddress: 'no address',
    nothing: 'none',
    by: (email: string) => `by ${isolateDirection(email)}`,
    added: (list: string) => `added ${list}`,
    removed: (list: string) => `removed ${list}`,
    others: (count: number) => `and ${number(count)} more`,
    actions: {
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
    } satisfies Record<AuditEvent['action'], string>,
    members: {
      application_name: 'Application name',
      application_website: 'Application website',
      platform: 'Platform',
      ip_acl: 'IP ACL',
      ip_acl_mode: 'IP ACL mode',
      enabled: 'Enabled',
      expires_at: 'Expiry',
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
    },
  },

  sessions: {
    title: 'Sessions',
    intro: 'Where this account is logged in. End a session that you do not recognize.',
    ownIntro: 'Where you are logged in. End a session that you do not recognize.',
    current: 'This session',
    noAddress: 'Unknown address',
    noAgent: 'Unknown browser',
    times: (since: string, seen: string) => `Logged in ${since}, last active ${seen}`,
    end: 'End',
    endOf: (address: string) => `End the session from ${address}`,
    ended: 'The session was ended.',
  },

  keyView: {
    details: 'Details',
    id: 'Key ID',
    copyId: 'Copy the key ID',
    none: 'none',
    examples: 'Code examples',
    delete: 'Delete',
    access: 'Who may use it',
    anyAddress: 'Anyone who has the token, from any address.',
    enforced: 'Only requests from these networks:',
    reported: 'Anyone who has the token. Requests from outside these networks are listed below:',
    copyAcl: 'Copy the list',
    noDenials: 'None.',
    history: 'History',
  },
}
