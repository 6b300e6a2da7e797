// The calls of the operator, with OPERATOR_TOKEN. A deployment without that secret answers 404 to all of
// them.

import * as z from 'zod'
import { OPEN_METRICS_TYPE } from '../../metrics/open-metrics.ts'
import { accountList, editedAccount, operatorAccount } from '../answers/account.ts'
import { deliveryList, retriedEvents } from '../answers/delivery.ts'
import { operatorEventList } from '../answers/event.ts'
import { importAnswer } from '../answers/import.ts'
import { deletedKey } from '../answers/key.ts'
import { operatorKeyList } from '../answers/operator-key.ts'
import { reconcileAnswer } from '../answers/reconcile.ts'
import { user, userList } from '../answers/user.ts'
import { editAccountBody } from '../requests/account.ts'
import { operatorEventsQuery, retryEventsBody } from '../requests/delivery.ts'
import { documentedBodies } from '../requests/documented.ts'
import { operatorKeysQuery, revokeKeyBody } from '../requests/operator-key.ts'
import { pageQuery } from '../requests/page.ts'
import { reconcileBody } from '../requests/reconcile.ts'
import { editUserBody } from '../requests/user.ts'
import {
  ACCOUNT,
  DELETED_KEY,
  DELIVERY,
  ENFORCEMENT,
  EVENT,
  IMPORT,
  IMPORTED,
  KEY,
  OPERATOR_ACCOUNT,
  OPERATOR_KEY,
  PASSWORD,
  USER,
} from './examples.ts'
import { documentedImportBody } from '../import/import-body.ts'
import type { Calls } from './operation.ts'

const byId = z.object({ id: z.string() })
const NEW_USER = { ...USER, role: 'viewer', last_login_at: null }

