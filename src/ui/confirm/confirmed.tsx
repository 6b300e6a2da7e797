// The last page of a window that went to the identity provider: tells the page what came of it, and closes itself if
// the browser lets it.

import { useEffect } from 'preact/hooks'
import { tellOtherTabs } from '../browser/other-tabs.ts'
import { Brand } from '../frame/brand.tsx'
import * as commonText from '../messages/common.ts'
import * as confirmText from '../messages/confirm.ts'

const CLOSE_MS = 1_000

export function Confirmed() {
  const [, confirmation] = /^#confirmation=([\w-]+)$/.exec(location.hash) ?? []
  const title = confirmation === undefined ? confirmText.loggedIn : confirmText.done
  useEffect(() => {
    document.title = `${title} · ${commonText.product}`
    tellOtherTabs(confirmation === undefined ? 'logged_in' : { confirmation })
    // After the news is out, and can be read here by whoever looks.
    setTimeout(() => window.close(), CLOSE_MS)
  }, [])
  return (
    <main class="log-in">
      <div class="log-in-card">
        <Brand />
        <h1>{title}</h1>
        <p role="status">{confirmText.doneText}</p>
      </div>
    </main>
  )
}
