// A modal dialog, made with the browser's own element. It keeps the focus inside, makes the rest of the
// page inert, and gives the focus back when it closes.

import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Announcer } from './announce.tsx'
import { CloseIcon } from './icons.tsx'
import { type DialogShape, showLeaving } from './leaving.ts'
import * as pageText from '../messages/page.ts'

interface DialogProps {
  readonly title: string
  readonly shape: DialogShape
  readonly describedBy?: string
  /** Called for Escape, the close button, or a click beside anything but a prompt. The owner decides whether to close. */
  readonly onDismiss: () => void
  readonly children: ComponentChildren
}

export function Dialog({ title, shape, describedBy, onDismiss, children }: DialogProps) {
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const opener = document.activeElement
    const element = dialog.current
    element?.showModal()
    return () => {
      element?.close()
      showLeaving(shape)
      queueMicrotask(() => giveFocusBack(opener))
    }
  }, [])

  return (
    <dialog
      ref={dialog}
      class={shape}
      aria-labelledby={titleId}
      aria-describedby={describedBy}
      onCancel={(event) => {
        if (event.target !== dialog.current) return
        event.preventDefault()
        onDismiss()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        // Otherwise the browser closes the dialog at a second Escape, without asking.
        event.preventDefault()
        event.stopPropagation()
        onDismiss()
      }}
      onMouseDown={(event) => {
        // Ignores the second half of a double click on the button that opened the dialog.
        if (shape !== 'prompt' && event.detail === 1 && isBackdrop(event, dialog.current))
          onDismiss()
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={pageText.close}
          title={pageText.close}
          onClick={onDismiss}
        >
          <CloseIcon />
        </button>
      </header>
      {children}
      <Announcer />
    </dialog>
  )
}

interface DialogBodyProps {
  readonly isBusy: boolean
  readonly children: ComponentChildren
}

/** The fields of a form. They are inert while the form is sent, because new input would be lost. */
export function DialogBody({ isBusy, children }: DialogBodyProps) {
  const body = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = body.current
    const focused = document.activeElement
    if (!isBusy || element === null) return undefined
    // Meanwhile the focus is on the button, which shows the progress. It returns to the field after an error.
    if (element.contains(focused)) focusOn(element.closest('form')?.querySelector('[type=submit]'))
    element.inert = true
    return () => {
      element.inert = false
      if (element.contains(focused)) focusOn(focused)
    }
  }, [isBusy])
  return (
    <div ref={body} class="dialog-body stack">
      {children}
    </div>
  )
}

/** If several dialogs close at once, the browser does not know what opened the first. */
function giveFocusBack(opener: Element | null): void {
  if (document.activeElement !== document.body) return
  // The opener may no longer exist, such as the row of a key that was deleted. Safari does not focus a button that is
  // clicked, so the opener may be the page itself.
  const isThere = opener?.isConnected === true && opener !== document.body
  focusOn(isThere ? opener : document.querySelector('h1'))
}

function focusOn(element: Element | null | undefined): void {
  if (element instanceof HTMLElement) element.focus()
}

function isBackdrop(event: MouseEvent, dialog: HTMLDialogElement | null): boolean {
  if (event.target !== dialog || dialog === null) return false
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  const { clientX: x, clientY: y } = event
  return x < left || x > right || y < top || y > bottom
}
