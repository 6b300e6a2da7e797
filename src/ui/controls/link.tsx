// A link to a view of the page. It is a link for the browser, too: it opens in a new tab.

import type { ComponentChildren } from 'preact'
import { navigate } from '../browser/route.ts'

interface LinkProps {
  readonly href: string
  readonly class?: string
  readonly title?: string
  readonly 'aria-current'?: 'page' | undefined
  readonly children: ComponentChildren
  readonly onFollow?: () => void
}

export function Link({ href, onFollow, children, ...attributes }: LinkProps) {
  return (
    <a
      {...attributes}
      href={href}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
          return
        event.preventDefault()
        onFollow?.()
        navigate(href)
      }}
    >
      {children}
    </a>
  )
}
