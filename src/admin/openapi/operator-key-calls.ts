// The calls of the operator about keys.

import { importAnswer } from '../answers/import.ts'
import { deletedKey } from '../answers/key.ts'
import { operatorKeyList } from '../answers/operator-key.ts'
import { documentedImportBody } from '../import/import-body.ts'
import { operatorKeysQuery, revokeKeyBody } from '../requests/operator-key.ts'
import { byId } from './call-parts.ts'
import { DELETED_KEY, IMPORT, IMPORTED, OPERATOR_KEY } from './examples.ts'
import type { Calls } from './operation.ts'

export const OPERATOR_KEY_CALLS: Calls = {
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
      params: { path: byId },
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
}
