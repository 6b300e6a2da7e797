import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { curlLine } from '../ready/curl-line.ts'
import { exampleUrl } from '../ready/example-url.ts'
import { KeyIcon } from '../controls/icons.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/empty.ts'
import { READ_ONLY } from '../frame/read-only-notice.tsx'
import type { Rights } from '../frame/rights.ts'
import { SupportLink } from '../frame/support-link.tsx'

interface EmptyStateProps {
  readonly rights: Rights
}

/** Shown to an account without keys: what a key is for and how to use it, or why there can be none yet. */
export function EmptyState({ rights }: EmptyStateProps) {
  return (
    <section class="card empty">
      <span class="empty-icon">
        <KeyIcon />
      </span>
      {rights.whyNot === null ? (
        <FirstKey />
      ) : (
        <>
          <h2>{text.noKeys}</h2>
          <p id={READ_ONLY}>{rights.whyNot}</p>
          <SupportLink url={rights.support} />
        </>
      )}
    </section>
  )
}

function FirstKey() {
  const line = curlLine(exampleUrl(), commonText.tokenPlaceholder)
  return (
    <>
      <h2>{text.title}</h2>
      <p>{text.text}</p>
      <div class="code-line">
        <pre class="code" tabIndex={0} aria-label="curl">
          <code>{line}</code>
        </pre>
        <CopyButton label={commonText.copy} onCopy={() => copyText(line)} />
      </div>
      <p class="hint">{text.hint}</p>
    </>
  )
}
