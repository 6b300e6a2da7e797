// The last page of a window that went to the identity provider: tells the page what came of it, and closes itself if
// the browser lets it.

import { render } from 'preact'
import { KeyIcon } from './controls/icons.tsx'
import { messages } from './messages/messages.ts'
import { tellOtherTabs } from './browser/other-tabs.ts'

const CLOSE_MS = 1_000
const [, confirmation] = /^#confirmation=([\w-]+)$/.exec(location.hash) ?? []
tellOtherTabs(confirmation === undefined ? 'logged_in' : { confirmation })

const title = confirmation === undefined ? messages.confirm.loggedIn : messages.confirm.done
document.title = `${title} · ${messages.product}`

function Confirmed() {
  return (
    <main class="log-in">
      <div class="log-in-card">
        <p class="brand">
          <KeyIcon /> {messages.product}
        </p>
        <h1>{title}</h1>
        <p role="status">{messages.confirm.doneText}</p>
      </div>
    </main>
  )
}

const root = document.querySelector('#app')
if (root !== null) render(<Confirmed />, root)
// After the news is out, and can be read here by whoever looks.
setTimeout(() => window.close(), CLOSE_MS)
