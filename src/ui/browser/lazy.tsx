// Views whose code is fetched when they are first shown, so that the list stands sooner on a slow line.

import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ListSkeleton } from '../controls/list-skeleton.tsx'
import { messages } from '../messages/messages.ts'

interface Lazy<Props> {
  readonly View: ComponentType<Props>
  /** Fetches the code before it is needed. */
  readonly preload: () => void
}

/** `isPage`: whether the view is a whole page, and no panel over one. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  isPage: boolean,
): Lazy<Props> {
  let Loaded: ComponentType<Props> | null = null
  let loading: Promise<void> | null = null

  function fetchCode(): Promise<void> {
    loading ??= load().then(
      (component) => {
        Loaded = component
      },
      (fault: unknown) => {
        loading = null // the next attempt may have a connection
        throw fault
      },
    )
    return loading
  }

  function View(props: Props) {
    const [isMissing, setMissing] = useState(false)
    const [, redraw] = useState(0)
    useEffect(() => {
      if (Loaded === null) {
        fetchCode().then(
          () => redraw(1),
          () => setMissing(true),
        )
      }
    }, [])
    if (Loaded !== null) return <Loaded {...props} />
    const waiting = isMissing ? <Missing /> : isPage ? <ListSkeleton /> : null
    return isPage ? <main id="main">{waiting}</main> : waiting
  }

  return { View, preload: () => void fetchCode().catch(() => undefined) }
}

/** There is no connection, or a newer version of the page was deployed meanwhile. */
function Missing() {
  return (
    <div class="notice danger missing" role="alert">
      <p>{messages.page.partMissing}</p>
      <button type="button" class="button small" onClick={() => location.reload()}>
        {messages.page.reload}
      </button>
    </div>
  )
}
