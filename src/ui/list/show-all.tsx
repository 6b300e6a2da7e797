// The rest of a long list. A phone shows the first keys of a list, and the others when asked.

import type { RefObject } from 'preact'
import * as pageText from '../messages/page.ts'

/** How many keys a phone shows first. They are about two screens. */
export const FIRST = 25

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
        {pageText.showMore(count - FIRST)}
      </button>
    </p>
  )
}
