// What the panel shows after a key was created: its token while the page holds it, how to use it, and a
// request that tries it.

import { useEffect, useState } from 'preact/hooks'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { nameOf } from '../messages/display-text.ts'
import { exampleUrl } from './example-url.ts'
import { ExternalIcon, WarningIcon } from '../controls/icons.tsx'
import { LanguageTabs } from './language-tabs.tsx'
import * as columnsText from '../messages/columns.ts'
import * as pageText from '../messages/page.ts'
import * as text from '../messages/ready.ts'
import type { Secret } from '../token/secret.ts'
import { type Language, snippet } from './snippets.ts'
import { TestRequest } from './test-request.tsx'
import type { Key } from '../api/types.ts'

interface ReadyKeyProps {
  readonly apiKey: Key
  /** The token; null once the page has forgotten it. */
  readonly secret: Secret | null
  /** What else is to be known of the token. */
  readonly note?: string
  readonly documentation: string | undefined
  readonly onDone: () => void
}

export function ReadyKey({ apiKey, secret, note, documentation, onDone }: ReadyKeyProps) {
  const [language, setLanguage] = useState<Language>('curl')
  return (
    <div class="dialog-form">
      <div class="dialog-body stack">
        <p class="ready-text">{note ?? text.text(nameOf(apiKey))}</p>
        {secret === null ? (
          <p class="notice warning">
            <WarningIcon /> <span>{text.gone}</span>
          </p>
        ) : (
          <>
            <div class="field">
              <h3>{columnsText.token}</h3>
              <code class="ready-token">{secret.token}</code>
              <div class="actions spread">
                <Countdown untilMs={secret.untilMs} />
                <CopyButton
                  label={text.copy}
                  class="button primary"
                  hasFocus
                  onCopy={() => copyText(secret.token)}
                >
                  {text.copy}
                </CopyButton>
              </div>
            </div>
            <p class="notice warning">
              <WarningIcon />{' '}
              <span>
                <b>{text.privateTitle}</b> {text.privateText}
              </span>
            </p>
            <section class="field">
              <h3>{text.use}</h3>
              <LanguageTabs language={language} onLanguage={setLanguage} />
              <pre class="code" tabIndex={0} aria-label={language}>
                <code>{snippet(language, exampleUrl(), secret.token)}</code>
              </pre>
              <div class="actions">
                <CopyButton
                  label={text.copyCode}
                  onCopy={() => copyText(snippet(language, exampleUrl(), secret.token))}
                >
                  {text.copyCode}
                </CopyButton>
              </div>
            </section>
            <TestRequest token={secret.token} />
          </>
        )}
        {documentation !== undefined && (
          <p>
            <a href={documentation} target="_blank" rel="noopener noreferrer">
              {text.documentation} <ExternalIcon />
              <span class="visually-hidden"> {pageText.newWindow}</span>
            </a>
          </p>
        )}
      </div>
      <footer class="dialog-foot actions">
        <button type="button" class="button primary" onClick={onDone}>
          {text.done}
        </button>
      </footer>
    </div>
  )
}

/** The time until the page forgets the token. */
function Countdown({ untilMs }: { readonly untilMs: number }) {
  const [left, setLeft] = useState(() => secondsUntil(untilMs))
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsUntil(untilMs)), 1_000)
    return () => clearInterval(timer)
  }, [untilMs])
  return <span class="hint">{text.hides(left)}</span>
}

function secondsUntil(ms: number): number {
  return Math.max(0, Math.ceil((ms - Date.now()) / 1_000))
}
