// The calls of a customer: session, keys and audit.

import * as z from 'zod'
import { eventList } from '../answers/event.ts'
import { denialList, ipAclCheck } from '../answers/ip-acl.ts'
import {
  createdKey,
  deletedKey,
  editedKey,
  foundKey,
  key,
  revealedToken,
  rotatedKey,
} from '../answers/key.ts'
import { rotationUse } from '../answers/rotation.ts'
import { liveSessionList, logInAnswer, sessionAnswer } from '../answers/session.ts'
import { userList } from '../answers/user.ts'
import { keyList } from '../answers/usage.ts'
import { documentedBodies } from '../requests/documented.ts'
import { checkIpAclBody } from '../requests/ip-acl.ts'
import { editKeyBody, findKeyBody, keysQuery } from '../requests/key.ts'
import { logInBody } from '../requests/log-in.ts'
import { pageQuery } from '../requests/page.ts'
import { endRotationQuery, moveRotationEndBody } from '../requests/rotation.ts'
import {
  ACCOUNT,
  CHANGED_ROTATION,
  CREATED_KEY,
  CURRENT_SESSION,
  DELETED_KEY,
  DENIAL,
  EDITED_KEY,
  EVENT,
  KEY,
  NEW_KEY,
  PASSWORD,
  ROTATED_KEY,
  ROTATION,
  ROTATION_USE,
  SESSION,
  TOKEN,
  USER,
} from './examples.ts'
import type { Calls } from './operation.ts'

const ETAG = { ETag: { required: true, schema: { type: 'string' as const }, example: '"3"' } }
const INACTIVE = ['account_pending', 'account_suspended'] as const
const byId = z.object({ id: z.string() })

