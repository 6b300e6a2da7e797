// A form that asks for the code of a second factor, and for the password where that is needed too.

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { Failure } from '../api/api.ts'
import { useCountdown } from '../controls/countdown.ts'
import * as passwordText from '../messages/password.ts'
import * as text from '../messages/security.ts'
import { failureText, isCode } from '../messages/problem-text.ts'

export interface Entered {
  readonly password: string
  readonly code: string
}

interface CodeFormProps {
  readonly asks: 'code' | 'password' | 'both'
  readonly email: string
  /** Whether a recovery code will do. */
  readonly takesRecoveryCode?: boolean
  readonly submitLabel: string
  readonly children?: ComponentChildren
  /** Sends what was entered; null on success. */
  readonly onSubmit: (entered: Entered) => Promise<Failure | null>
  readonly cancelLabel: string
  readonly onCancel?: (() => void) | undefined
}

export function CodeForm(props: CodeFormProps) {
  const { asks, email, takesRecoveryCode = false, submitLabel, children, onSubmit } = props
  const { cancelLabel, onCancel } = props
  const id = useId()
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isEmpty, setEmpty] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const busy = useRef(false)
  const [isRecovery, setRecovery] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const waitSeconds = useCountdown(failure)

  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('input:not([hidden])')?.focus()
  }, [isRecovery])

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const entered = {
      password: String(data.get('password') ?? ''),
      code: String(data.get('code') ?? ''),
    }
    const isMissing =
      (asks !== 'password' && entered.code.trim() === '') ||
      (asks !== 'code' && entered.password === '')
    setEmpty(isMissing)
    setFailure(null)
    if (isMissing || busy.current || waitSeconds > 0) return
    busy.current = true
    setBusy(true)
    const failed = await onSubmit(entered)
    busy.current = false
    setBusy(false)
    if (failed === null) return
    setFailure(failed)
    const wrong = isCode(failed, 'password_incorrect') ? 'password' : 'code'
    form.current?.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.select()
  }

  const required = { code: text.codeRequired, password: passwordText.required } as const
  const error = isEmpty
    ? asks === 'both'
      ? text.bothRequired
      : required[asks]
    : codeErrorText(failure, waitSeconds)
  const described = { 'aria-describedby': `${id}-error`, 'aria-invalid': error !== null }
  return (
    <form ref={form} class="stack code-form" noValidate onSubmit={(event) => void submit(event)}>
      <input type="email" autocomplete="username" value={email} readOnly hidden />
      {asks !== 'code' && (
        <div class="field">
          <label for={`${id}-password`}>{text.password}</label>
          <input
            id={`${id}-password`}
            name="password"
            type="password"
            autocomplete="current-password"
            {...described}
          />
        </div>
      )}
      {children}
      {asks !== 'password' && (
        <div class="field">
          <label for={`${id}-code`}>{isRecovery ? text.recoveryCode : text.code}</label>
          <input
            id={`${id}-code`}
            name="code"
            type="text"
            autocomplete={isRecovery ? 'off' : 'one-time-code'}
            inputmode={isRecovery ? undefined : 'numeric'}
            autocapitalize="off"
            spellcheck={false}
            maxLength={32}
            {...described}
          />
          {takesRecoveryCode && (
            <button type="button" class="link" onClick={() => setRecovery(!isRecovery)}>
              {isRecovery ? text.useApp : text.useRecoveryCode}
            </button>
          )}
        </div>
      )}
      <p class="error" id={`${id}-error`} role="alert">
        {error}
      </p>
      <div class="actions">
        {onCancel !== undefined && (
          <button type="button" class="button" onClick={onCancel}>
            {cancelLabel}
          </button>
        )}
        <button type="submit" class="button primary" aria-disabled={isBusy || waitSeconds > 0}>
          {isBusy ? text.busy : submitLabel}
        </button>
      </div>
    </form>
  )
}

function codeErrorText(failure: Failure | null, waitSeconds: number): string | null {
  if (failure === null) return null
  if (isCode(failure, 'not_found')) return text.expired
  if (!isCode(failure, 'throttled')) return failureText(failure)
  return waitSeconds > 0 ? passwordText.throttled(waitSeconds) : null
}
