// What an event says, as it is posted. Of an event of the audit, what the operator sees of it there.

import type { ClaimedEvent } from '../../db/event-queries.ts'
import { toOperatorEventJson, toTime } from '../json.ts'

/** The JSON of an event. `tokenPrefix`: what tokens begin with. */
export function toEventBody(event: ClaimedEvent, tokenPrefix: string): string {
  const { type, at, audit } = event
  const data = audit === null ? toNoticeJson(event) : toOperatorEventJson(audit)
  return withoutTokens(JSON.stringify({ type, timestamp: toTime(at), data }), tokenPrefix)
}

/** Of a notice that the audit does not have. */
function toNoticeJson({ eventId, at, accountId, keyId, data }: ClaimedEvent) {
  const members = Object.entries(data ?? {}).map(([name, value]) => {
    const isTime = name.endsWith('_at') && typeof value === 'number'
    return [name, isTime ? toTime(value) : value] as const
  })
  return {
    id: eventId,
    at: toTime(at),
    key_id: keyId,
    account_id: accountId,
    ...Object.fromEntries(members),
  }
}

/** People write texts that the audit keeps, such as names and notes. Some paste a token there. */
function withoutTokens(json: string, tokenPrefix: string): string {
  return json.replaceAll(new RegExp(`${tokenPrefix}[0-9A-Za-z]{40,64}`, 'g'), `${tokenPrefix}…`)
}
