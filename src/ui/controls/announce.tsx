// What the page says: for screen readers, and where it matters as a toast that everybody sees, wherever the
// page is scrolled to. A modal dialog hides the rest of the page, so each dialog has an announcer of its own.

import { useEffect, useState } from 'preact/hooks'
import { CloseIcon, Spinner } from './icons.tsx'
import * as pageText from '../messages/page.ts'

/** `quiet` is said to screen readers alone. */
type Tone = 'quiet' | 'success' | 'warning' | 'danger'

interface Announcement {
  readonly text: string
  readonly tone: Tone
  /** What it is about. A newer announcement about the same takes its place. */
  readonly about: string
}

const listeners = new Set<(next: Announcement) => void>()
/** A live region must exist, and not be behind a dialog, before its text changes. */
const SETTLE_MS = 60
const SUCCESS_MS = 6_000

function say(next: Announcement): void {
  setTimeout(() => {
    for (const listener of listeners) listener(next)
  }, SETTLE_MS)
}

export const announce = (text: string) => say({ text, tone: 'quiet', about: 'page' })

/** Shows the text for some seconds. */
export const announceSuccess = (text: string, about = 'page') =>
  say({ text, tone: 'success', about })

/** Shows the text until there is news about the same key. */
export const announcePending = (text: string, about: string) =>
  say({ text, tone: 'warning', about })

/** Shows the text until it is dismissed. */
export const announceFailure = (text: string) => say({ text, tone: 'danger', about: 'failure' })

export function Announcer() {
  const [quiet, setQuiet] = useState('')
  const [toasts, setToasts] = useState<readonly Announcement[]>([])
  useEffect(() => {
    const listener = (next: Announcement) => {
      if (next.tone !== 'quiet') {
        return setToasts((all) => [...all.filter(({ about }) => about !== next.about), next])
      }
      // A repeated sentence must differ, or screen readers do not read it again.
      return setQuiet((last) => (last === next.text ? `${next.text}\u00a0` : next.text))
    }
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  const remove = (toast: Announcement) => setToasts((all) => all.filter((each) => each !== toast))
  return (
    <div class="toasts" role="status" aria-atomic="false">
      <p class="visually-hidden">{quiet}</p>
      {toasts.map((toast) => (
        <Toast key={toast.about} toast={toast} onEnd={() => remove(toast)} />
      ))}
    </div>
  )
}

interface ToastProps {
  readonly toast: Announcement
  readonly onEnd: () => void
}

function Toast({ toast, onEnd }: ToastProps) {
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (toast.tone !== 'success' || isHeld) return undefined
    const timer = setTimeout(onEnd, SUCCESS_MS)
    return () => clearTimeout(timer)
  }, [toast, isHeld])
  return (
    <div
      class={`notice toast ${toast.tone}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      {toast.tone === 'warning' && <Spinner />}
      <p>{toast.text}</p>
      <button
        type="button"
        class="icon-button"
        aria-label={pageText.dismiss}
        title={pageText.dismiss}
        onClick={onEnd}
      >
        <CloseIcon />
      </button>
    </div>
  )
}
