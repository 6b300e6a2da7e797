// The recovery codes of a second factor, which are shown once: to copy, and to keep as a file.

import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/security.ts'

interface RecoveryCodesProps {
  readonly codes: readonly string[]
  readonly onDone: () => void
}

export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const lines = codes.join('\n')
  return (
    <section class="card part">
      <h2>{text.codesTitle}</h2>
      <p>{text.codesText}</p>
      <ul class="recovery-codes mono">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="actions">
        <CopyButton label={text.copyCodes} onCopy={() => copyText(lines)}>
          {text.copyCodes}
        </CopyButton>
        <button type="button" class="button" onClick={() => download(lines)}>
          {text.download}
        </button>
        <button type="button" class="button primary" onClick={onDone}>
          {text.done}
        </button>
      </div>
    </section>
  )
}

function download(lines: string): void {
  const file = new Blob([`${commonText.product}: ${text.codesTitle}\n\n${lines}\n`], {
    type: 'text/plain',
  })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = text.fileName
  link.click()
  URL.revokeObjectURL(link.href)
}