export const CUSTOMER_CALLS: Calls = {
  '/session': {
    post: {
      id: 'logIn',
      summary: 'Log in',
      description:
        'Starts a session under a new cookie; the one sent along, if any, ends, and so does the user’s oldest of more than 100. Failed attempts are counted by the pair of e-mail and address, and for networks that did not log in lately by wider networks too. An address has 20 attempts a minute. A user with a second factor sends the same call again with `code`. Where an identity provider logs people in, this call is 404: a browser goes to `/admin/log-in` instead.',
      guard: 'none',
      body: { schema: logInBody, example: { email: ACCOUNT.email, password: PASSWORD } },
      answer: {
        status: 200,
        description: 'Logged in',
        schema: logInAnswer,
        example: { account: ACCOUNT },
        headers: {
          'Set-Cookie': {
            required: true,
            schema: { type: 'string' },
            example: '__Host-portal_session=…; Path=/; Secure; HttpOnly; SameSite=Strict',
          },
        },
      },
      errors: [
        'not_found',
        'throttled',
        'login_failed',
        'second_factor_required',
        'second_factor_failed',
      ],
    },
    get: {
      id: 'showSession',
      summary: 'See who is logged in, and from where',
      guard: 'session',
      answersNobody: true,
      answer: {
        status: 200,
        description: 'The account, the user and the address of the client',
        schema: sessionAnswer,
        example: CURRENT_SESSION,
        headers: {
          'Portal-Key-Limit': {
            required: true,
            description: 'How many keys the account may have',
            schema: { type: 'string' },
            example: '100',
          },
        },
      },
    },
    delete: {
      id: 'logOut',
      summary: 'Log out',
      guard: 'session',
      answer: { status: 204, description: 'The session is dead, on the server too' },
    },
  },
  '/keys': {
    get: {
      id: 'listKeys',
      summary: 'List the keys, newest first',
      guard: 'session',
      answersNobody: true,
      params: { query: keysQuery },
      answer: {
        status: 200,
        description: 'A page of keys',
        schema: keyList,
        example: { keys: [KEY], next_cursor: null },
      },
    },
    post: {
      id: 'createKey',
      summary: 'Create a key',
      description: 'The answer shows the token in clear, this once.',
      guard: 'session',
      params: {
        header: z.object({
          'Idempotency-Key': z.string().optional().meta({
            description:
              'For 24 hours, the same header and body answer the same key again, so a create whose answer was lost can be repeated',
          }),
        }),
      },
      body: { schema: documentedBodies.createKey, example: NEW_KEY },
      answer: {
        status: 201,
        description: 'The key, with its token',
        schema: createdKey,
        example: CREATED_KEY,
        headers: {
          ...ETAG,
          Location: {
            required: true,
            schema: { type: 'string' },
            example: `/admin/api/v1/keys/${KEY.id}`,
          },
        },
      },
      errors: [
        ...INACTIVE,
        'throttled',
        'password_incorrect',
        'confirmation_required',
        'key_limit_reached',
        'idempotency_mismatch',
        'not_found',
      ],
    },
  },
  '/keys/{id}': {
    get: {
      id: 'showKey',
      summary: 'See a key',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'The key, its token hidden',
        schema: key,
        example: KEY,
        headers: ETAG,
      },
      errors: ['not_found'],
    },
    patch: {
      id: 'editKey',
      summary: 'Edit a key',
      description: 'What is left out stays as it is; `{}` changes nothing.',
      guard: 'session',
      params: {
        path: byId,
        header: z.object({
          'If-Match': z.string().optional().meta({
            description:
              'The ETag of the version to be replaced, strong or weak; another one is 412',
          }),
        }),
      },
      body: { schema: editKeyBody, example: { ip_acl: ['203.0.113.0/24', '2001:db8::/48'] } },
      answer: {
        status: 200,
        description: 'The key as it is now, and how the change is enforced',
        schema: editedKey,
        example: EDITED_KEY,
        headers: ETAG,
      },
      errors: [
        'not_found',
        ...INACTIVE,
        'throttled',
        'rotation_required',
        'version_conflict',
        'enforcement_pending',
      ],
    },
    delete: {
      id: 'deleteKey',
      summary: 'Delete a key',
      description: 'May be repeated: the same `id` and `deleted_at` again.',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'When it was deleted, and how that is enforced',
        schema: deletedKey,
        example: DELETED_KEY,
      },
      errors: ['not_found', 'version_conflict', 'enforcement_pending'],
    },
  },
  '/keys/{id}/reveal': {
    post: {
      id: 'revealKey',
      summary: 'See the token of a key again',
      guard: 'session',
      params: { path: byId },
      body: { schema: documentedBodies.reveal, example: { password: PASSWORD } },
      answer: {
        status: 200,
        description: 'The token in clear',
        schema: revealedToken,
        example: { access_token: TOKEN },
      },
      errors: [
        'not_found',
        ...INACTIVE,
        'throttled',
        'password_incorrect',
        'confirmation_required',
        'token_not_stored',
      ],
    },
  },
  '/keys/{id}/rotation': {
    post: {
      id: 'rotateKey',
      summary: 'Make a new token for a key',
      description:
        'The answer shows the new token in clear, this once. The old one works for `overlap_seconds` more; of a leaked key it has ended.',
      guard: 'session',
      params: {
        path: byId,
        header: z.object({
          'Idempotency-Key': z.string().optional().meta({
            description:
              'For 24 hours, the same header and body answer the same token again, so a rotation whose answer was lost can be repeated',
          }),
        }),
      },
      body: {
        schema: documentedBodies.rotateKey,
        example: { overlap_seconds: 86_400, password: PASSWORD },
      },
      answer: {
        status: 201,
        description: 'The key with its new token, and how the change is enforced',
        schema: rotatedKey,
        example: ROTATED_KEY,
        headers: ETAG,
      },
      errors: [
        'not_found',
        ...INACTIVE,
        'throttled',
        'password_incorrect',
        'confirmation_required',
        'rotation_in_progress',
        'idempotency_mismatch',
        'version_conflict',
        'enforcement_pending',
      ],
    },
    get: {
      id: 'showRotation',
      summary: 'See who still uses the old token',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'The rotation that is under way, and the use of both tokens',
        schema: rotationUse,
        example: ROTATION_USE,
      },
      errors: ['not_found'],
    },
    patch: {
      id: 'moveRotationEnd',
      summary: 'Move the end of the old token',
      description: 'From now, which ends it at once, to 30 days after the start of the rotation.',
      guard: 'session',
      params: { path: byId },
      body: { schema: moveRotationEndBody, example: { ends_at: ROTATION.ends_at } },
      answer: {
        status: 200,
        description: 'The key as it is now, and how the change is enforced',
        schema: rotatedKey,
        example: { ...CHANGED_ROTATION, rotation: ROTATION },
        headers: ETAG,
      },
      errors: ['not_found', ...INACTIVE, 'throttled', 'version_conflict', 'enforcement_pending'],
    },
    delete: {
      id: 'endRotation',
      summary: 'End the old token now, or take the rotation back',
      guard: 'session',
      params: { path: byId, query: endRotationQuery },
      answer: {
        status: 200,
        description: 'The key as it is now, and how the change is enforced',
        schema: rotatedKey,
        example: CHANGED_ROTATION,
        headers: ETAG,
      },
      errors: ['not_found', ...INACTIVE, 'version_conflict', 'enforcement_pending'],
    },
  },
  '/keys/find': {
    post: {
      id: 'findKey',
      summary: 'Find the key of a token',
      description: 'Tokens do not go into URLs, so this is a POST. It changes nothing.',
      guard: 'session',
      body: { schema: findKeyBody, example: { token: TOKEN } },
      answer: {
        status: 200,
        description: 'The key, and whether the token is its current one',
        schema: foundKey,
        example: { key_id: KEY.id, token: 'current' },
      },
      errors: ['not_found'],
    },
  },
  '/keys/{id}/ip-acl/check': {
    post: {
      id: 'checkIpAcl',
      summary: 'Test an address against the IP ACL of a key',
      description:
        'By the engine that judges requests. In mode `report` what is not allowed is let through.',
      guard: 'session',
      params: { path: byId },
      body: { schema: checkIpAclBody, example: { address: '203.0.113.7' } },
      answer: {
        status: 200,
        description: 'Whether it is on the list',
        schema: ipAclCheck,
        example: { allowed: true, entry: '203.0.113.0/24', mode: 'enforce' },
      },
      errors: ['not_found', ...INACTIVE],
    },
  },
  '/keys/{id}/denials': {
    get: {
      id: 'listDenials',
      summary: 'See whom the IP ACL of a key kept out, or would have',
      description: 'The last 24 hours, newest first, 100 addresses at most.',
      guard: 'session',
      params: { path: byId },
      answer: {
        status: 200,
        description: 'One entry an address',
        schema: denialList,
        example: { denials: [DENIAL] },
      },
      errors: ['not_found'],
    },
  },
  '/sessions': {
    get: {
      id: 'listSessions',
      summary: 'List the live sessions of the account, newest first',
      description:
        'A viewer sees only its own. A user has 100 at most: with one more, the oldest ends.',
      guard: 'session',
      answer: {
        status: 200,
        description: 'The sessions',
        schema: liveSessionList,
        example: { sessions: [SESSION] },
      },
    },
  },
  '/sessions/{id}': {
    delete: {
      id: 'endSession',
      summary: 'End a session of the account',
      guard: 'session',
      params: { path: byId },
      answer: { status: 204, description: 'It is dead' },
      errors: ['not_found'],
    },
  },
  '/users': {
    get: {
      id: 'listUsers',
      summary: 'List the users of the account, newest first',
      description: 'Users are made and changed by the operator.',
      guard: 'session',
      params: { query: pageQuery('usr') },
      answer: {
        status: 200,
        description: 'A page of users',
        schema: userList,
        example: { users: [USER], next_cursor: null },
      },
    },
  },
  '/audit': {
    get: {
      id: 'listEvents',
      summary: 'See what happened to the account and its keys, newest first',
      guard: 'session',
      params: { query: pageQuery('evt').extend({ key_id: z.string().optional() }) },
      answer: {
        status: 200,
        description: 'A page of events',
        schema: eventList,
        example: { events: [EVENT], next_cursor: null },
      },
    },
  },
}
