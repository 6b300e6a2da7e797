// The calls of a customer about keys.

import * as z from 'zod'
import { createdKey, deletedKey, editedKey, foundKey, key, revealedToken } from '../answers/key.ts'
import { keyList } from '../answers/usage.ts'
import { documentedBodies } from '../requests/documented.ts'
import { editKeyBody, findKeyBody, keysQuery } from '../requests/key.ts'
import { byId, ETAG, INACTIVE } from './call-parts.ts'
import { CREATED_KEY, DELETED_KEY, EDITED_KEY, KEY, NEW_KEY, PASSWORD, TOKEN } from './examples.ts'
import type { Calls } from './operation.ts'

export const KEY_CALLS: Calls = {
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
}
