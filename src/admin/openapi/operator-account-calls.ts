// The calls of the operator about accounts and their users.

import { accountList, editedAccount, operatorAccount } from '../answers/account.ts'
import { user, userList } from '../answers/user.ts'
import { editAccountBody } from '../requests/account.ts'
import { documentedBodies } from '../requests/documented.ts'
import { pageQuery } from '../requests/page.ts'
import { editUserBody } from '../requests/user.ts'
import { byId } from './call-parts.ts'
import { ENFORCEMENT, OPERATOR_ACCOUNT, PASSWORD, USER } from './examples.ts'
import type { Calls } from './operation.ts'

const NEW_USER = { ...USER, role: 'viewer', last_login_at: null, second_factor: false }

export const OPERATOR_ACCOUNT_CALLS: Calls = {
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
      params: { path: byId },
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
}
