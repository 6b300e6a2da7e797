// What state a key is in, where it is not simply in use.

import { Spinner } from '../controls/icons.tsx'
import * as text from '../messages/row.ts'
import { exactTime, inDaysText } from '../messages/times.ts'
import type { ListedKey } from './key-list.ts'
import { isExpiring, isPending, troubleOf } from './key-state.ts'

export function KeyBadges({ apiKey }: { readonly apiKey: ListedKey }) {
  const trouble = troubleOf(apiKey)
  const end = apiKey.expires_at
  return (
    <>
      {trouble !== null && (
        <span class={trouble === 'leaked' ? 'badge danger' : 'badge pending'}>
          {text.badges[trouble]}
        </span>
      )}
      {trouble === null && end !== null && isExpiring(apiKey) && (
        <span class="badge pending" title={exactTime(end)}>
          {text.badges.expiring(inDaysText(end))}
        </span>
      )}
      {apiKey.rotation !== null && <span class="badge">{text.badges.rotating}</span>}
      {isPending(apiKey) && (
        <span class="badge pending">
          <Spinner /> {apiKey.isDeleting === true ? text.deleting : text.pending}
        </span>
      )}
    </>
  )
}
