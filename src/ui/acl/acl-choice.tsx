// Who may use a key: anybody who has its token, or only requests from some networks. A key is opened to
// everybody by this choice alone, and never by the removal of the last network.

import { useId } from 'preact/hooks'
import { WarningIcon } from '../controls/icons.tsx'
import * as text from '../messages/acl.ts'

interface AclChoiceProps {
  readonly isOpen: boolean
  readonly wasClosed: boolean
  readonly onOpen: (isOpen: boolean) => void
}

export function AclChoice({ isOpen, wasClosed, onOpen }: AclChoiceProps) {
  const name = useId()
  return (
    <>
      <div class="cards">
        {([true, false] as const).map((opens) => (
          <label key={String(opens)}>
            <input
              type="radio"
              name={name}
              checked={isOpen === opens}
              onChange={() => onOpen(opens)}
            />
            <span>{opens ? text.anyAddress : text.onlyThese}</span>
          </label>
        ))}
      </div>
      <div role="status">
        {isOpen && wasClosed && (
          <p class="notice warning">
            <WarningIcon /> <span>{text.opens}</span>
          </p>
        )}
      </div>
    </>
  )
}
