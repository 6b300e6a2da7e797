// What a screen reader is told as it happens; a failure that stands nowhere else is shown as well. A modal
// dialog makes the rest of the page silent, so each dialog has an announcer of its own.

import { useEffect, useState } from 'preact/hooks'
import { CloseIcon } from './icons.tsx'
import { messages } from './messages.ts'

interface Announcement {
  readonly text: string
  readonly isFailure: boolean
}

const listeners = new Set<(next: Announcement) => void>()
/** A region has to be there, and not behind a dialog any more, before its text changes. */
const SETTLE_MS = 60

export function announce(text: string, isFailure = false): void {
  setTimeout(() => {
    for (const listener of listeners) listener({ text, isFailure })
  }, SETTLE_MS)
}

/** To be seen, too: until it is dismissed, or something else is said. */
export function announceFailure(text: string): void {
  announce(text, true)
}

export function Announcer() {
  const [{ text, isFailure }, setAnnouncement] = useState({ text: '', isFailure: false })
  useEffect(() => {
    // A sentence that is said twice must differ to be said again.
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
