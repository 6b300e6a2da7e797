// Creates one key, however often the form is sent: each panel has one `Idempotency-Key`.

import type { Api, Failure, Proof } from '../api/api.ts'
import { isCode } from '../messages/problem-text.ts'
import type { Key, KeyInput } from '../api/types.ts'

export type Creation =
  | { readonly kind: 'made'; readonly key: Key }
  /** An earlier attempt, with other details, had made the key. */
  | { readonly kind: 'made_earlier'; readonly key: Key; readonly failure: Failure }
  | { readonly kind: 'failed'; readonly failure: Failure }

export type CreateKey = (input: KeyInput, proof: Proof) => Promise<Creation>

export function createKeyOnce(api: Api): CreateKey {
  const idempotencyKey = crypto.randomUUID()
  /** The inputs whose result is unknown. One of them may have made the key. */
  const inDoubt: KeyInput[] = []

  return async function create(input, proof) {
    const answer = await api.createKey(input, proof, idempotencyKey)
    if (answer.ok) return { kind: 'made', key: answer.value }
    const failure = answer.error
    if (isInDoubt(failure)) inDoubt.push(input)
    if (!isCode(failure, 'idempotency_mismatch')) return { kind: 'failed', failure }
    // The input that made the key is answered with that key.
    for (const earlier of inDoubt) {
      const again = await api.createKey(earlier, proof, idempotencyKey)
      if (again.ok) return { kind: 'made_earlier', key: again.value, failure }
      if (!isCode(again.error, 'idempotency_mismatch')) {
        return { kind: 'failed', failure: again.error }
      }
    }
    return { kind: 'failed', failure }
  }
}

/** Whether it is unknown if the request was carried out. */
function isInDoubt(failure: Failure): boolean {
  return failure.kind !== 'problem' || failure.status >= 500
}
