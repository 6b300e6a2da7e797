// The networks of an IP ACL in the panel, with what can be done to all of them.

import { useState } from 'preact/hooks'
import { toListText } from './acl-text.ts'
import { AclChips, type Notes } from './acl-chips.tsx'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import * as text from '../messages/acl.ts'
import { networks } from '../messages/counted.ts'

interface AclListProps {
  readonly acl: readonly string[]
  readonly notes: Notes
  /** Must be the same function each time, so that the chips are not drawn again. */
  readonly onRemove: (network: string) => void
  /** Must be the same function each time, too. */
  readonly onNote: (network: string, note: string) => void
  readonly onReplace: (acl: readonly string[]) => void
}

export function AclList({ acl, notes, onRemove, onNote, onReplace }: AclListProps) {
  /** What "Remove all" removed, until it is taken back. */
  const [removed, setRemoved] = useState<readonly string[]>([])
  if (acl.length === 0) {
    if (removed.length === 0) return null
    return (
      <p class="acl-count">
        <span>{text.allRemoved(removed.length)}</span>
        <button type="button" class="link" onClick={() => onReplace(removed)}>
          {text.undo}
        </button>
      </p>
    )
  }
  return (
    <div class="acl-list">
      <AclChips {...{ acl, notes, onRemove, onNote }} />
      <p class="acl-count">
        <span>{networks(acl.length)}</span>
        {acl.length > 1 && (
          <button
            type="button"
            class="link"
            onClick={() => {
              setRemoved(acl)
              onReplace([])
            }}
          >
            {text.removeAll}
          </button>
        )}
        <CopyButton label={text.copyList} onCopy={() => copyText(toListText(acl, notes))} />
      </p>
    </div>
  )
}
