// What can be done with a key, as a menu: on phones, where the row has no room for the buttons.

import type { ComponentChildren } from 'preact'
import { CopyButton } from '../controls/copy-button.tsx'
import { Dialog } from '../controls/dialog.tsx'
import { CodeIcon, EditIcon, EyeIcon, EyeOffIcon, TrashIcon } from '../controls/icons.tsx'
import type { Rights } from '../frame/rights.ts'
import { nameOf } from '../messages/display-text.ts'
import * as passwordText from '../messages/password.ts'
import * as rowText from '../messages/row.ts'
import type { ListedKey } from './key-list.ts'
import type { RowActions } from './row-actions.ts'

interface RowMenuProps {
  readonly apiKey: ListedKey
  readonly isShown: boolean
  readonly rights: Rights
  readonly actions: RowActions
  readonly onClose: () => void
}

export function RowMenu({ apiKey, isShown, rights, actions, onClose }: RowMenuProps) {
  const { mayChange, mayDelete } = rights

  /** Closes the menu first, since what is chosen may open a dialog in its place. */
  function item(
    icon: ComponentChildren,
    label: string,
    isAllowed: boolean,
    choose: () => void,
    isFirst = false,
  ) {
    return (
      <button
        type="button"
        class="menu-item"
        autofocus={isFirst}
        disabled={!isAllowed}
        onClick={() => {
          onClose()
          choose()
        }}
      >
        {icon} {label}
      </button>
    )
  }

  return (
    <Dialog title={nameOf(apiKey)} shape="sheet" onDismiss={onClose}>
      <div class="sheet-items">
        {isShown
          ? item(<EyeOffIcon />, rowText.hideToken, true, actions.onHide, true)
          : item(
              <EyeIcon />,
              passwordText.submit.reveal,
              mayChange,
              () => actions.onReveal(apiKey),
              true,
            )}
        {/* It stays open, to show that the token was copied. */}
        <CopyButton
          class="menu-item"
          label={passwordText.submit.copy}
          disabled={!mayChange}
          onCopy={() => actions.onCopy(apiKey)}
        >
          {passwordText.submit.copy}
        </CopyButton>
        {item(<EditIcon />, rowText.edit, mayChange, () => actions.onEdit(apiKey))}
        {item(<CodeIcon />, rowText.examples, true, () => actions.onSnippets(apiKey))}
        {item(<TrashIcon />, rowText.deleteKey, mayDelete, () => actions.onDelete(apiKey))}
      </div>
    </Dialog>
  )
}
