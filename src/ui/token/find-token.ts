// Finds the key of a token that was pasted into the search. The token goes into the body of one request and nowhere
// else: no URL, no storage.

import { announceFailure, announceSuccess } from '../controls/announce.tsx'
import type { Api } from '../api/api.ts'
import { nameOf } from '../messages/display-text.ts'
import * as findText from '../messages/find.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import { navigate, PATHS } from '../browser/route.ts'
import type { Key } from '../api/types.ts'

/** As long as a token is after its prefix, which the operator chooses. No name looks like this. */
const TOKEN = /^[0-9A-Za-z_]{1,32}_[0-9A-Za-z]{44}$/

export function isToken(text: string): boolean {
  return TOKEN.test(text.trim())
}

export async function openKeyOf(
  token: string,
  keys: readonly Key[] | undefined,
  api: Api,
): Promise<void> {
  const answer = await api.findKey(token.trim())
  if (!answer.ok) {
    announceFailure(isCode(answer.error, 'not_found') ? findText.none : failureText(answer.error))
    return
  }
  const { key_id: id, token: kind } = answer.value
  const key = keys?.find((each) => each.id === id)
  navigate(PATHS.key(id))
  if (key !== undefined) announceSuccess(findText.found[kind](nameOf(key)), id)
}
