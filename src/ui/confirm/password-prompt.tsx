// Asks for the account password before a key is created or a token is shown. The prompt shows failures that
// another try can resolve. It passes any other failure to `onFailure`.

import { useId, useRef, useState } from 'preact/hooks'
import type { ConfirmedCall } from '../../shared/confirmed-call.ts'
import type { Failure, Proof } from '../api/api.ts'
import { useCountdown } from '../controls/countdown.ts'
import { Dialog } from '../controls/dialog.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/password.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import type { Session } from '../api/types.ts'

export interface PromptProps {
  readonly email: string
  /** What it is asked for, as a sentence for each way of asking. */
  readonly purpose: Readonly<Record<Session['confirm_by'], string>>
  /** What a confirmation of the identity provider is for. */
  readonly call: ConfirmedCall
  readonly submitLabel: string
  /** The action cannot be cancelled, so the prompt stays open until the answer. */
  readonly isBinding?: boolean
  /** The action must begin within a click, as a copy to the clipboard must. */
  readonly needsClick?: boolean
  /** Performs the action; null on success. */
  readonly onSubmit: (proof: Proof) => Promise<Failure | null>
  readonly onFailure: (failure: Failure) => void
  readonly onClose: () => void
}

/** What another try can resolve. */
const RETRIED_HERE = [
  'password_incorrect',
  'confirmation_required',
  'throttled',
  'storage_unavailable',
]

export function isRetriedInPrompt(failure: Failure): boolean {
  return failure.kind !== 'problem' || RETRIED_HERE.some((code) => isCode(failure, code))
}

export function PasswordPrompt(props: PromptProps) {
  const { email, purpose, submitLabel, isBinding = false, onSubmit, onFailure, onClose } = props
  const id = useId()
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isEmpty, setEmpty] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const busy = useRef(false)
  const field = useRef<HTMLInputElement>(null)
  const waitSeconds = useCountdown(failure)

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    const password = field.current?.value ?? ''
    if (password === '') return setEmpty(true)
    // A ref, because a second click may come before the next drawing.
    if (busy.current || waitSeconds > 0) return
    busy.current = true
    setBusy(true)
    setEmpty(false)
    setFailure(null)
    const failed = await onSubmit({ password })
    if (failed === null) return
    busy.current = false
    setBusy(false)
    if (!isRetriedInPrompt(failed)) return onFailure(failed)
    setFailure(failed)
    field.current?.select()
  }

  function dismiss() {
    if (!isBinding || !busy.current) onClose()
  }

  return (
    <Dialog title={text.title} shape="prompt" describedBy={`${id}-text`} onDismiss={dismiss}>
      <form class="dialog-body stack" noValidate onSubmit={(event) => void submit(event)}>
        <p id={`${id}-text`}>{purpose.password}</p>
        <input type="email" autocomplete="username" value={email} readOnly hidden />
        <div class="field">
          <label for={id}>{text.label}</label>
          <input
            ref={field}
            id={id}
            type="password"
            autocomplete="current-password"
            autofocus
            aria-describedby={`${id}-error`}
            aria-invalid={isEmpty || failure !== null ? 'true' : undefined}
          />
          <p class="error" id={`${id}-error`} role="alert">
            {isEmpty ? text.required : errorText(failure, waitSeconds)}
          </p>
        </div>
        <div class="actions">
          <button
            type="button"
            class="button"
            aria-disabled={isBinding && isBusy}
            onClick={dismiss}
          >
            {commonText.cancel}
          </button>
          <button
            type="submit"
            class="button primary"
            aria-disabled={isBusy || waitSeconds > 0}
            aria-busy={isBusy}
          >
            {isBusy ? text.busy : submitLabel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function errorText(failure: Failure | null, waitSeconds: number): string | null {
  if (failure === null) return null
  if (!isCode(failure, 'throttled')) return failureText(failure)
  return waitSeconds > 0 ? text.throttled(waitSeconds) : null
}
