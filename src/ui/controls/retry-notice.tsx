// What could not be read, and a button that tries again.

import type { ComponentChildren } from 'preact'
import * as pageText from '../messages/page.ts'

interface RetryNoticeProps {
  readonly onRetry: () => unknown
  /** What went wrong. */
  readonly children: ComponentChildren
}

export function RetryNotice({ onRetry, children }: RetryNoticeProps) {
  return (
    <div class="notice danger" role="alert">
      <p>{children}</p>
      <button type="button" class="button small" onClick={() => void onRetry()}>
        {pageText.retry}
      </button>
    </div>
  )
}
