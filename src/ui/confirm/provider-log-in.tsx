// The log-in at an identity provider: a link on a page of its own.

import { messages } from '../messages/messages.ts'

export const LOG_IN_PATH = '/admin/log-in'

export function ProviderLogIn({ path }: { readonly path: string }) {
  return (
    <div class="stack">
      <p>{messages.logIn.atProvider}</p>
      <div class="actions">
        <a class="button primary" href={returningTo(path, location.pathname)}>
          {messages.logIn.submit}
        </a>
      </div>
    </div>
  )
}

/** Where a log-in begins that comes back to a page. */
export function returningTo(path: string, page: string): string {
  return `${path}?return_to=${encodeURIComponent(page)}`
}
