// The heading of a page. It has the focus when the page was opened from another one.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { takeHeadingFocus } from '../browser/heading-focus.ts'
import * as commonText from '../messages/common.ts'

interface PageHeadProps {
  readonly title: string
  /** What stands above the title, such as the way back. */
  readonly above?: ComponentChildren
  /** Badges beside the title. */
  readonly state?: ComponentChildren
  readonly intro?: ComponentChildren
  /** The buttons of the page. */
  readonly children?: ComponentChildren
}

export function PageHead({ title, above, state, intro, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ${commonText.product}`
  }, [title])
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (takeHeadingFocus()) heading.current?.focus()
  }, [])
  return (
    <header class="page-head">
      <div>
        {above}
        <div class="title">
          <h1 ref={heading} tabIndex={-1}>
            <bdi>{title}</bdi>
          </h1>
          {state}
        </div>
        {intro !== undefined && <p class="intro">{intro}</p>}
      </div>
      {children}
    </header>
  )
}
