import { copyText } from './clipboard.ts'
import { CopyButton } from './copy-button.tsx'
import { exampleUrl } from './example-url.ts'
import { KeyIcon } from './icons.tsx'
import { messages } from './messages.ts'
import { snippet } from './snippets.ts'

interface EmptyStateProps {
  readonly mayChange: boolean
  readonly isViewer: boolean
}

/** Shown to an account without keys: what a key is for and how to use it. */
export function EmptyState({ mayChange, isViewer }: EmptyStateProps) {
  const text = messages.empty
  const line = snippet('curl', exampleUrl(), messages.snippets.placeholder)
  return (
    <section class="card empty">
      <span class="empty-icon">
        <KeyIcon />
      </span>
      <h2>{mayChange ? text.title : text.noKeys}</h2>
      <p>{mayChange ? text.text : isViewer ? text.viewer : text.inactive}</p>
      <div class="code-line">
        <pre class="code" tabIndex={0} aria-label="curl">
          <code>{line}</code>
        </pre>
        <CopyButton label={messages.copy} onCopy={() => copyText(line)} />
      </div>
      <p class="hint">{text.hint}</p>
    </section>
  )
}
