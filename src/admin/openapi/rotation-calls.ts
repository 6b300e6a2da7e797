// The calls of a customer about the rotation of a token.

import * as z from 'zod'
import { rotatedKey } from '../answers/key.ts'
import { rotationUse } from '../answers/rotation.ts'
import { documentedBodies } from '../requests/documented.ts'
import { endRotationQuery, moveRotationEndBody } from '../requests/rotation.ts'
import { byId, ETAG, INACTIVE } from './call-parts.ts'
import { CHANGED_ROTATION, PASSWORD, ROTATED_KEY, ROTATION, ROTATION_USE } from './examples.ts'
import type { Calls } from './operation.ts'

export const ROTATION_CALLS: Calls = {
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
}
