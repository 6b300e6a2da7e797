// The log-in state, and the frame around the page.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { announce, announceFailure, Announcer } from './announce.tsx'
import { createApi, type Failure } from './api.ts'
import { toPlainText } from './display-text.ts'
import { KeyIcon } from './icons.tsx'
import { KeysPage } from './keys-page.tsx'
import { LogInAgain, LogInPage } from './log-in-form.tsx'
import { messages } from './messages.ts'
import { failureText } from './problem-text.ts'
import type { Session } from './types.ts'

type LogInState =
  | { readonly kind: 'unknown'; readonly failure: Failure | null }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'customer'; readonly session: Session }

export function App() {
  const [logInState, setLogInState] = useState<LogInState>({ kind: 'unknown', failure: null })
  /** Answers the request that found the session ended; set while the log-in dialog is open. */
  const [again, setAgain] = useState<((isLoggedIn: boolean) => void) | null>(null)
  const api = useMemo(() => createApi(() => new Promise((resolve) => setAgain(() => resolve))), [])
  const logInStateRef = useRef(logInState)
  logInStateRef.current = logInState

  const readSession = useCallback(async () => {
    const answer = await api.readSession()
    if (answer.ok) {
      const before = logInStateRef.current
      const session = answer.value
      // Another tab may have logged in to another account, so these keys may not be its keys.
      if (before.kind === 'customer' && before.session.account.id !== session.account.id) {
        return location.reload()
      }
      return setLogInState({ kind: 'customer', session })
    }
    // Once logged in, the next request that needs a session notices its end.
    if (logInStateRef.current.kind === 'customer') return
    setLogInState(
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

  if (logInState.kind === 'unknown') {
    return <LoadingPage failure={logInState.failure} onRetry={() => void readSession()} />
  }
  if (logInState.kind === 'nobody') {
    return (
      <LogInPage api={api} onLoggedIn={(session) => setLogInState({ kind: 'customer', session })} />
    )
  }
  const { session } = logInState
  return (
    <>
      <a class="skip" href="#main">
        {messages.skip}
      </a>
      <header class="top">
        <p class="brand">
          <KeyIcon /> {messages.product}
        </p>
        <p class="who" title={toPlainText(session.account.name)}>
          <bdi>{toPlainText(session.account.email)}</bdi>
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

interface LoadingPageProps {
  readonly failure: Failure | null
  readonly onRetry: () => void
}

function LoadingPage({ failure, onRetry }: LoadingPageProps) {
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
