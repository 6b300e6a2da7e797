// The log-in at an identity provider: a link on a page of its own.

import * as logInText from '../messages/log-in.ts'

export const LOG_IN_PATH = '/admin/log-in'

export function ProviderLogIn({ path }: { readonly path: string }) {
  return (
    <div class="stack">
      <p>{logInText.atProvider}</p>
      <div class="actions">
        <a class="button primary" href={returningTo(path, location.pathname)}>
          {logInText.submit}
        </a>
      </div>
    </div>
  )
}

/** Where a log-in begins that comes back to a page. */
export function returningTo(path: string, page: string): string {
  return `${path}?return_to=${encodeURIComponent(page)}`
}
