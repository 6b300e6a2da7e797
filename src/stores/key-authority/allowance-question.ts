// How a location asks for an allowance: by a header of its question about a record, or by a question of its own. The
// latter is for the windows of a token that has ended, and for more requests while a lease runs. Objects of
// versions without limits answer neither.

import type { Granted, Wanted } from '../../keys/window.ts'

/** In a question a `Wanted`, in an answer a `Granted`, or `{}` if the key was deleted; as JSON. */
const ALLOWANCE = 'allowance'
export const ALLOWANCE_URL = 'http://key-authority/allowance'

/** What an object says: null if its version knows no limits. */
export type AllowanceAnswer = Granted | 'deleted' | null

export function wantedHeaders(wanted: Wanted | null): Record<string, string> {
  return wanted === null ? {} : { [ALLOWANCE]: JSON.stringify(wanted) }
}

export function parseWanted(headers: Headers): Wanted | null {
  const text = headers.get(ALLOWANCE)
  return text === null ? null : (JSON.parse(text) as Wanted)
}

/** Whether a question asks for an allowance alone. */
export function isAllowanceQuestion({ url }: Request): boolean {
  return url === ALLOWANCE_URL
}

export function grantedHeaders(granted: Granted | 'deleted' | null): Record<string, string> {
  if (granted === null) return {}
  return { [ALLOWANCE]: granted === 'deleted' ? '{}' : JSON.stringify(granted) }
}

export function parseGranted(headers: Headers): AllowanceAnswer {
  const text = headers.get(ALLOWANCE)
  if (text === null) return null
  const { granted, windows } = JSON.parse(text) as Partial<Granted>
  return granted === undefined || windows === undefined ? 'deleted' : { granted, windows }
}
