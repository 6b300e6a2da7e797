// The frame of the pages that the worker renders. They have no script and no inline style, so they need no
// exception from the policy. The tag `html` escapes all values.

import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

const PAGES = [
  ['/admin/', 'API Keys'],
  ['/admin/api/', 'Admin API'],
  ['/admin/errors/', 'Errors'],
] as const

/** A whole page. `path`: the entry of the main menu that the page belongs to. */
export function toPage(title: string, path: (typeof PAGES)[number][0], content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} · Portal Gateway</title>
        <link rel="icon" href="/admin/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/admin/document.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <nav aria-label="Main menu">${PAGES.map(toMenuItem(path))}</nav>
        </header>
        <!-- Cloudflare obfuscates e-mail addresses, such as those of examples, unless told not to. -->
        <!--email_off-->
        <main id="content">${content}</main>
        <!--/email_off-->
      </body>
    </html>`
}

function toMenuItem(current: string) {
  return ([path, name]: readonly [string, string]): Html => {
    return path === current
      ? html`<a href="${path}" aria-current="true">${name}</a>`
      : html`<a href="${path}">${name}</a>`
  }
}

/** Renders text in which code stands between backticks. */
export function toInline(text: string): Html[] {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))
}

/** As `toInline`, for paragraphs separated by empty lines. */
export function toParagraphs(text: string): Html[] {
  return text.split(/\n{2,}/).map((paragraph) => html`<p>${toInline(paragraph)}</p>`)
}
