// The token of a key, hidden by default, with the buttons that show and copy it.

import { CopyButton } from '../controls/copy-button.tsx'
import { EyeIcon, EyeOffIcon } from '../controls/icons.tsx'
import type { ListedKey } from '../list/key-list.ts'
import type { RowActions } from '../list/row-actions.ts'
import * as text from '../messages/row.ts'

interface TokenFieldProps {
  readonly apiKey: ListedKey
  /** The key as the labels name it. */
  readonly label: string
  /** The token in clear, while it is shown. */
  readonly token: string | null
  readonly mayChange: boolean
  readonly actions: Pick<RowActions, 'onReveal' | 'onHide' | 'onCopy'>
}

export function TokenField({ apiKey, label, token, mayChange, actions }: TokenFieldProps) {
  const isDisabled = !mayChange || apiKey.isDeleting === true
  const ends = apiKey.access_token_ends_with
  const toggle = token === null ? text.reveal(label) : text.hide(label)
  return (
    <span class="token">
      {token === null ? (
        <code>
          <span aria-hidden="true">********</span>
          <span class="visually-hidden">{text.hiddenToken}</span>
          {ends !== null && <span class="token-end">{ends}</span>}
        </code>
      ) : (
        <code class="clear">{token}</code>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={toggle}
        title={toggle}
        disabled={isDisabled}
        onClick={() => (token === null ? actions.onReveal(apiKey) : actions.onHide())}
      >
        {token === null ? <EyeIcon /> : <EyeOffIcon />}
      </button>
      <CopyButton
        label={text.copy(label)}
        disabled={isDisabled}
        onCopy={() => actions.onCopy(apiKey)}
      />
    </span>
  )
}
