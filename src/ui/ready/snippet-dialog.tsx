// Shows code that uses a key. The dialog never shows the token; copying fills it in.

import { useId, useState } from 'preact/hooks'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { Dialog } from '../controls/dialog.tsx'
import { exampleUrl } from './example-url.ts'
import { LanguageTabs } from './language-tabs.tsx'
import * as text from '../messages/snippets.ts'
import * as commonText from '../messages/common.ts'
import { type Language, snippet } from './snippets.ts'

interface SnippetDialogProps {
  readonly name: string
  /** Whether the account is active, so that it may see tokens. */
  readonly mayChange: boolean
  /** Copies the text that the function makes from the token; answers whether that worked. */
  readonly onCopyWithToken: (toText: (token: string) => string) => Promise<boolean>
  readonly onClose: () => void
}

export function SnippetDialog({ name, mayChange, onCopyWithToken, onClose }: SnippetDialogProps) {
  const id = useId()
  const [language, setLanguage] = useState<Language>('curl')
  const toText = (token: string) => snippet(language, exampleUrl(), token)
  return (
    <Dialog title={text.title(name)} shape="prompt" describedBy={id} onDismiss={onClose}>
      <div class="dialog-body stack">
        <p id={id}>{text.text}</p>
        <LanguageTabs language={language} hasFocus onLanguage={setLanguage} />
        <pre class="code" tabIndex={0} aria-label={language}>
          <code>{toText(commonText.tokenPlaceholder)}</code>
        </pre>
        <p class="hint">{text.note}</p>
        <div class="actions">
          <CopyButton
            label={text.asShown}
            onCopy={() => copyText(toText(commonText.tokenPlaceholder))}
          >
            {text.asShown}
          </CopyButton>
          <CopyButton
            label={text.withToken}
            class="button primary"
            disabled={!mayChange}
            onCopy={() => onCopyWithToken(toText)}
          >
            {text.withToken}
          </CopyButton>
        </div>
      </div>
    </Dialog>
  )
}
