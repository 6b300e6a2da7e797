// The log-in at an identity provider in a window, if the session ended during work.

import { useEffect, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import { Dialog } from '../controls/dialog.tsx'
import * as confirmText from '../messages/confirm.ts'
import * as logInText from '../messages/log-in.ts'
import { CONFIRMED_PATH, openProviderWindow } from './open-window.ts'
import { onNews } from '../browser/other-tabs.ts'
import { LOG_IN_PATH, returningTo } from './provider-log-in.tsx'
import type { Session } from '../api/types.ts'

interface ProviderLogInAgainProps {
  readonly api: Api
  /** The session that ended. */
  readonly session: Session
  readonly onLoggedIn: (session: Session) => void
  readonly onCancel: () => void
}

export function ProviderLogInAgain(props: ProviderLogInAgainProps) {
  const { api, session, onLoggedIn, onCancel } = props
  const [isBlocked, setBlocked] = useState(false)
  const path = returningTo(LOG_IN_PATH, CONFIRMED_PATH)

  useEffect(() => {
    return onNews('logged_in', () => {
      void api.readSession().then((answer) => {
        if (!answer.ok) return
        // Somebody else, whose keys these may not be.
        if (answer.value.user.id !== session.user.id) location.reload()
        else onLoggedIn(answer.value)
      })
    })
  }, [api, session.user.id, onLoggedIn])

  return (
    <Dialog title={logInText.againTitle} shape="prompt" onDismiss={onCancel}>
      <div class="dialog-body stack">
        <p>{logInText.againAtProvider}</p>
        <p role="status">{isBlocked && confirmText.blocked}</p>
        <p>
          <a href={path} target="_blank" rel="noopener">
            {confirmText.link}
          </a>
        </p>
        <div class="actions">
          <button type="button" class="button" onClick={onCancel}>
            {logInText.cancel}
          </button>
          <button
            type="button"
            class="button primary"
            autofocus
            onClick={() => setBlocked(!openProviderWindow(path))}
          >
            {logInText.openWindow}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
