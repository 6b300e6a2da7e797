// The log-in form, on a page of its own, or in a dialog if the session ended during work.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { Api, Failure } from '../api/api.ts'
import { Brand } from '../frame/brand.tsx'
import { useCountdown } from '../controls/countdown.ts'
import { Dialog } from '../controls/dialog.tsx'
import { EyeIcon, EyeOffIcon } from '../controls/icons.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/log-in.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import { ProviderLogInAgain } from '../confirm/provider-dialogs.ts'
import { ProviderLogIn } from '../confirm/provider-log-in.tsx'
import { SupportLink } from '../frame/support-link.tsx'
import type { Session } from '../api/types.ts'
import { LogInCode } from '../views.ts'

interface LogInFormProps {
  readonly api: Api
  /** The e-mail that must log in again; left out, any account may log in. */
  readonly email?: string
  readonly onLoggedIn: (session: Session) => void
  readonly onCancel?: () => void
}

interface LogInPageProps extends Pick<LogInFormProps, 'api' | 'onLoggedIn'> {
  /** Where to log in, if that is at an identity provider. */
  readonly logInAt: string | null
  readonly support: string | undefined
}

export function LogInPage({ api, logInAt, support, onLoggedIn }: LogInPageProps) {
  useEffect(() => {
    document.title = `${text.submit} · ${commonText.product}`
  }, [])
  return (
    <main class="log-in">
      <div class="log-in-card">
        <Brand />
        <h1 tabIndex={-1}>{text.title}</h1>
        {logInAt === null ? (
          <LogInForm api={api} onLoggedIn={onLoggedIn} />
        ) : (
          <ProviderLogIn path={logInAt} />
        )}
        {support !== undefined && (
          <p class="log-in-help">
            {text.help} <SupportLink url={support} />
          </p>
        )}
      </div>
    </main>
  )
}

interface LogInAgainProps extends Required<Omit<LogInFormProps, 'email'>> {
  /** The session that ended. */
  readonly session: Session
}

export function LogInAgain({ api, session, onLoggedIn, onCancel }: LogInAgainProps) {
  if (session.confirm_by === 'identity_provider') {
    return <ProviderLogInAgain {...{ api, session, onLoggedIn, onCancel }} />
  }
  return (
    <Dialog title={text.againTitle} shape="prompt" onDismiss={onCancel}>
      <div class="dialog-body">
        <p>{text.againText}</p>
        <LogInForm
          api={api}
          email={session.user.email}
          onLoggedIn={onLoggedIn}
          onCancel={onCancel}
        />
      </div>
    </Dialog>
  )
}

const SEEN = { type: 'text' } as const
const UNSEEN = { type: 'password' } as const

function LogInForm({ api, email, onLoggedIn, onCancel }: LogInFormProps) {
  const id = useId()
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isEmpty, setEmpty] = useState(false)
  const waitSeconds = useCountdown(failure)
  const [isBusy, setBusy] = useState(false)
  const [isSeen, setSeen] = useState(false)
  /** What was right; a code is asked for then. */
  const [checked, setChecked] = useState<{ address: string; password: string } | null>(null)
  const passwordField = useRef<HTMLInputElement>(null)

  const error = isEmpty ? text.required : failure === null ? null : logInText(failure, waitSeconds)

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy || waitSeconds > 0) return
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const [address, password] = [String(form.get('email')), String(form.get('password'))]
    const isMissing = address.trim() === '' || password === ''
    setEmpty(isMissing)
    setFailure(null)
    if (isMissing) return
    setBusy(true)
    const answer = await api.logIn(address, password)
    if (answer.ok) return onLoggedIn(answer.value)
    setBusy(false)
    if (isCode(answer.error, 'second_factor_required')) return setChecked({ address, password })
    setFailure(answer.error)
    passwordField.current?.select()
  }

  if (checked !== null) {
    return <LogInCode {...{ api, onLoggedIn, ...checked }} onBack={() => setChecked(null)} />
  }

  return (
    <form class="stack" noValidate onSubmit={(event) => void submit(event)}>
      <div class="field">
        <label for={`${id}-email`}>{text.email}</label>
        <input
          id={`${id}-email`}
          name="email"
          type="email"
          autocomplete="username"
          dir="auto"
          {...(email === undefined ? { autofocus: true } : { value: email, readOnly: true })}
        />
      </div>
      <div class="field">
        <label for={`${id}-password`}>{text.password}</label>
        <span class="with-eye">
          <input
            ref={passwordField}
            id={`${id}-password`}
            name="password"
            {...(isSeen ? SEEN : UNSEEN)}
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck={false}
            autofocus={email !== undefined}
            aria-describedby={`${id}-error`}
            aria-invalid={error === null ? undefined : 'true'}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={text.see}
            title={text.see}
            aria-pressed={isSeen}
            onClick={() => setSeen(!isSeen)}
          >
            {isSeen ? <EyeOffIcon /> : <EyeIcon />}
          </button>
        </span>
      </div>
      <p class="error" id={`${id}-error`} role="alert">
        {error}
      </p>
      <div class="actions">
        {onCancel !== undefined && (
          <button type="button" class="button" onClick={onCancel}>
            {text.cancel}
          </button>
        )}
        <button type="submit" class="button primary" aria-disabled={isBusy || waitSeconds > 0}>
          {isBusy ? text.busy : text.submit}
        </button>
      </div>
    </form>
  )
}

/** The sentence for a failed log-in. Some failures mean something else here than in other forms. */
function logInText(failure: Failure, waitSeconds: number): string | null {
  if (failure.kind === 'logged_out') return text.noCookie
  if (failure.kind !== 'problem' || failure.code !== 'throttled') return failureText(failure)
  return waitSeconds > 0 ? text.throttled(waitSeconds) : null
}
