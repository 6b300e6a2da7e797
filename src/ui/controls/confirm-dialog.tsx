// Asks before something that cannot be undone. The safe answer has the focus.

import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { Dialog } from './dialog.tsx'

interface ConfirmDialogProps {
  readonly title: string
  readonly confirm: string
  readonly cancel: string
  readonly isBusy?: boolean
  readonly error?: string | null
  readonly onConfirm: () => void
  readonly onCancel: () => void
  readonly children: ComponentChildren
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, confirm, cancel, isBusy = false, error = null, onConfirm, onCancel } = props
  const id = useId()

  /** Ignored while the action runs, because another dialog could be open when it ends. */
  function dismiss() {
    if (!isBusy) onCancel()
  }

  return (
    <Dialog title={title} shape="prompt" describedBy={id} onDismiss={dismiss}>
      <div class="dialog-body stack">
        <div id={id} class="stack">
          {props.children}
        </div>
        <p class="error" role="alert">
          {error}
        </p>
        <div class="actions">
          <button type="button" class="button" autofocus aria-disabled={isBusy} onClick={dismiss}>
            {cancel}
          </button>
          <button
            type="button"
            class="button danger"
            aria-disabled={isBusy}
            aria-busy={isBusy}
            onClick={() => !isBusy && onConfirm()}
          >
            {confirm}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