export const OPERATOR_CALLS: Calls = {
  '/operator/accounts': {
    post: {
      id: 'createAccount',
      summary: 'Create an account',
      description:
        'With its first user, who is its owner and logs in with this e-mail address and password. Where an identity provider logs people in, `external_id` is how it names the account, no password is needed, and this first user cannot log in.',
      guard: 'operator',
      body: {
        schema: documentedBodies.createAccount,
        example: {
          email: OPERATOR_ACCOUNT.email,
          name: OPERATOR_ACCOUNT.name,
          password: PASSWORD,
          status: OPERATOR_ACCOUNT.status,
          external_id: OPERATOR_ACCOUNT.external_id,
        },
      },
      answer: {
        status: 201,
        description: 'The account',
        schema: operatorAccount,
        example: OPERATOR_ACCOUNT,
      },
      errors: ['throttled', 'email_taken', 'external_id_taken'],
    },
    get: {
      id: 'listAccounts',
      summary: 'List the accounts, newest first',
      guard: 'operator',
      params: { query: pageQuery('acc') },
      answer: {
        status: 200,
        description: 'A page of accounts',
        schema: accountList,
        example: { accounts: [OPERATOR_ACCOUNT], next_cursor: null },
      },
    },
  },
  '/operator/accounts/{id}': {
    patch: {
      id: 'editAccount',
      summary: 'Edit an account',
      description:
        'A status that is not `active` stops all keys of the account, `active` brings them back; a new password is that of its oldest active owner and ends all its sessions; a lower `key_limit` deletes no key.',
      guard: 'operator',
      params: { path: z.object({ id: z.string() }) },
      body: { schema: editAccountBody, example: { status: 'suspended' } },
      answer: {
        status: 200,
        description: 'The account as it is now, and how the change is enforced',
        schema: editedAccount,
        example: { ...OPERATOR_ACCOUNT, status: 'suspended', enforcement: ENFORCEMENT },
      },
      errors: ['throttled', 'external_id_taken', 'version_conflict', 'enforcement_pending'],
    },
  },
  '/operator/accounts/{id}/users': {
    post: {
      id: 'createUser',
      summary: 'Create a user of an account',
      description: 'An e-mail address logs in one user, so no two users of any accounts share one.',
      guard: 'operator',
      params: { path: byId },
      body: {
        schema: documentedBodies.createUser,
        example: { email: USER.email, name: USER.name, role: 'viewer', password: PASSWORD },
      },
      answer: { status: 201, description: 'The user', schema: user, example: NEW_USER },
      errors: ['throttled', 'email_taken'],
    },
    get: {
      id: 'listAccountUsers',
      summary: 'List the users of an account, newest first',
      guard: 'operator',
      params: { path: byId, query: pageQuery('usr') },
      answer: {
        status: 200,
        description: 'A page of users',
        schema: userList,
        example: { users: [USER], next_cursor: null },
      },
    },
  },
  '/operator/accounts/{id}/keys/import': {
    post: {
      id: 'importKeys',
      summary: 'Import keys that exist already',
      description:
        'Each row is imported whole or not at all; repeated rows answer the same key. The body may have 4 MiB. A row of `keys` is an ImportRow.',
      guard: 'operator',
      params: { path: byId },
      body: { schema: documentedImportBody, example: IMPORT },
      answer: {
        status: 200,
        description: 'What became of each row',
        schema: importAnswer,
        example: IMPORTED,
      },
    },
  },
  '/operator/users/{id}': {
    patch: {
      id: 'editUser',
      summary: 'Edit a user',
      description:
        'A lower role, the status `disabled` and a new password end the sessions of the user, and hold for requests that are still arriving. So does `second_factor: false`.',
      guard: 'operator',
      params: { path: byId },
      body: { schema: editUserBody, example: { role: 'viewer' } },
      answer: {
        status: 200,
        description: 'The user as it is now',
        schema: user,
        example: { ...USER, role: 'viewer' },
      },
      errors: ['throttled', 'last_owner', 'version_conflict'],
    },
    delete: {
      id: 'removeUser',
      summary: 'Remove a user',
      description: 'Its sessions and rights end at once. The audit keeps what it did.',
      guard: 'operator',
      params: { path: byId },
      answer: { status: 204, description: 'It is gone' },
      errors: ['last_owner'],
    },
  },
  '/operator/keys': {
    get: {
      id: 'listAllKeys',
      summary: 'List the keys of all accounts, or of one, newest first',
      guard: 'operator',
      params: { query: operatorKeysQuery },
      answer: {
        status: 200,
        description: 'A page of keys',
        schema: operatorKeyList,
        example: { keys: [OPERATOR_KEY], next_cursor: null },
      },
    },
  },
  '/operator/keys/{id}/revoke': {
    post: {
      id: 'revokeKey',
      summary: 'Delete a key of any account',
      description:
        'As its owner would. The audit says who did it, and why. A key that is deleted already stays so.',
      guard: 'operator',
      params: { path: z.object({ id: z.string() }) },
      body: { schema: revokeKeyBody, example: { reason: 'Found in a public repository' } },
      answer: {
        status: 200,
        description: 'The key is deleted',
        schema: deletedKey,
        example: DELETED_KEY,
      },
      errors: ['version_conflict', 'enforcement_pending'],
    },
  },
  '/operator/events': {
    get: {
      id: 'listDeliveries',
      summary: 'List the events that EVENTS_URL has not taken, newest first',
      guard: 'operator',
      params: { query: operatorEventsQuery },
      answer: {
        status: 200,
        description: 'A page of events',
        schema: deliveryList,
        example: { events: [DELIVERY], next_cursor: null },
      },
    },
  },
  '/operator/events/retry': {
    post: {
      id: 'retryEvents',
      summary: 'Try all events again that EVENTS_URL has not taken',
      description:
        'Events that wait are due now. Those that were given up have three days more, 1 000 of them in a call.',
      guard: 'operator',
      body: { schema: retryEventsBody, example: {} },
      answer: {
        status: 200,
        description: 'How many they are',
        schema: retriedEvents,
        example: { retried: 12 },
      },
    },
  },
  '/operator/metrics': {
    get: {
      id: 'getMetrics',
      summary: 'What all locations have counted, for Prometheus',
      description: 'OpenMetrics text. No key, account, user or address is a label.',
      guard: 'operator',
      answer: {
        status: 200,
        description: 'The metrics',
        mediaType: OPEN_METRICS_TYPE,
        schema: z.string(),
        example: '# TYPE portal_gateway_build_info gauge\n…\n# EOF\n',
      },
    },
  },
  '/operator/audit': {
    get: {
      id: 'listAllEvents',
      summary: 'See what happened to all accounts, or to one, newest first',
      guard: 'operator',
      params: { query: pageQuery('evt').extend({ account_id: z.string().optional() }) },
      answer: {
        status: 200,
        description: 'A page of events',
        schema: operatorEventList,
        example: {
          events: [{ ...EVENT, account_id: ACCOUNT.id, actor: 'customer', operator: null }],
          next_cursor: null,
        },
      },
    },
  },
  '/operator/reconcile': {
    post: {
      id: 'reconcile',
      summary: 'Compare KV and the authorities with libSQL, and mend them if asked to',
      description: 'In pages: call it with each `next_cursor` until that is null.',
      guard: 'operator',
      body: { schema: reconcileBody, example: { repair: true } },
      answer: {
        status: 200,
        description: 'What was compared, and what differed',
        schema: reconcileAnswer,
        example: {
          checked: 50,
          drift: [{ key_id: KEY.id, kind: 'stale', store: 'kv', repaired: true }],
          next_cursor: `rows:${KEY.id}`,
          total: 5_000,
        },
      },
    },
  },
}
