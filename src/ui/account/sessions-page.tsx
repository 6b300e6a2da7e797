// Where the users of the account are logged in; for a viewer, where they are themselves. Each session can be ended from here.

import { useCallback, useEffect, useState } from 'preact/hooks'
import { announceFailure, announceSuccess } from '../controls/announce.tsx'
import { agentName } from './agent-name.ts'
import type { Api, Failure } from '../api/api.ts'
import { toPlainText } from '../messages/display-text.ts'
import * as accountText from '../messages/account.ts'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/sessions.ts'
import { PageHead } from '../controls/page-head.tsx'
import { RetryNotice } from '../controls/retry-notice.tsx'
import { failureText } from '../messages/problem-text.ts'
import { dayOf, exactTime, minuteOf } from '../messages/times.ts'
import type { LiveSession, Session } from '../api/types.ts'

interface SessionsPageProps {
  readonly api: Api
  readonly role: Session['user']['role']
}

export function SessionsPage({ api, role }: SessionsPageProps) {
  const [sessions, setSessions] = useState<readonly LiveSession[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)

  const read = useCallback(async () => {
    const answer = await api.listSessions()
    setFailure(answer.ok ? null : answer.error)
    if (answer.ok) setSessions(answer.value.sessions)
  }, [api])
  useEffect(() => void read(), [read])

  async function end(ended: LiveSession) {
    const answer = await api.endSession(ended.id)
    if (!answer.ok) return announceFailure(failureText(answer.error))
    setSessions((all) => all?.filter(({ id }) => id !== ended.id) ?? null)
    announceSuccess(text.ended)
    document.querySelector('h1')?.focus() // the button that had the focus is gone
  }

  return (
    <main id="main">
      <PageHead
        title={accountText.sessions}
        intro={role === 'viewer' ? text.ownIntro : text.intro}
      />
      {failure !== null && (
        <RetryNotice onRetry={read}>{failureText(failure, 'reading')}</RetryNotice>
      )}
      {sessions === null ? (
        failure === null && <p class="loading">{commonText.loading}</p>
      ) : (
        <ul class="card sessions">
          {sessions.map((session) => (
            <SessionItem key={session.id} session={session} onEnd={() => void end(session)} />
          ))}
        </ul>
      )}
    </main>
  )
}

interface SessionItemProps {
  readonly session: LiveSession
  readonly onEnd: () => void
}

function SessionItem({ session, onEnd }: SessionItemProps) {
  const { address, created_at: since, last_seen_at: seen, user_agent: agent, current } = session
  const where = address ?? text.noAddress
  return (
    <li>
      <div>
        <p>
          <b class="mono">{where}</b> {current && <span class="badge">{text.current}</span>}
        </p>
        <p class="hint">
          <bdi>{toPlainText(session.user.email)}</bdi>
        </p>
        <Agent agent={agent} />
        <p class="hint" title={exactTime(seen)}>
          {text.times(`${dayOf(since)} ${minuteOf(since)}`, `${dayOf(seen)} ${minuteOf(seen)}`)}
        </p>
      </div>
      {!current && (
        <button type="button" class="button small" aria-label={text.endOf(where)} onClick={onEnd}>
          {text.end}
        </button>
      )}
    </li>
  )
}

/** The browser and its system; the header itself where they are not known. */
function Agent({ agent }: { readonly agent: string | null }) {
  if (agent === null) return <p class="hint">{text.noAgent}</p>
  const header = toPlainText(agent)
  const name = agentName(agent)
  if (name === null) return <p class="hint">{header}</p>
  return (
    <p class="hint" title={header}>
      {name}
    </p>
  )
}
