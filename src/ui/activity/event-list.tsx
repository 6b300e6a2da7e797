// The events of the audit, newest first: of the account, or of one key.

import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Api, Failure } from '../api/api.ts'
import { toPlainText } from '../messages/display-text.ts'
import { changeText } from './event-text.ts'
import { Link } from '../controls/link.tsx'
import { RetryNotice } from '../controls/retry-notice.tsx'
import * as text from '../messages/activity.ts'
import * as commonText from '../messages/common.ts'
import { failureText } from '../messages/problem-text.ts'
import { PATHS } from '../browser/route.ts'
import { dayOf, exactTime, minuteOf } from '../messages/times.ts'
import type { AuditEvent } from '../api/types.ts'

interface EventListProps {
  readonly api: Api
  /** The key whose events are shown; null for all events of the account. */
  readonly keyId: string | null
  /** The name of a key; undefined where the key is not there any more. */
  readonly nameOfKey: (id: string) => string | undefined
}

export function EventList({ api, keyId, nameOfKey }: EventListProps) {
  const [events, setEvents] = useState<readonly AuditEvent[] | null>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)

  const read = useCallback(
    async (from: string | null) => {
      const answer = await api.listEvents(keyId, from)
      setFailure(answer.ok ? null : answer.error)
      if (!answer.ok) return
      setEvents((before) => [...(from === null ? [] : (before ?? [])), ...answer.value.events])
      setCursor(answer.value.next_cursor)
    },
    [api, keyId],
  )
  useEffect(() => void read(null), [read])

  return (
    <>
      {failure !== null && (
        <RetryNotice onRetry={() => read(cursor)}>{failureText(failure, 'reading')}</RetryNotice>
      )}
      {events === null && failure === null && <p class="loading">{commonText.loading}</p>}
      {events?.length === 0 && <p class="no-match">{text.none}</p>}
      {events !== null && events.length > 0 && (
        <ul class="events">
          {events.map((event) => (
            <EventItem key={event.id} event={event} {...{ keyId, nameOfKey }} />
          ))}
        </ul>
      )}
      {cursor !== null && (
        <button type="button" class="button more" onClick={() => void read(cursor)}>
          {text.more}
        </button>
      )}
    </>
  )
}

interface EventItemProps extends Pick<EventListProps, 'keyId' | 'nameOfKey'> {
  readonly event: AuditEvent
}

function EventItem({ event, keyId, nameOfKey }: EventItemProps) {
  const changed = changeText(event.changes)
  const name = event.key_id === null ? undefined : nameOfKey(event.key_id)
  return (
    <li>
      <time dateTime={event.at} title={exactTime(event.at)}>
        {dayOf(event.at)} <span class="muted">{minuteOf(event.at)}</span>
      </time>
      <div>
        <p class="event-title">
          {text.actions[event.action]}
          {keyId === null && event.key_id !== null && (
            <>
              {': '}
              {name === undefined ? (
                <code>{event.key_id}</code>
              ) : (
                <Link href={PATHS.key(event.key_id)}>
                  <bdi>{name}</bdi>
                </Link>
              )}
            </>
          )}
        </p>
        {event.user !== null && <p class="hint">{text.by(toPlainText(event.user.email))}</p>}
        {changed.map((line) => (
          <p class="hint" key={line}>
            {line}
          </p>
        ))}
      </div>
      <span class="mono muted">{event.address ?? text.noAddress}</span>
    </li>
  )
}
