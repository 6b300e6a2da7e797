// The rest of a long list. A phone shows the first keys of a list, and the others when asked: see cards-on-phones.css.

import type { RefObject } from 'preact'
import { messages } from '../messages/messages.ts'

/** As cards, they are about ten screens of a phone. */
const FIRST = 25

interface ShowAllProps {
  readonly count: number
  readonly rows: RefObject<HTMLTableSectionElement | null>
  readonly onShow: () => void
}

/** The button goes when it has done its work, so the focus goes on to the first key that it shows. */
export function ShowAll({ count, rows, onShow }: ShowAllProps) {
  if (count <= FIRST) return null
  function show() {
    onShow()
    requestAnimationFrame(() => rows.current?.rows[FIRST]?.querySelector('a')?.focus())
  }
  return (
    <p class="show-all">
      <button type="button" class="button" onClick={show}>
        {messages.page.showMore(count - FIRST)}
      </button>
    </p>
  )
}
