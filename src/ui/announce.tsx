// What a screen reader is told as it happens. A modal dialog makes the rest of the page silent, so each
// dialog has an announcer of its own.

import { useEffect, useState } from 'preact/hooks'

const listeners = new Set<(text: string) => void>()
/** A region has to be there, and not behind a dialog any more, before its text changes. */
const SETTLE_MS = 60

export function announce(text: string): void {
  setTimeout(() => {
    for (const listener of listeners) listener(text)
  }, SETTLE_MS)
}

export function Announcer() {
  const [text, setText] = useState('')
  useEffect(() => {
    // A sentence that is said twice must differ to be said again.
    const listener = (next: string) => setText((last) => (last === next ? `${next}\u00a0` : next))
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  return (
    <p class="visually-hidden" role="status">
      {text}
    </p>
  )
}
