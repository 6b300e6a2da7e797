// Announcements for screen readers. A failure that the page shows nowhere else becomes visible too. A modal
// dialog hides the rest of the page from screen readers, so each dialog has an announcer of its own.

import { useEffect, useState } from 'preact/hooks'
import { CloseIcon } from './icons.tsx'
import { messages } from './messages.ts'

interface Announcement {
  readonly text: string
  readonly isFailure: boolean
}

const listeners = new Set<(next: Announcement) => void>()
/** A live region must exist, and not be behind a dialog, before its text changes. */
const SETTLE_MS = 60

export function announce(text: string, isFailure = false): void {
  setTimeout(() => {
    for (const listener of listeners) listener({ text, isFailure })
  }, SETTLE_MS)
}

/** Also shows the text, until it is dismissed or the next announcement. */
export function announceFailure(text: string): void {
  announce(text, true)
}

export function Announcer() {
  const [{ text, isFailure }, setAnnouncement] = useState({ text: '', isFailure: false })
  useEffect(() => {
    // A repeated sentence must differ, or screen readers do not read it again.
    const listener = (next: Announcement) =>
      setAnnouncement((last) =>
        last.text === next.text ? { ...next, text: `${next.text}\u00a0` } : next,
      )
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  return (
    <div class={isFailure ? 'notice danger over-all' : 'visually-hidden'} role="status">
      <p>{text}</p>
      {isFailure && (
        <button
          type="button"
          class="icon-button"
          aria-label={messages.page.dismiss}
          title={messages.page.dismiss}
          onClick={() => announce('')}
        >
          <CloseIcon />
        </button>
      )}
    </div>
  )
}
