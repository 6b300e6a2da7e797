// What state a key is in, where it is not simply in use.

import { Spinner } from '../controls/icons.tsx'
import { messages } from '../messages/messages.ts'
import type { ListedKey } from './key-list.ts'
import { isPending, troubleOf } from './key-state.ts'

export function KeyBadges({ apiKey }: { readonly apiKey: ListedKey }) {
  const { badges } = messages.life
  const trouble = troubleOf(apiKey)
  return (
    <>
      {trouble !== null && (
        <span class={trouble === 'leaked' ? 'badge danger' : 'badge pending'}>
          {badges[trouble]}
        </span>
      )}
      {apiKey.rotation !== null && <span class="badge">{badges.rotating}</span>}
      {isPending(apiKey) && (
        <span class="badge pending">
          <Spinner /> {apiKey.isDeleting === true ? messages.row.deleting : messages.row.pending}
        </span>
      )}
    </>
  )
}
