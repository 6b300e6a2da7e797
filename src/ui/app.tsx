// The log-in state, and the page for it.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { announceFailure, announceSuccess, Announcer } from './controls/announce.tsx'
import { type Answer, createApi, type Failure } from './api/api.ts'
import { Brand } from './frame/brand.tsx'
import { Frame } from './frame/frame.tsx'
import { focusHeading } from './browser/heading-focus.ts'
import { ConfirmBy } from './confirm/identity-prompt.tsx'
import { ListSkeleton } from './controls/list-skeleton.tsx'
import { RetryNotice } from './controls/retry-notice.tsx'
import { LogInAgain, LogInPage } from './log-in/log-in-form.tsx'
import { LOG_IN_PATH } from './confirm/provider-log-in.tsx'
import * as doneText from './messages/done.ts'
import { onNews, tellOtherTabs } from './browser/other-tabs.ts'
import { failureText } from './messages/problem-text.ts'
import { routeOf, useUrl } from './browser/route.ts'
import type { Key, Session } from './api/types.ts'
import { preloadForm, SecurityPage } from './views.ts'
import { Workspace } from './workspace.tsx'

type LogInState =
  | { readonly kind: 'unknown'; readonly failure: Failure | null }
  /** `logInAt`: where to log in, if that is at an identity provider. */
  | {
      readonly kind: 'nobody'
      readonly logInAt: string | null
      readonly support?: string | undefined
    }
  | { readonly kind: 'customer'; readonly session: Session }

export function App() {
  const [logInState, setLogInState] = useState<LogInState>({ kind: 'unknown', failure: null })
  /** Answers the request that found the session ended; set while the log-in dialog is open. */
  const [again, setAgain] = useState<((isLoggedIn: boolean) => void) | null>(null)
  const api = useMemo(() => createApi(() => new Promise((resolve) => setAgain(() => resolve))), [])
  const logInStateRef = useRef(logInState)
  logInStateRef.current = logInState
  const url = useUrl()
  const route = useMemo(() => routeOf(url.pathname), [url.pathname])

  /** The keys, read at the same time as the session. */
  const firstKeys = useRef<Answer<readonly Key[]> | null>(null)

  const readSession = useCallback(async () => {
    const isFirst = logInStateRef.current.kind === 'unknown'
    if (isFirst) firstKeys.current = api.listKeys({ asksWho: true })
    const reading = api.readSession()
    if (isFirst) preloadForm()
    const answer = await reading
    if (!answer.ok || answer.value.second_factor === 'due') firstKeys.current = null
    if (answer.ok) {
      const before = logInStateRef.current
      const session = answer.value
      // Another tab may have logged in as somebody else, whose keys these may not be.
      if (before.kind === 'customer' && before.session.user.id !== session.user.id) {
        return location.reload()
      }
      return setLogInState({ kind: 'customer', session })
    }
    // Once logged in, the next request that needs a session notices its end.
    if (logInStateRef.current.kind === 'customer') return
    if (answer.error.kind !== 'logged_out') {
      return setLogInState({ kind: 'unknown', failure: answer.error })
    }
    const { logInAt, support } = answer.error
    setLogInState({ kind: 'nobody', logInAt, support })
    if (takeLogOut()) announceSuccess(doneText.loggedOut)
  }, [api])

  useEffect(() => void readSession(), [readSession])
  // Otherwise the tab would go on showing the keys, and a token.
  useEffect(() => {
    return onNews('logged_out', () => {
      setAgain(null)
      const { current } = logInStateRef
      const isByProvider =
        current.kind === 'customer' && current.session.confirm_by === 'identity_provider'
      const logInAt = isByProvider ? LOG_IN_PATH : null
      setLogInState({ kind: 'nobody', logInAt })
      announceSuccess(doneText.loggedOut)
    })
  }, [])

  // A page that was opened from another one, or by a log-in, is read from its heading on.
  const view =
    logInState.kind === 'customer' ? `${route.page} ${viewedKey(route)}` : logInState.kind
  const viewBefore = useRef(view)
  useEffect(() => {
    const isOpened = viewBefore.current !== view && viewBefore.current !== 'unknown'
    viewBefore.current = view
    if (isOpened && document.querySelector('dialog[open]') === null) {
      focusHeading()
    }
  }, [view])

  async function logOut() {
    const answer = await api.logOut()
    if (!answer.ok && answer.error.kind !== 'logged_out') {
      return announceFailure(failureText(answer.error))
    }
    tellOtherTabs('logged_out')
    location.replace(LOGGED_OUT)
  }

  function endLogIn(isLoggedIn: boolean) {
    setAgain(null)
    again?.(isLoggedIn)
    if (isLoggedIn) announceSuccess(doneText.back)
  }

  if (logInState.kind === 'unknown') {
    return <LoadingPage failure={logInState.failure} onRetry={() => void readSession()} />
  }
  if (logInState.kind === 'nobody') {
    return (
      <>
        <LogInPage
          api={api}
          logInAt={logInState.logInAt}
          support={logInState.support}
          onLoggedIn={(session) => setLogInState({ kind: 'customer', session })}
        />
        <Announcer />
      </>
    )
  }
  const { session } = logInState
  return (
    <ConfirmBy.Provider value={session.confirm_by}>
      <Frame session={session} page={route.page} onLogOut={() => void logOut()} />
      {session.second_factor === 'due' ? (
        <SecurityPage api={api} email={session.user.email} onSetUp={() => void readSession()} />
      ) : (
        <Workspace
          query={url.searchParams}
          onOpenPanel={() => void readSession()}
          {...{ api, session, route, firstKeys }}
        />
      )}
      {again !== null && (
        <LogInAgain
          api={api}
          session={session}
          onLoggedIn={() => endLogIn(true)}
          onCancel={() => endLogIn(false)}
        />
      )}
      <Announcer />
    </ConfirmBy.Provider>
  )
}

/** The page is loaded anew at a log-out, so that nothing of the account stays in memory. The URL tells it why. */
const LOGGED_OUT = '/admin/?logged-out'

/** Whether somebody has just logged out. A reload does not say it again. */
function takeLogOut(): boolean {
  const hasLoggedOut = location.search === '?logged-out'
  if (hasLoggedOut) history.replaceState(null, '', '/admin/')
  return hasLoggedOut
}

function viewedKey({ page, keyId }: ReturnType<typeof routeOf>): string {
  return page === 'key' && keyId !== null ? keyId : ''
}

interface LoadingPageProps {
  readonly failure: Failure | null
  readonly onRetry: () => void
}

function LoadingPage({ failure, onRetry }: LoadingPageProps) {
  if (failure === null) {
    return (
      <>
        <header class="top">
          <Brand />
        </header>
        <div class="menu" />
        <main id="main">
          <div class="skeleton-head" />
          <ListSkeleton />
        </main>
      </>
    )
  }
  return (
    <main class="log-in">
      <RetryNotice onRetry={onRetry}>{failureText(failure, 'reading')}</RetryNotice>
    </main>
  )
}
