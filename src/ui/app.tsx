// Who is logged in, and the frame around the page.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { announce, announceFailure, Announcer } from './announce.tsx'
import { createApi, type Failure } from './api.ts'
import { plainly } from './display-text.ts'
import { KeyIcon } from './icons.tsx'
import { KeysPage } from './keys-page.tsx'
import { LogInAgain, LogInPage } from './log-in-form.tsx'
import { messages } from './messages.ts'
import { failureText } from './problem-text.ts'
import type { Session } from './types.ts'

type Who =
  | { readonly kind: 'unknown'; readonly failure: Failure | null }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'customer'; readonly session: Session }

export function App() {
  const [who, setWho] = useState<Who>({ kind: 'unknown', failure: null })
  /** Answers the request that met a session's end; set while the log-in stands over the page. */
  const [again, setAgain] = useState<((isLoggedIn: boolean) => void) | null>(null)
  const api = useMemo(() => createApi(() => new Promise((resolve) => setAgain(() => resolve))), [])
  const whoRef = useRef(who)
  whoRef.current = who

  const readSession = useCallback(async () => {
    const answer = await api.readSession()
    if (answer.ok) {
      const before = whoRef.current
      const session = answer.value
      // Another tab may have logged in as somebody else, whose keys these are not.
      if (before.kind === 'customer' && before.session.account.id !== session.account.id) {
        return location.reload()
      }
      return setWho({ kind: 'customer', session })
    }
    // Later on, an end of the session is noticed by the request that needs it.
    if (whoRef.current.kind === 'customer') return
    setWho(
      answer.error.kind === 'logged_out'
        ? { kind: 'nobody' }
        : { kind: 'unknown', failure: answer.error },
    )
  }, [api])

  useEffect(() => void readSession(), [readSession])

  async function logOut() {
    const answer = await api.logOut()
    if (answer.ok || answer.error.kind === 'logged_out') location.reload()
    else announceFailure(failureText(answer.error))
  }

  function endLogIn(isLoggedIn: boolean) {
    setAgain(null)
    again?.(isLoggedIn)
    if (isLoggedIn) announce(messages.done.back)
  }

  if (who.kind === 'unknown') {
    return <Waiting failure={who.failure} onRetry={() => void readSession()} />
  }
  if (who.kind === 'nobody') {
    return <LogInPage api={api} onLoggedIn={(session) => setWho({ kind: 'customer', session })} />
  }
  const { session } = who
  return (
    <>
      <a class="skip" href="#main">
        {messages.skip}
      </a>
      <header class="top">
        <p class="brand">
          <KeyIcon /> {messages.product}
        </p>
        <p class="who" title={plainly(session.account.name)}>
          <bdi>{plainly(session.account.email)}</bdi>
        </p>
        <button type="button" class="button small" onClick={() => void logOut()}>
          {messages.logIn.out}
        </button>
      </header>
      <nav class="menu" aria-label={messages.mainMenu}>
        <details open>
          <summary>{messages.billing}</summary>
          <a href="/admin/" aria-current="page">
            <KeyIcon /> {messages.apiKeys}
          </a>
        </details>
      </nav>
      <KeysPage api={api} session={session} onOpenPanel={() => void readSession()} />
      {again !== null && (
        <LogInAgain
          api={api}
          email={session.account.email}
          onLoggedIn={() => endLogIn(true)}
          onCancel={() => endLogIn(false)}
        />
      )}
      <Announcer />
    </>
  )
}

interface WaitingProps {
  readonly failure: Failure | null
  readonly onRetry: () => void
}

function Waiting({ failure, onRetry }: WaitingProps) {
  if (failure === null) return <p class="loading">{messages.loading}</p>
  return (
    <main class="log-in">
      <div class="notice danger" role="alert">
        <p>{failureText(failure)}</p>
        <button type="button" class="button small" onClick={onRetry}>
          {messages.page.retry}
        </button>
      </div>
    </main>
  )
}
