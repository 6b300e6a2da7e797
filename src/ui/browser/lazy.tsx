// Views whose code is fetched when they are first shown, so that the list stands sooner on a slow line. Views that
// share much of what they are made of are one file, and are fetched together.

import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ListSkeleton } from '../controls/list-skeleton.tsx'
import * as pageText from '../messages/page.ts'

interface LazyViews<Loaded> {
  /** A view that is a whole page. */
  readonly page: <Props extends object>(pick: PickView<Loaded, Props>) => ComponentType<Props>
  /** A view over a page. */
  readonly dialog: <Props extends object>(pick: PickView<Loaded, Props>) => ComponentType<Props>
  /** Fetches the code before it is needed. */
  readonly preload: () => void
}

type PickView<Loaded, Props> = (loaded: Loaded) => ComponentType<Props>

export function lazyViews<Loaded>(load: () => Promise<Loaded>): LazyViews<Loaded> {
  let loaded: Loaded | null = null
  let loading: Promise<void> | null = null

  function fetchCode(): Promise<void> {
    loading ??= load().then(
      (views) => {
        loaded = views
      },
      (fault: unknown) => {
        loading = null // the next attempt may have a connection
        throw fault
      },
    )
    return loading
  }

  function view<Props extends object>(pick: PickView<Loaded, Props>, isPage: boolean) {
    return function Lazy(props: Props) {
      const [isMissing, setMissing] = useState(false)
      const [, redraw] = useState(0)
      const isWaiting = loaded === null
      useEffect(() => {
        // The code may have come since this was drawn.
        if (isWaiting) {
          fetchCode().then(
            () => redraw(1),
            () => setMissing(true),
          )
        }
      }, [])
      if (loaded !== null) {
        const View = pick(loaded)
        return <View {...props} />
      }
      const waiting = isMissing ? <Missing /> : isPage ? <ListSkeleton /> : null
      return isPage ? <main id="main">{waiting}</main> : waiting
    }
  }

  return {
    page: (pick) => view(pick, true),
    dialog: (pick) => view(pick, false),
    preload: () => void fetchCode().catch(() => undefined),
  }
}

/** There is no connection, or a newer version of the page was deployed meanwhile. */
function Missing() {
  return (
    <div class="notice danger missing" role="alert">
      <p>{pageText.partMissing}</p>
      <button type="button" class="button small" onClick={() => location.reload()}>
        {pageText.reload}
      </button>
    </div>
  )
}
