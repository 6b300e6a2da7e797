// Asks the identity provider who is there, in a window of its own, so that nothing on this page is lost. The window
// ends at /admin/confirmed, which tells this page. A browser that blocks windows leaves a plain link.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { confirmPath } from '../../shared/confirmed-call.ts'
import type { Failure } from '../api/api.ts'
import { Dialog } from '../controls/dialog.tsx'
import * as text from '../messages/confirm.ts'
import * as commonText from '../messages/common.ts'
import * as passwordText from '../messages/password.ts'
import { openProviderWindow } from './open-window.ts'
import { onConfirmation } from '../browser/other-tabs.ts'
import { isRetriedInPrompt, type PromptProps } from './password-prompt.tsx'
import { failureText, isCode } from '../messages/problem-text.ts'

type Step =
  | { readonly kind: 'asking' }
  /** A window was opened, or the link was followed. */
  | { readonly kind: 'waiting'; readonly isBlocked: boolean }
  | { readonly kind: 'confirmed'; readonly confirmation: string }
  | { readonly kind: 'busy' }

export function ProviderPrompt(props: PromptProps) {
  const { purpose, call, submitLabel, isBinding = false, needsClick = false } = props
  const { onSubmit, onFailure, onClose } = props
  const id = useId()
  const [step, setStep] = useState<Step>({ kind: 'asking' })
  const [failure, setFailure] = useState<Failure | null>(null)
  const path = confirmPath(call)
  const latest = useRef({ step, submit })
  latest.current = { step, submit }

  useEffect(() => {
    return onConfirmation((confirmation) => {
      // Another tab may have asked.
      if (latest.current.step.kind !== 'waiting') return
      if (needsClick) setStep({ kind: 'confirmed', confirmation })
      else void latest.current.submit(confirmation)
    })
  }, [needsClick])

  async function submit(confirmation: string): Promise<void> {
    setStep({ kind: 'busy' })
    setFailure(null)
    const failed = await onSubmit({ confirmation })
    if (failed === null) return
    setStep({ kind: 'asking' })
    if (isRetriedInPrompt(failed)) setFailure(failed)
    else onFailure(failed)
  }

  function ask(): void {
    setFailure(null)
    setStep({ kind: 'waiting', isBlocked: !openProviderWindow(path) })
  }

  function dismiss(): void {
    if (!isBinding || step.kind !== 'busy') onClose()
  }

  return (
    <Dialog
      title={passwordText.title}
      shape="prompt"
      describedBy={`${id}-text`}
      onDismiss={dismiss}
    >
      <div class="dialog-body stack">
        <p id={`${id}-text`}>{purpose.identity_provider}</p>
        <p class="hint">{text.how}</p>
        <p role="status">{statusText(step)}</p>
        {step.kind === 'waiting' && (
          <p>
            <a href={path} target="_blank" rel="noopener">
              {text.link}
            </a>
          </p>
        )}
        <p class="error" role="alert">
          {failure !== null && errorText(failure)}
        </p>
        <div class="actions">
          <button
            type="button"
            class="button"
            aria-disabled={isBinding && step.kind === 'busy'}
            onClick={dismiss}
          >
            {commonText.cancel}
          </button>
          {step.kind === 'confirmed' ? (
            <button
              key="submit"
              type="button"
              class="button primary"
              autofocus
              onClick={() => void submit(step.confirmation)}
            >
              {submitLabel}
            </button>
          ) : (
            <button
              key="ask"
              type="button"
              class="button primary"
              autofocus
              aria-disabled={step.kind === 'busy'}
              aria-busy={step.kind === 'busy'}
              onClick={() => step.kind !== 'busy' && ask()}
            >
              {step.kind === 'busy' ? passwordText.busy : text.open}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

function statusText(step: Step): string {
  if (step.kind === 'confirmed') return text.confirmed
  if (step.kind !== 'waiting') return ''
  return step.isBlocked ? text.blocked : text.waiting
}

function errorText(failure: Failure): string {
  return isCode(failure, 'confirmation_required') ? text.spent : failureText(failure)
}
