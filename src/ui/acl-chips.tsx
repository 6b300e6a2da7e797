// The entries of an IP ACL as chips. There can be 1,000, so each is drawn once and not with every edit.

import { CloseIcon } from './icons.tsx'
import { memo } from './memo.ts'
import { messages } from './messages.ts'

interface AclChipsProps {
  readonly acl: readonly string[]
  /** Must be the same function each time, so that the chips are not drawn again. */
  readonly onRemove: (network: string) => void
}

export const AclChips = memo(function AclChips({ acl, onRemove }: AclChipsProps) {
  return (
    <ul class="chips" aria-label={messages.acl.list}>
      {acl.map((network) => (
        <Chip key={network} network={network} onRemove={onRemove} />
      ))}
    </ul>
  )
})

interface ChipProps {
  readonly network: string
  readonly onRemove: (network: string) => void
}

const Chip = memo(function Chip({ network, onRemove }: ChipProps) {
  const label = messages.acl.remove(network)
  return (
    <li class="chip">
      <span>{network}</span>
      <button type="button" aria-label={label} title={label} onClick={() => onRemove(network)}>
        <CloseIcon />
      </button>
    </li>
  )
})
