// When a key of the list was last used, and how often within 24 hours.

import { isLongAgo } from './last-use.ts'
import * as text from '../messages/use.ts'
import { agoText, exactTime } from '../messages/times.ts'
import type { Key } from '../api/types.ts'

export function UseCell({ usage }: { readonly usage: Key['usage'] }) {
  if (usage === null) return <span class="muted">{text.lastUnknown}</span>
  // A key that was just made comes without its use.
  const last = usage?.last_used_at ?? null
  if (last === null) return <span class="muted">{text.neverUsed}</span>
  const allowed = usage?.allowed_24h ?? 0
  return (
    <>
      <time
        dateTime={last}
        title={text.exact(exactTime(last), usage?.last_address ?? null)}
        class={isLongAgo(last) ? 'long-ago' : ''}
      >
        <span class="card-label">{text.used} </span>
        {agoText(last) ?? text.justNow}
      </time>
      {isLongAgo(last) && <span class="use-sum long-ago">{text.notForLong}</span>}
      {allowed > 0 && <span class="use-sum">{text.perDay(allowed)}</span>}
    </>
  )
}
